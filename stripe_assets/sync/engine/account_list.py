"""The list of connected accounts: read like every other list, before all others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from stripe_assets.catalog.roles import ACCOUNT
from stripe_assets.mirror import Batch, Hole
from stripe_assets.stripe_api import StripeError
from stripe_assets.sync.engine.accounts import AccountsPage
from stripe_assets.sync.engine.holes import REFUSED_NOW
from stripe_assets.sync.engine.page import Page
from stripe_assets.sync.engine.session import Session
from stripe_assets.sync.engine.source import Source
from stripe_assets.sync.engine.task import ListPage, PageHandler, PageResult, Request


class AccountList(PageHandler):
    def __init__(self, session: Session, took: Callable[[AccountsPage], object]) -> None:
        """`took` gets each page, one after the other, in another thread."""
        self._session = session
        self._took = took
        self._known = False
        self.not_shown: str | None = None
        """Why Stripe does not list accounts for this key."""
        self.unread: str | None = None
        """Why a part of the list could not be read."""
        self.hole: Hole | None = None
        """What is recorded of either."""

    @property
    def path(self) -> str:
        return self._session.catalog[ACCOUNT].routes[0].path

    def read(self, *, known: bool) -> None:
        """Reads the list. `known`: runs before found connected accounts.

        Raises SyncAborted when the run is halted.
        """
        hole = (self._session.platform, ACCOUNT, self.path)
        self._known = known and not self._session.before.holes.was_hidden(hole)
        session, resource = self._session, self._session.catalog[ACCOUNT]
        route = resource.routes[0]
        source = Source.of_list(resource, route, session.platform)
        task = ListPage(source=source, handler=self, key=route.path, paging=route.paging)
        session.read_all([ACCOUNT], [[task]])

    def received(self, request: Request, page: Page, batch: Batch) -> PageResult:
        """The rows are written with the sweep of the accounts, which `took` begins."""
        if page.bad:
            self._leave(request, f"{page.bad} items of the page are no accounts")
        self._took(AccountsPage(request.source.path, page.items, page.answer, page.asked))
        following = request.following(page)
        return PageResult(Batch(), [following] if following else [])

    def refused(self, request: Request, error: StripeError, asked_at: datetime) -> None:
        if not error.unavailable or (isinstance(request, ListPage) and request.cursor.ids):
            self.not_read(request, error)
        elif self._known:
            self._leave(request, f"{REFUSED_NOW}{error.reason}")
        else:
            self.not_shown = error.reason
            self._leave(request, error.reason, unavailable=True)

    def not_read(self, request: Request, error: StripeError) -> None:
        self._leave(request, error.reason)

    def failed(self, request: Request, error: Exception, doing: str = "") -> None:
        self._leave(request, f"{type(error).__name__}: {error}")

    def _leave(self, request: Request, answer: str, *, unavailable: bool = False) -> None:
        assert isinstance(request, ListPage)
        hole = Hole(
            request.source.reader, ACCOUNT, request.key, (), answer, unavailable=unavailable
        )
        self.hole = self._session.before.holes.leave(hole)
        if not unavailable:
            self.unread = answer
