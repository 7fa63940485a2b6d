"""Objects that are read again: each is retrieved, or found in a list where that takes fewer
requests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from stripe_assets.catalog import Catalog
from stripe_assets.catalog.retrieval import read_by_platform, retrieve_params, retrieve_route
from stripe_assets.mirror import ObjectRef, Owner, chunks
from stripe_assets.stripe_api import route_path
from stripe_assets.sync.engine.session import Session
from stripe_assets.sync.engine.source import Source
from stripe_assets.sync.engine.task import PageHandler, Retrieve, Task
from stripe_assets.sync.retrieval.handler import Retrieval
from stripe_assets.sync.retrieval.lookup import lookups
from stripe_assets.sync.retrieval.read_request import ReadRequest

TASKS_AT_ONCE = 200
"""Retrieves that are made into tasks together."""


def read_objects(
    session: Session,
    requests: Sequence[ReadRequest],
    retrieval: Retrieval,
    at_once: int = 1_000,
) -> Iterator[list[ObjectRef]]:
    """Reads objects, with the nested lists that the requests name. Yields the objects that are
    done, some at a time. `retrieval` keeps what became of each.

    Raises SyncAborted when the run is halted, MirrorError when the database cannot be read.
    """
    models, nested = {request.ref.resource for request in requests}, retrieval.nested
    if tasks := lookups(session, requests, retrieval):
        session.read_all(models, [tasks], nested)
        yield list(retrieval.present)
    left = [request for request in requests if request.ref not in retrieval.present]
    for some in chunks(left, at_once):
        tasks = _retrieves(session, some, retrieval)
        session.read_all(models, chunks(tasks, TASKS_AT_ONCE), nested)
        yield [request.ref for request in some]


def read_each(session: Session, requests: Sequence[ReadRequest], retrieval: Retrieval) -> Retrieval:
    """Does what `read_objects` does, and returns `retrieval` at the end."""
    for _ in read_objects(session, requests, retrieval):
        pass
    return retrieval


def _retrieves(
    session: Session, requests: Iterable[ReadRequest], retrieval: Retrieval
) -> Iterator[Task]:
    for request in requests:
        try:
            yield retrieve_task(session.catalog, session.platform, request, retrieval)
        except ValueError as error:  # no path can hold such an id
            retrieval.fail(request.ref, error)


def retrieve_task(
    catalog: Catalog, platform: Owner, request: ReadRequest, handler: PageHandler
) -> Retrieve:
    """Raises ValueError for an id that no path can hold."""
    ref = request.ref
    resource = catalog[ref.resource]
    if resource.singleton:
        route, template = None, resource.singleton
        path = template
    else:
        route = retrieve_route(resource, request.parents)
        assert route is not None, f"{resource.name} cannot be retrieved"
        template = route.path
        placeholders = {name: request.parents[name] for name in route.params}
        path = route_path(template, {**placeholders, "id": ref.id})
    source = Source(
        model=resource.name,
        resource=resource.name,
        reader=platform if read_by_platform(catalog, resource) else ref.owner,
        owned_by=ref.owner,
        path=path,
        endpoint=template,
        params=retrieve_params(resource, route),
    )
    wanted = replace(ref, parents=request.parents) if request.parents else ref
    return Retrieve(source=source, handler=handler, nested=request.nested, wanted=wanted)
