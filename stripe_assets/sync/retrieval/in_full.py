"""Objects of which a retrieve can include more than a list can (`Resource.retrieved_in_full`)."""

from __future__ import annotations

from datetime import timedelta

from stripe_assets.mirror import ObjectRef
from stripe_assets.sync.engine.model_state import ModelState
from stripe_assets.sync.engine.pool import Pool
from stripe_assets.sync.engine.session import Session
from stripe_assets.sync.retrieval.deletions import Swept, UnreadObjects
from stripe_assets.sync.retrieval.further import FurtherRetrieves
from stripe_assets.sync.retrieval.read_request import ReadRequest

EACH = timedelta(days=1)
"""A request for each object is too much for every run. A full sync asks for all of them."""


class InFull:
    """Retrieves, when all lists of a model are read, the objects that were not retrieved for a
    day."""

    def __init__(self, session: Session, pool: Pool, swept: Swept) -> None:
        self._session = session
        self._swept = swept
        self._handler = UnreadObjects(session, pool)
        self._further = FurtherRetrieves(session, pool)

    def begin(self, state: ModelState) -> bool:
        """Returns whether there may be such objects."""
        resource = self._session.catalog[state.model]
        if state.failed or not resource.retrieved_in_full:
            return False
        began = {owner: self._swept.began(owner, state.model) for owner in self._swept.owners}
        since = {owner: at - self._age for owner, at in began.items() if at is not None}

        def find() -> list[ReadRequest]:
            rows = self._session.mirror.live_rows
            return [
                ReadRequest(ObjectRef(resource.name, owner, id))
                for owner, before in since.items()
                for id in rows.not_in_full(resource.name, owner, before)
            ]

        if since:
            self._further.put(resource, "in full", find, self._handler)
        return bool(since)

    @property
    def _age(self) -> timedelta:
        return timedelta(0) if self._session.before.holes.asks_for_all else EACH
