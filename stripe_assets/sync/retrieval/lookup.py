"""Many objects of one kind are found in their list: that takes fewer requests than a retrieve each.

Where it is known when the objects were created, the list is read in the ranges of `created` that
hold enough of them. Otherwise it is read from its start while it is worth it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from math import ceil
from operator import attrgetter
from typing import Any

from stripe_assets.catalog.lists import applies
from stripe_assets.catalog.model import Route
from stripe_assets.mirror import Batch, ObjectRef, ParentRef
from stripe_assets.stripe_api import StripeError
from stripe_assets.sync.constants import PAGE
from stripe_assets.sync.engine.one_off_handler import Items, OneOffHandler
from stripe_assets.sync.engine.session import Session
from stripe_assets.sync.engine.source import Source
from stripe_assets.sync.engine.task import ListPage, PageHandler, Request, Task
from stripe_assets.sync.retrieval.handler import Present, Retrieval
from stripe_assets.sync.retrieval.read_request import ReadRequest

ENOUGH_FOR_LIST = 200
"""Objects of one kind. Fewer are retrieved, and their list is not tried."""
LEAST_PAGES = 10
"""Pages of such a list that are read however few of the objects they bring."""
ENOUGH_FOR_RANGES = 20
"""Objects of one kind. Fewer are retrieved, and the database is not asked how many other objects
were created at the same time."""


@dataclass(frozen=True, slots=True)
class CreatedRange:
    """Objects that were created at nearly the same time."""

    first: datetime
    last: datetime
    requests: tuple[ReadRequest, ...]
    pages: int
    """An estimate of the list's pages."""


def lookups(session: Session, requests: Iterable[ReadRequest], retrieval: Retrieval) -> list[Task]:
    """Returns the tasks that read lists. Objects that these do not bring must be retrieved."""
    tasks: list[Task] = []
    place = attrgetter("ref.resource", "ref.owner")
    listed = sorted((one for one in requests if one.may_be_listed), key=place)
    dated = (request for request in listed if request.created)
    undated = (request for request in listed if not request.created)
    for _, some in groupby(dated, place):
        tasks += _ranges(session, list(some), retrieval)
    for _, some in groupby(undated, place):
        together = list(some)
        if len(together) >= ENOUGH_FOR_LIST:
            tasks += _whole_lists(session, together, retrieval)
    return tasks


def _whole_lists(
    session: Session, requests: list[ReadRequest], retrieval: Retrieval
) -> Iterator[Task]:
    resource, owner = session.catalog[requests[0].ref.resource], requests[0].ref.owner
    routes = (route for route in resource.routes if not route.parent)
    route = next((one for one in routes if applies(one, owner.livemode)), None)
    if route is None or resource.rows_are_accounts or resource.on_demand_reason:
        return
    handler = ListLookup(retrieval, [request.ref for request in requests])
    for variant in route.variants:
        source = Source.of_list(resource, route, owner, variant)
        yield _list_page(source, route, handler, requests[0].nested)


def _ranges(session: Session, requests: list[ReadRequest], retrieval: Retrieval) -> Iterator[Task]:
    resource, owner = session.catalog[requests[0].ref.resource], requests[0].ref.owner
    routes = (route for route in resource.routes if route.created_filter == "created")
    route = next((route for route in routes if not route.parent), None)
    if route is None or len(requests) < ENOUGH_FOR_RANGES:
        return
    requests.sort(key=attrgetter("created"))
    first, last = requests[0].created, requests[-1].created
    assert first and last
    known = session.mirror.live_rows.created_between(resource.name, owner, first, last)
    for one in worthwhile(requests, known, len(route.variants)):
        handler = RangeLookup(retrieval, one)
        created = {"gte": int(one.first.timestamp()), "lte": int(one.last.timestamp())}
        for variant in route.variants:
            source = Source.of_list(resource, route, owner, variant, created=created)
            yield _list_page(source, route, handler, requests[0].nested)


def _list_page(
    source: Source, route: Route, handler: PageHandler, nested: frozenset[str]
) -> ListPage:
    return ListPage(
        source=source, handler=handler, nested=nested, key=route.path, paging=route.paging
    )


def worthwhile(
    requests: Sequence[ReadRequest], known: Iterable[datetime], variants: int
) -> list[CreatedRange]:
    """Returns the ranges whose lists take fewer requests than the retrieves of their objects.

    `requests`, and `known` (when the objects of the mirror were created), are in order of time. An
    object that is in both counts twice. So a range is taken for longer than it is, never for
    shorter than what is known.
    """
    ranges: list[CreatedRange] = []
    times = iter(known)
    ahead = next(times, None)
    group: list[ReadRequest] = []
    others = 0
    for request in requests:
        at, between = request.created or datetime.min.replace(tzinfo=UTC), 0
        while ahead is not None and ahead <= at:
            between += 1
            ahead = next(times, None)
        if group and between * variants >= PAGE:  # a page more would save one request
            ranges += _range_of(group, others, variants)
            group, others = [], 0
        others += between if group else 0
        group.append(request)
    return ranges + _range_of(group, others, variants)


def _range_of(group: Sequence[ReadRequest], others: int, variants: int) -> list[CreatedRange]:
    pages = variants * ceil((len(group) + others) / PAGE)
    first, last = group[0].created, group[-1].created
    assert first and last
    return [CreatedRange(first, last, tuple(group), pages)] if pages < len(group) else []


class ListLookup(OneOffHandler):
    """Reads a list while its pages bring more of the wanted objects than they take requests.

    The objects that it does not bring are retrieved. So are all of them where the list cannot be
    read.
    """

    def __init__(self, retrieval: Retrieval, wanted: Iterable[ObjectRef]) -> None:
        super().__init__(retrieval.catalog, retrieval.now, retrieval.nested)
        self._retrieval = retrieval
        self._wanted = {ref.id: ref for ref in wanted}
        self._left = set(self._wanted)
        self._requests = 0

    def readable(self, request: Request, page: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Leaves out all other objects: their nested lists would not be read to their ends."""
        return [item for item in page if item.get("id") in self._wanted]

    def took(self, request: Request, items: Items, batch: Batch, observed_at: datetime) -> bool:
        self._requests += 1
        self._left.difference_update(item["id"] for item in items)
        return bool(self._left) and self._requests < self._most_requests()

    def _most_requests(self) -> float:
        return LEAST_PAGES + (len(self._wanted) - len(self._left)) / 2

    def written(self, request: Request, items: Items, observed_at: datetime) -> None:
        for item in items:
            if ref := self._wanted.get(str(item["id"])):
                self._retrieval.present[ref] = Present(observed_at)

    def unavailable(self, request: Request, error: StripeError, asked_at: datetime) -> None:
        return

    def failed(self, request: Request, error: Exception, doing: str = "") -> None:
        return

    def part(self, request: Request, parent: ParentRef) -> PageHandler | None:
        ref = self._wanted.get(parent.id)
        return self._retrieval.part_of(ref) if ref else None


class RangeLookup(ListLookup):
    """Reads the list of a range until it has taken more requests than was estimated."""

    def __init__(self, retrieval: Retrieval, created: CreatedRange) -> None:
        super().__init__(retrieval, (request.ref for request in created.requests))
        self._allowed = min(2 * created.pages, len(created.requests) - 1)

    def _most_requests(self) -> float:
        return self._allowed
