"""Objects of which a retrieve can include more than a list can (`Resource.retrieved_in_full`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from stripe_assets.mirror import Batch, Hole, ObjectRef, Owner
from stripe_assets.stripe_api import StripeError
from stripe_assets.sync.engine.holes import IN_FULL, REFUSED_NOW
from stripe_assets.sync.engine.model_state import ModelState
from stripe_assets.sync.engine.pool import Pool
from stripe_assets.sync.engine.session import Session
from stripe_assets.sync.engine.task import PageResult, Request, Retrieve
from stripe_assets.sync.retrieval.deletions import NoLongerListed, Swept
from stripe_assets.sync.retrieval.further import FurtherRetrieves
from stripe_assets.sync.retrieval.read_request import ReadRequest

EACH = timedelta(days=1)
"""A request for each object is too much for every run. A full sync asks for all of them."""


class InFull:
    """Retrieves, when all lists of a model are read, the objects that were not retrieved for a day,
    and those that could not be."""

    def __init__(self, session: Session, pool: Pool, swept: Swept) -> None:
        self._session = session
        self._swept = swept
        self._handler = ReadInFull(session, pool)
        self._further = FurtherRetrieves(session, pool)

    def begin(self, state: ModelState) -> bool:
        """Returns whether there may be such objects."""
        resource = self._session.catalog[state.model]
        if state.failed or not resource.retrieved_in_full or not resource.retrieve:
            return False
        began = {owner: self._swept.began(owner, state.model) for owner in self._swept.owners}
        listed = {owner: at for owner, at in began.items() if at is not None}

        def find() -> list[ReadRequest]:
            refs = (
                ref for owner, at in listed.items() for ref in self._refs(resource.name, owner, at)
            )
            return list(map(ReadRequest, refs))

        if listed:
            self._further.put(resource, "in full", find, self._handler)
        return bool(listed)

    def _refs(self, model: str, owner: Owner, listed: datetime) -> Iterator[ObjectRef]:
        """Yields what is to be asked for, without what Stripe does not show."""
        session, holes = self._session, self._session.before.holes
        known = [hole for hole in holes.of(owner, [model]) if hole.key.startswith(IN_FULL)]
        missed = {hole.key.removeprefix(IN_FULL): hole.id for hole in known}
        before = listed if holes.asks_for_all else listed - EACH
        wanted = session.mirror.live_rows.not_in_full(model, owner, listed, before, missed)
        # What no list returns any more is asked for as such.
        gone = [hole for id, hole in missed.items() if id not in wanted]
        for hole in gone:
            holes.fill(hole)
        session.mirror.holes.close(gone)
        for id, was_read in wanted.items():
            if not holes.is_unavailable(owner, model, f"{IN_FULL}{id}"):
                ref = ObjectRef(model, owner, id)
                if was_read:
                    self._handler.read_before.add(ref)
                yield ref


class ReadInFull(NoLongerListed):
    """Retrieves objects that a list has just returned. What Stripe says of them here is no word on
    whether they exist."""

    def __init__(self, session: Session, pool: Pool) -> None:
        super().__init__(session, pool, unlisted=False)
        self.read_before = set[ObjectRef]()
        """Objects that were read in full by a run before."""

    def refused(self, request: Request, error: StripeError, asked_at: datetime) -> PageResult:
        assert isinstance(request, Retrieve)
        if not error.unavailable or error.is_about_object:
            return self.not_read(request, error)
        self._pool.states.refuse_part(request.model, self._pool.states.place_of(request))
        hole = replace(self._hole(request, error.reason), unavailable=True)
        if request.wanted in self.read_before and not self._holes.was_hidden(hole.id):
            hole = self._hole(request, f"{REFUSED_NOW}{error.reason}")
        return self._leave(hole)

    def _hole(self, request: Request, answer: str) -> Hole:
        assert isinstance(request, Retrieve)
        key = f"{IN_FULL}{request.wanted.id}"
        return Hole(request.wanted.owner, request.model, key, (), answer)

    def _fill(self, request: Request, batch: Batch) -> None:
        id = self._hole(request, "").id
        self._holes.fill(id)
        batch.holes[id] = None
