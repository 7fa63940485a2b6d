"""API objects → rows, without I/O: what `Mirror.write` is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import count, groupby, islice, repeat
from typing import TYPE_CHECKING, Any

from stripe_assets.mirror.batch import Batch, Link, Owner, ParentRef
from stripe_assets.mirror.errors import MirrorError
from stripe_assets.mirror.rows.answer import Page
from stripe_assets.mirror.rows.compiled import RowCompiler, RowCompilers

if TYPE_CHECKING:
    from stripe_assets.catalog import Catalog

_plans: dict[int, RowCompilers] = {}


def plans_for(catalog: Catalog) -> RowCompilers:
    """The compiled plans of a catalog, kept for as long as the program runs."""
    plans = _plans.get(id(catalog))
    if plans is None or plans.catalog is not catalog:
        plans = _plans[id(catalog)] = RowCompilers(catalog)
    return plans


def flatten(
    catalog: Catalog,
    resource: str,
    items: Sequence[Mapping[str, Any]],
    owner: Owner,
    observed_at: datetime,
    *,
    api_version: str,
    parent: ParentRef | None = None,
    position: int = 0,
    platform_id: str | None = None,
    fill: bool = False,
    listed: bool = False,
    clean: bool = False,
) -> Batch:
    """What the objects of an answer come to in the mirror.

    Parameters: resource: the model of the items, by its API name; an item that says it is another model becomes that one's row.
    observed_at: when the request was sent, by Stripe's clock, aware. parent, position: for the items of a sublist or a
    fan-out, where the first of them stands. platform_id: the account whose key it is, for what the platform owns.
    fill: the items were embedded elsewhere (an event), so that they only fill missing rows. listed: this is a page of a list,
    so that its items are not unlisted. clean: no name of SECRET_NAMES occurs in the answer, so that nobody need look for it.

    Nothing of `items` is changed, but rows share their nested values. Raises MirrorError for an item without an id.
    """
    if observed_at.tzinfo is None:
        raise ValueError("observed_at must be aware: when the request was sent, in UTC")
    ids = [item.get("id") for item in items]
    if all(type(id) is str for id in ids) and len(set(ids)) < len(
        ids
    ):  # an object that comes twice is as it came last
        items = list(dict(zip(ids, items, strict=True)).values())
    page = Page(plans_for(catalog), owner.livemode, observed_at, api_version, platform_id, clean)

    own = page.plans[resource]

    def plan_of(item: Mapping[str, Any]) -> RowCompiler:
        return (
            own
            if item.get("object", resource) == resource
            else page.plans.of_object(item, (resource,)) or own
        )

    places, above, parent_id = (
        count(position),
        (parent.resource, parent.field) if parent else None,
        parent.id if parent else "",
    )
    for plan, some in groupby(items, plan_of):
        objs = list(some)
        for item in objs:
            if type(item.get("id")) is not str and not plan.singleton:
                raise MirrorError(
                    f"an item of {resource} has no id: the API sent {sorted(item)[:12]}"
                )
        page.add(
            plan,
            objs,
            owner.account_id,
            not fill,
            above,
            repeat(parent_id),
            islice(places, len(objs)),
            listed=listed,
        )
    if parent is not None and parent.link is not None and items:
        page.batch.links.append(
            Link(resource, parent.link, parent.id, owner, tuple(str(item["id"]) for item in items))
        )
    page.batch.objects += len(items)
    return page.finish()
