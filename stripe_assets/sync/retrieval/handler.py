"""What became of objects that are retrieved one by one."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from stripe_assets.mirror import Batch, Gone, ObjectRef, OpenSublist, ParentRef, Rows
from stripe_assets.stripe_api import StripeError
from stripe_assets.sync.engine import sublist
from stripe_assets.sync.engine.expansions import Option, given_up
from stripe_assets.sync.engine.nested import Routes
from stripe_assets.sync.engine.one_off_handler import Items, OneOffHandler, PartOf
from stripe_assets.sync.engine.session import Session
from stripe_assets.sync.engine.task import PageHandler, PageResult, Request, Retrieve


@dataclass(frozen=True, slots=True)
class Failed:
    """An error, as text and as a traceback."""

    error: str
    trace: str

    @classmethod
    def of(cls, error: Exception) -> Failed:
        is_ours = isinstance(error, StripeError)
        text = str(error) if is_ours else f"{type(error).__name__}: {error}"
        return cls(text, "".join(traceback.format_exception(error)))


@dataclass(frozen=True, slots=True)
class Present:
    observed_at: datetime
    deleted: bool = False
    """Stripe returned the stub of a deleted object."""


class Retrieval(OneOffHandler):
    """Retrieves objects, and keeps what became of each.

    `unlisted`: a finished sweep did not list these objects. An object that exists is marked so.
    """

    def __init__(
        self, session: Session, nested: Routes | None = None, *, unlisted: bool = False
    ) -> None:
        super().__init__(session.catalog, session.api.now, nested)
        self._session = session
        self._before = session.before
        self._unlisted = unlisted
        self.present: dict[ObjectRef, Present] = {}
        """What was read and is in the database."""
        self.absent: dict[ObjectRef, StripeError] = {}
        """What Stripe does not have, or does not show."""
        self.failures: dict[ObjectRef, Failed] = {}
        self.with_parts: set[ObjectRef] = set()
        """Objects of which more than their own answer is read."""

    def is_gone(self, wanted: ObjectRef) -> bool:
        """Whether Stripe said that the object does not exist, or does not exist any more."""
        error = self.absent.get(wanted)
        return error is not None and error.denies(wanted.id, self.gone_codes(wanted))

    def gone_codes(self, wanted: ObjectRef) -> Sequence[str]:
        """Returns the error codes that say that such an object does not exist any more."""
        retrieve = self.catalog[wanted.resource].retrieve
        return retrieve.gone_codes if retrieve else ()

    def part_of(self, wanted: ObjectRef) -> PageHandler:
        """Returns the handler of a list that belongs to the object. The object fails with it."""
        self.with_parts.add(wanted)
        return PartOf(self, lambda error: self.fail(wanted, error))

    def fail(self, wanted: ObjectRef, error: Exception) -> None:
        self.failures[wanted] = Failed.of(error)

    def took(self, request: Request, items: Items, batch: Batch, observed_at: datetime) -> bool:
        wanted = _wanted(request)
        if self._unlisted:
            for rows in batch.rows.get(request.resource, Rows()).column_batches:
                if list(rows.ids) == [wanted.id] and rows.columns["_deleted_at"][0] is None:
                    rows.set("_unlisted_at", observed_at)
        return True

    def written(self, request: Request, items: Items, observed_at: datetime) -> None:
        deleted = any(item.get("deleted") is True for item in items)
        self.present[_wanted(request)] = Present(observed_at, deleted)

    def unavailable(self, request: Request, error: StripeError, asked_at: datetime) -> Batch | None:
        wanted = _wanted(request)
        self.absent[wanted] = error
        if not self.is_gone(wanted):
            if not error.unavailable or error.is_about_object:  # perhaps of another object
                del self.absent[wanted]
                self.failed(request, error)
            return None
        return Batch(gone=[Gone(wanted.resource, wanted.owner, (wanted.id,), asked_at)])

    def failed(self, request: Request, error: Exception, doing: str = "") -> None:
        self.fail(_wanted(request), error)

    def part(self, request: Request, parent: ParentRef) -> PageHandler | None:
        return self.part_of(_wanted(request))

    def unread(self, request: Request, batch: Batch) -> list[OpenSublist]:
        """Of the sublists that an object leaves out, those whose expansion Stripe refuses."""
        reader = request.source.reader
        header = None if reader == self._session.platform else reader.account_id
        refused = self._session.expansions.refused((header, request.source.endpoint))
        found, _ = sublist.to_read(self.catalog, batch.unread, refused)
        return found if refused else [one for one in found if not one.absent]

    def gave_up(self, request: Request, option: Option) -> PageResult:
        left = self._before.holes.leave(given_up(request.source, option))
        return PageResult(Batch(holes={left.id: left}))

    def tolerates(self, request: Request) -> bool:
        return self._before.tolerates(request.source.reader, request.model)


def _wanted(request: Request) -> ObjectRef:
    assert isinstance(request, Retrieve)
    return request.wanted
