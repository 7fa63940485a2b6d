"""Decides at each page of a list whether to split it into parts that are read at the same time."""

from __future__ import annotations

from collections.abc import Callable

from stripe_assets.stripe_api import StripeApi
from stripe_assets.sync.engine.model_state import ModelStates
from stripe_assets.sync.engine.page import Page
from stripe_assets.sync.engine.source import Endpoint
from stripe_assets.sync.engine.task import ListPage, Request

NO_WAIT = 0.01
"""Seconds. A request that waited less did not wait for the rate budget."""


class Splitter:
    """Splits lists while more parts would be read sooner. See `shards` for how."""

    def __init__(
        self,
        api: StripeApi,
        states: ModelStates,
        has_room: Callable[[Endpoint], bool],
    ) -> None:
        """`has_room` says whether a thread waits for more to read of an endpoint."""
        self._api = api
        self._states = states
        self._has_room = has_room

    def parts(self, request: Request, page: Page) -> list[ListPage]:
        """Returns the narrower parts that replace the task's part. Empty: it is read to its end.

        What belongs to the rows of this page is read when the narrower parts return these rows.
        """
        if not isinstance(request, ListPage) or request.part is None:
            return []
        part, listing = request.part, request.part.listing
        if listing is None:
            return []
        if page.cursor is None:
            listing.ended(part.created)
            return []
        if part.has_children:
            return []
        created = [at for item in page.items if type(at := item.get("created")) is int]
        if len(created) < len(page.items):  # an object without `created` is in no range
            return []
        # A request that waited for the rate budget would not have come sooner in more parts.
        idle = page.answer.waited < NO_WAIT and self._has_room(request.queue)
        header, endpoint = self._states.place_of(request)
        narrower = listing.narrower(
            part.created,
            created,
            read=request.cursor.pages,
            useful=self._api.useful_at_once(endpoint, header),
            idle=idle,
            now=int(self._api.now().timestamp()),
        )
        return [request.narrowed(one) for one in narrower]
