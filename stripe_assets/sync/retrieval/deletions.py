"""Rows that a finished sweep did not return. Each object is asked for before it is called
deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from stripe_assets.catalog.lists import sweep_shows_deletions
from stripe_assets.catalog.model import Resource
from stripe_assets.catalog.retrieval import read_by_platform, retrieve_route
from stripe_assets.catalog.upstreams import with_upstreams
from stripe_assets.mirror import Batch, Gone, Hole, ObjectRef, Owner
from stripe_assets.stripe_api import StripeError
from stripe_assets.sync.engine.holes import IN_FULL, OBJECT, UNLISTED
from stripe_assets.sync.engine.model_state import ModelState
from stripe_assets.sync.engine.one_off_handler import Items
from stripe_assets.sync.engine.page import Page
from stripe_assets.sync.engine.pool import Pool
from stripe_assets.sync.engine.session import Session
from stripe_assets.sync.engine.task import PageResult, Request, Retrieve
from stripe_assets.sync.retrieval.further import FurtherRetrieves
from stripe_assets.sync.retrieval.handler import Retrieval
from stripe_assets.sync.retrieval.read_request import ReadRequest

ASKED_AGAIN_AFTER = timedelta(days=30)
"""Some objects exist though no list returns them: an inline price, a detached payment method. So
much later they are asked for again."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a run has swept."""

    owners: Sequence[Owner]
    """The accounts of the run, the key's own first."""
    lost: Sequence[Owner]
    """The accounts that the key no longer reaches."""
    began: Callable[[Owner, str], datetime | None]
    """Returns when the sweep of a model of an account began, by Stripe's clock. None: the model was
    not swept."""


class Deletions:
    """Looks, when all lists of a model are read, for rows that none of them returned. It retrieves
    their objects as further work of the model."""

    def __init__(self, session: Session, pool: Pool, swept: Swept) -> None:
        self._session = session
        self._pool = pool
        self._swept = swept
        self._further = FurtherRetrieves(session, pool)

    def begin(self, state: ModelState) -> bool:
        """Returns whether there may be such rows. It is called with the states locked, so the
        database is asked later, by a task."""
        catalog, resource = self._session.catalog, self._session.catalog[state.model]
        if state.failed:
            return False
        if not (resource.rows_are_accounts or sweep_shows_deletions(catalog, resource)):
            return False
        owners = [owner for owner in self._swept.owners if self._read_to_end(resource, owner)]
        if not owners:
            return False
        handler = NoLongerListed(self._session, self._pool)

        def find() -> list[ReadRequest]:
            accounts = resource.rows_are_accounts
            return list(self._lost_accounts(resource) if accounts else self._rows(resource, owners))

        self._further.put(resource, "no longer listed", find, handler)
        return True

    def _read_to_end(self, resource: Resource, owner: Owner) -> bool:
        """Whether all lists that can return an account's objects were read to their ends, those of
        their parents as well."""
        catalog, platform = self._session.catalog, self._session.platform
        if self._swept.began(owner, resource.name) is None and not resource.rows_are_accounts:
            return False
        by_platform = owner == platform or read_by_platform(catalog, resource)
        header = None if by_platform else owner.account_id
        above = list(with_upstreams(catalog.upstreams, [resource.name]))
        holes = self._session.before.holes
        unread = [*holes.of(owner, above), *holes.of(platform, above)]
        if any(not hole.key.startswith((OBJECT, IN_FULL)) for hole in unread):
            return False
        for name in above:
            state = self._pool.states[name]
            asked = None if read_by_platform(catalog, catalog[name]) else header
            if state.failed or state.availability_of(asked).is_refused:
                return False
        return True

    def _rows(self, resource: Resource, owners: list[Owner]) -> Iterator[ReadRequest]:
        """Yields the rows that the sweeps did not return."""
        asked_before = self._session.api.now() - ASKED_AGAIN_AFTER
        columns = _parent_columns(resource)
        for owner in owners:
            before = self._swept.began(owner, resource.name)
            assert before is not None
            for row in self._session.mirror.live_rows.unlisted(
                resource.name, owner, before, asked_before, sorted(set(columns.values()))
            ):
                parents = {
                    name: str(row[column]) for name, column in columns.items() if row[column]
                }
                if retrieve_route(resource, parents):
                    yield ReadRequest(ObjectRef(resource.name, owner, row["id"]), parents=parents)

    def _lost_accounts(self, resource: Resource) -> Iterator[ReadRequest]:
        for owner in self._swept.lost:
            yield ReadRequest(ObjectRef(resource.name, owner, owner.account_id))


def _parent_columns(resource: Resource) -> dict[str, str]:
    """Returns placeholder of a retrieve route → the column that fills it."""
    columns = {
        field.name: field.column for field in resource.fields if field.column and not field.derived
    }
    routes = [route for route in (resource.retrieve, *resource.other_retrieves) if route]
    return {
        name: columns[field]
        for route in routes
        for name, field in route.params.items()
        if field in columns
    }


class NoLongerListed(Retrieval):
    """Retrieves objects that no list returned. An object that cannot be asked for is a hole, and is
    not called deleted."""

    def __init__(self, session: Session, pool: Pool, *, unlisted: bool = True) -> None:
        super().__init__(session, unlisted=unlisted)
        self._holes = session.before.holes
        self._pool = pool

    def is_needed(self, request: Request) -> bool:
        states = self._pool.states
        return not states.is_hopeless(request.model, states.place_of(request))

    def received(self, request: Request, page: Page, batch: Batch) -> PageResult:
        states = self._pool.states
        states.answered(request.model, states.place_of(request))
        result = super().received(request, page, batch)
        self._fill(request, batch)
        return result

    def written(self, request: Request, items: Items, observed_at: datetime) -> None:
        return

    def refused(self, request: Request, error: StripeError, asked_at: datetime) -> PageResult:
        assert isinstance(request, Retrieve)
        wanted, states = request.wanted, self._pool.states
        codes = self.gone_codes(wanted)
        if error.denies(wanted.id, codes):
            batch = Batch(gone=[Gone(wanted.resource, wanted.owner, (wanted.id,), asked_at)])
            self._fill(request, batch)
            return PageResult(batch)
        if not error.unavailable or error.is_about_object:
            return self.not_read(request, error)
        place = states.place_of(request)
        states.refuse_part(request.model, place)
        key = f"{UNLISTED}{place[1]}"
        result = self._leave(Hole(wanted.owner, request.model, key, (), error.reason, True))
        self._fill(request, result.batch)
        return result

    def not_read(self, request: Request, error: StripeError) -> PageResult:
        return self._leave(self._hole(request, error.reason))

    def fail(self, wanted: ObjectRef, error: Exception) -> None:
        name = f"{wanted.resource} {wanted.id}"
        said = f"{name} is no longer listed, and could not be asked for: {error}"
        self._pool.states.fail(wanted.resource, said)

    def _hole(self, request: Request, answer: str) -> Hole:
        assert isinstance(request, Retrieve)
        wanted = request.wanted
        parents = tuple(part for pair in sorted(wanted.parents.items()) for part in pair)
        return Hole(wanted.owner, request.model, f"{OBJECT}{wanted.id}", parents, answer)

    def _leave(self, hole: Hole) -> PageResult:
        left = self._holes.leave(hole)
        return PageResult(Batch(holes={left.id: left}))

    def _fill(self, request: Request, batch: Batch) -> None:
        return


class UnreadObjects(NoLongerListed):
    """Retrieves the objects that are holes."""

    def __init__(self, session: Session, pool: Pool) -> None:
        super().__init__(session, pool, unlisted=False)

    def _fill(self, request: Request, batch: Batch) -> None:
        id = self._hole(request, "").id
        self._holes.fill(id)
        batch.holes[id] = None
