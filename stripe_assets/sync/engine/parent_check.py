"""Stripe says that the parent of a nested list does not exist. The parent's retrieve decides."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from stripe_assets.catalog import Catalog
from stripe_assets.catalog.retrieval import retrieve_route
from stripe_assets.mirror import Batch, Gone, ObjectRef
from stripe_assets.stripe_api import StripeError, route_path
from stripe_assets.sync.engine.page import Page
from stripe_assets.sync.engine.source import Source
from stripe_assets.sync.engine.task import (
    ListPage,
    PageHandler,
    PageResult,
    Request,
    Retrieve,
)


class ListHandler(Protocol):
    """What the check needs of the list's handler."""

    def parent_gone(self, request: Request) -> PageResult: ...

    def not_read(self, request: Request, error: StripeError) -> PageResult: ...

    def failed(self, request: Request, error: Exception, doing: str = "") -> None: ...


def parent_check(
    handler: ListHandler, catalog: Catalog, request: ListPage, error: StripeError
) -> PageResult:
    """Returns the retrieve of the parent. Where it has no route, the list was not read."""
    source, parent = request.source, request.source.parent
    assert parent
    route = retrieve_route(catalog[parent.resource], {})
    if route is None:
        return handler.not_read(request, error)
    retrieve = Retrieve(
        source=Source(
            model=source.model,
            resource=parent.resource,
            reader=source.reader,
            owned_by=source.owned_by,
            path=route_path(route.path, {"id": parent.id}),
            endpoint=route.path,
        ),
        handler=ParentCheck(handler, request, error),
        depth=request.depth,
        nested=frozenset(),
        wanted=ObjectRef(parent.resource, source.owner, parent.id),
    )
    return PageResult(Batch(), [retrieve])


class ParentCheck(PageHandler):
    def __init__(self, handler: ListHandler, listed: ListPage, error: StripeError) -> None:
        self._handler = handler
        self._listed = listed
        self._error = error

    def received(self, request: Request, page: Page, batch: Batch) -> PageResult:
        if page.items[0].get("deleted") is True:
            return self._gone(request, page.answer.observed_at)
        return self._handler.not_read(self._listed, self._error)

    def refused(self, request: Request, error: StripeError, asked_at: datetime) -> PageResult:
        assert isinstance(request, Retrieve)
        if not error.denies(request.wanted.id):
            return self._handler.not_read(self._listed, error)
        return self._gone(request, asked_at)

    def _gone(self, request: Request, asked_at: datetime) -> PageResult:
        assert isinstance(request, Retrieve)
        wanted, result = request.wanted, self._handler.parent_gone(self._listed)
        result.batch.gone.append(Gone(wanted.resource, wanted.owner, (wanted.id,), asked_at))
        return result

    def not_read(self, request: Request, error: StripeError) -> PageResult:
        return self._handler.not_read(self._listed, error)

    def failed(self, request: Request, error: Exception, doing: str = "") -> None:
        self._handler.failed(self._listed, error, doing)
