"""The first task of each list that a sweep reads once for an account."""

from __future__ import annotations

from collections.abc import Mapping

from stripe_assets.catalog import Catalog
from stripe_assets.catalog.lists import list_key
from stripe_assets.catalog.model import Route
from stripe_assets.mirror import ObjectRef, Owner
from stripe_assets.sync.engine.cursor import Part
from stripe_assets.sync.engine.shards import BEGINNING, WHOLE, Listing
from stripe_assets.sync.engine.source import Source
from stripe_assets.sync.engine.task import ListPage, PageHandler, Retrieve

Nested = frozenset[str] | None
"""The models whose nested lists are read for the rows. None: all that the run reads."""


def singleton_task(
    catalog: Catalog, owner: Owner, name: str, handler: PageHandler, nested: Nested
) -> Retrieve:
    path = catalog[name].singleton
    assert path
    return Retrieve(
        source=Source(model=name, resource=name, reader=owner, path=path, endpoint=path),
        handler=handler,
        nested=nested,
        wanted=ObjectRef(name, owner, owner.account_id),
    )


def list_task(
    catalog: Catalog,
    owner: Owner,
    name: str,
    route: Route,
    variant: Mapping[str, str | bool],
    handler: PageHandler,
    *,
    nested: Nested,
    created: int | None,
) -> ListPage:
    """`created`: when the account was created, in Unix seconds. None: it is not known."""
    part = None
    if route.created_filter == "created":
        part = Part(WHOLE, Listing(BEGINNING if created is None else created))
    return ListPage(
        source=Source.of_list(catalog[name], route, owner, variant),
        handler=handler,
        nested=nested,
        key=list_key(route, variant),
        paging=route.paging,
        part=part,
    )
