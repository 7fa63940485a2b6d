"""Objects that are read again: each is retrieved once, or found in the list of a `created` range where that takes fewer requests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import groupby, islice
from math import ceil
from operator import attrgetter
from typing import Any

from stripe_assets.catalog import Catalog
from stripe_assets.catalog.lists import applies, list_params
from stripe_assets.catalog.model import Resource, Route
from stripe_assets.catalog.retrieval import read_by_platform, retrieve_route
from stripe_assets.mirror import Batch, ObjectRef, Owner, ParentRef
from stripe_assets.stripe_api import route_path
from stripe_assets.sync.engine.handlers import Failed, Page, PageHandler, Present, Retrieval
from stripe_assets.sync.engine.session import Nested, Session
from stripe_assets.sync.engine.task import Task

PAGE = 100
WORTH_LISTING = 200
"""Objects that are missing together: fewer are retrieved without a look at their list."""
PAGES_AT_LEAST = 10
"""Of such a list, however few of them come."""
WORTH_A_LOOK = 20
"""Fewer objects than this are retrieved without asking the database how many others were created around them."""
TASKS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """An object that is to be read in its present state."""

    what: ObjectRef
    created: datetime | None = None
    parents: Mapping[str, str] = field(default_factory=dict)
    """What its retrieve route wants besides the id."""
    lists: frozenset[str] = frozenset()
    """The models whose nested lists are read with it."""
    about_lists: bool = False
    """Some of these are what the event is about: it is retrieved, no list of the object itself will do."""


@dataclass(frozen=True, slots=True)
class Range:
    """Objects that were created close together."""

    first: datetime
    last: datetime
    wishes: tuple[ReadRequest, ...]
    requests: int
    """WriteSink that the list is thought to have."""


def reread(
    session: Session,
    wishes: Sequence[ReadRequest],
    retrieval: Retrieval,
    nested: Nested | None = None,
    at_once: int = 1_000,
) -> Iterator[list[ObjectRef]]:
    """Reads the objects and what hangs on them; yields those that are done, some at a time. `retrieval` tells what became of each.

    Raises SyncAborted when the run is halted, MirrorError when the database cannot be read.
    """
    models = {wish.what.resource for wish in wishes}
    tasks = [task for some in _by_list(wishes) for task in _range_tasks(session, some, retrieval)]
    tasks += [task for some in _undated(wishes) for task in _list_tasks(session, some, retrieval)]
    if tasks:
        session.read_all(models, [tasks], nested)
        yield list(retrieval.present)
    left = [wish for wish in wishes if wish.what not in retrieval.present]
    for start in range(0, len(left), at_once):
        some = left[start : start + at_once]
        session.read_all(
            models, chunks(_retrieves(session, some, retrieval), TASKS_AT_ONCE), nested
        )
        yield [wish.what for wish in some]


def _retrieves(
    session: Session, wishes: Iterable[ReadRequest], retrieval: Retrieval
) -> Iterator[Task]:
    for wish in wishes:
        try:
            yield retrieve_task(session.catalog, session.platform, wish, retrieval)
        except ValueError as error:  # an id that no path can hold
            retrieval.failures[wish.what] = Failed.of(error)


def chunks(tasks: Iterable[Task], size: int) -> Iterator[list[Task]]:
    rest = iter(tasks)
    while some := list(islice(rest, size)):
        yield some


def retrieve_task(
    catalog: Catalog, platform: Owner, wish: ReadRequest, handler: PageHandler
) -> Task:
    resource, owner = catalog[wish.what.resource], wish.what.owner
    reader = platform if read_by_platform(catalog, resource) else owner
    if resource.singleton:
        template = path = resource.singleton
    else:
        route = retrieve_route(resource, wish.parents)
        assert route is not None, f"{resource.name} cannot be retrieved"
        template = route.path
        placeholders = {name: wish.parents[name] for name in route.params}
        path = route_path(template, {**placeholders, "id": wish.what.id})
    return Task(
        model=resource.name,
        resource=resource.name,
        reader=reader,
        owned_by=owner,
        path=path,
        endpoint=template,
        key=template,
        paging="object",
        params={"expand": list(resource.expand)}
        if resource.expand and resource.api == "v1"
        else {},
        handler=handler,
        wanted=wish.what,
        lists=wish.lists,
    )


def _by_list(wishes: Iterable[ReadRequest]) -> Iterator[list[ReadRequest]]:
    """Those that one list could return."""
    place = attrgetter("what.resource", "what.owner")
    listed = (wish for wish in wishes if wish.created and not wish.parents and not wish.about_lists)
    for _, some in groupby(sorted(listed, key=place), place):
        yield list(some)


def _undated(wishes: Iterable[ReadRequest]) -> Iterator[list[ReadRequest]]:
    """Those of which it is not known when they were created, as many as are worth a look at their list."""
    place = attrgetter("what.resource", "what.owner")
    listed = (
        wish for wish in wishes if not wish.created and not wish.parents and not wish.about_lists
    )
    for _, some in groupby(sorted(listed, key=place), place):
        if len(together := list(some)) >= WORTH_LISTING:
            yield together


def _list_tasks(session: Session, wishes: list[ReadRequest], retrieval: Retrieval) -> list[Task]:
    resource, owner = session.catalog[wishes[0].what.resource], wishes[0].what.owner
    route = next(
        (one for one in resource.routes if not one.parent and applies(one, owner.livemode)), None
    )
    if route is None or resource.rows_are_accounts or resource.on_demand_reason:
        return []
    handler = ListLookup(retrieval, [wish.what for wish in wishes])
    return [
        _list_task(resource, route, variant, owner, {}, handler, wishes[0].lists)
        for variant in route.variants
    ]


def _list_task(
    resource: Resource,
    route: Route,
    variant: Mapping[str, Any],
    owner: Owner,
    more: Mapping[str, Any],
    handler: PageHandler,
    lists: frozenset[str],
) -> Task:
    name, path = resource.name, route.path
    params = {**list_params(resource, route, variant), **more}
    return Task(
        name,
        name,
        owner,
        path,
        path,
        path,
        paging=route.paging,
        params=params,
        handler=handler,
        lists=lists,
    )


def _range_tasks(session: Session, wishes: list[ReadRequest], retrieval: Retrieval) -> list[Task]:
    resource, owner = session.catalog[wishes[0].what.resource], wishes[0].what.owner
    route = next(
        (one for one in resource.routes if one.created_filter == "created" and not one.parent), None
    )
    if route is None or len(wishes) < WORTH_A_LOOK:
        return []
    wishes.sort(key=attrgetter("created"))
    first, last = wishes[0].created, wishes[-1].created
    assert first and last
    known = session.mirror.live_rows.created_between(resource.name, owner, first, last)
    tasks = []
    for one in worthwhile(wishes, known, len(route.variants)):
        handler = RangeLookup(retrieval, one)
        created = {"gte": int(one.first.timestamp()), "lte": int(one.last.timestamp())}
        tasks += [
            _list_task(
                resource, route, variant, owner, {"created": created}, handler, wishes[0].lists
            )
            for variant in route.variants
        ]
    return tasks


def worthwhile(
    wishes: Sequence[ReadRequest], known: Iterable[datetime], variants: int
) -> list[Range]:
    """The ranges whose lists take fewer requests than their objects' retrieves.

    `wishes` and `known`, when the objects that the mirror has were created, are in order of time. An object that is
    both counts twice: a range is thought longer than it is, never shorter by what is known.
    """
    ranges: list[Range] = []
    times = iter(known)
    ahead = next(times, None)
    group: list[ReadRequest] = []
    others = 0
    for wish in wishes:
        at, between = wish.created or datetime.min.replace(tzinfo=UTC), 0
        while ahead is not None and ahead <= at:
            between += 1
            ahead = next(times, None)
        if (
            group and between * variants >= PAGE
        ):  # to read on to this one costs a page, and spares one request
            ranges += _range_of(group, others, variants)
            group, others = [], 0
        others += between if group else 0
        group.append(wish)
    return ranges + _range_of(group, others, variants)


def _range_of(group: Sequence[ReadRequest], others: int, variants: int) -> list[Range]:
    requests = variants * ceil((len(group) + others) / PAGE)
    first, last = group[0].created, group[-1].created
    assert first and last
    return [Range(first, last, tuple(group), requests)] if requests < len(group) else []


class ListLookup(PageHandler):
    """Reads a list for as long as a page brings more of what is wanted than the requests are that it spares.

    What it does not return is retrieved afterwards, and so is all of it where the list cannot be read.
    """

    def __init__(self, retrieval: Retrieval, wanted: Iterable[ObjectRef]) -> None:
        self._retrieval = retrieval
        self._wanted = {one.id: one for one in wanted}
        self._left = set(self._wanted)
        self._requests = 0

    def readable(self, task: Task, page: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """What nobody has asked for is left alone: its nested lists would not be read to their ends."""
        return [item for item in page if item.get("id") in self._wanted]

    def took(self, task: Task, page: Page, batch: Batch, observed_at: datetime) -> bool:
        self._requests += 1
        self._left.difference_update(item["id"] for item in page)
        return bool(self._left) and self._requests < self._worth()

    def _worth(self) -> float:
        return PAGES_AT_LEAST + (len(self._wanted) - len(self._left)) / 2

    def written(self, task: Task, page: Page, observed_at: datetime) -> None:
        for item in page:
            if wanted := self._wanted.get(str(item["id"])):
                self._retrieval.present[wanted] = Present(observed_at)

    def part(self, task: Task, parent: ParentRef) -> PageHandler | None:
        wanted = self._wanted.get(parent.id)
        return self._retrieval.part(replace(task, wanted=wanted), parent) if wanted else None


class RangeLookup(ListLookup):
    """Reads a range's list until it has taken more requests than it was thought to."""

    def __init__(self, retrieval: Retrieval, created: Range) -> None:
        super().__init__(retrieval, (wish.what for wish in created.wishes))
        self._allowed = min(2 * created.requests, len(created.wishes) - 1)

    def _worth(self) -> float:
        return self._allowed
