"""API objects → rows, without I/O. `Mirror.write` takes the result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import count, groupby, islice, repeat
from typing import TYPE_CHECKING, Any

from stripe_assets.catalog.odd_json import LEVELS
from stripe_assets.mirror.batch import Batch, Link, Owner, ParentRef
from stripe_assets.mirror.errors import MirrorError
from stripe_assets.mirror.rows.answer import AnswerRows
from stripe_assets.mirror.rows.compiled import RowCompiler, RowCompilers
from stripe_assets.mirror.rows.group import Asked

if TYPE_CHECKING:
    from stripe_assets.catalog import Catalog

_compilers: dict[int, RowCompilers] = {}


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
    asked: Iterable[str] | None = None,
) -> Batch:
    """The batch for the objects of an answer.

    Parameters: resource: the model of the items. An item whose field `object` names another model
    becomes a row of that model. observed_at: when the request was sent, by Stripe's clock, aware.
    parent, position: for the items of a sublist or a fan-out, with the position of the first.
    platform_id: the key's own account, which owns what belongs to the platform. fill: the items
    were embedded elsewhere (in an event), so they only fill missing rows. listed: the items come
    from a list, so they are not unlisted. clean: no name of SECRET_NAMES occurs in the answer, so
    nothing has to be searched for one. asked: the items are whole, and these paths below them were
    asked for, as `tax` or `lines.data.discounts`. What a whole object lacks becomes NULL, unless it
    comes only on request. None: the items may be partial, and their rows keep what they lack.

    `items` is not changed, but the rows share its nested values. Raises MirrorError for an item
    without an id, and ValueError where `observed_at` is not aware.
    """
    if observed_at.tzinfo is None:
        raise ValueError("observed_at must be aware: when the request was sent, in UTC")
    items = _last_of_each(items)
    compilers = _compilers_of(catalog)
    rows = AnswerRows(compilers, owner.livemode, observed_at, api_version, platform_id, clean)
    own = rows.compilers[resource]
    shown = None if fill or asked is None else frozenset(asked)
    _add(rows, own, items, owner, parent, position, observed=not fill, listed=listed, asked=shown)
    if parent is not None and parent.link is not None and items:
        ids = tuple(str(item["id"]) for item in items)
        rows.batch.links.append(Link(resource, parent.link, parent.id, owner, ids))
    rows.batch.objects += len(items)
    try:
        return rows.finish()
    except RecursionError:
        raise MirrorError(
            f"a {resource} of this answer is nested more than {LEVELS} levels deep:"
            f" {', '.join(str(item.get('id')) for item in items[:3])}"
        ) from None


def _compilers_of(catalog: Catalog) -> RowCompilers:
    """The compilers of a catalog. They are kept for as long as the program runs."""
    compilers = _compilers.get(id(catalog))
    if compilers is None or compilers.catalog is not catalog:
        compilers = _compilers[id(catalog)] = RowCompilers(catalog)
    return compilers


def _last_of_each(items: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """The items. An object that comes twice is returned once, as it came last."""
    ids = [item.get("id") for item in items]
    if all(type(id) is str for id in ids) and len(set(ids)) < len(ids):
        return list(dict(zip(ids, items, strict=True)).values())
    return items


def _add(
    rows: AnswerRows,
    own: RowCompiler,
    items: Iterable[Mapping[str, Any]],
    owner: Owner,
    parent: ParentRef | None,
    position: int,
    *,
    observed: bool,
    listed: bool,
    asked: Asked,
) -> None:
    resource = own.resource.name

    def compiler_of(item: Mapping[str, Any]) -> RowCompiler:
        if item.get("object", resource) == resource:
            return own
        return rows.compilers.of_object(item, (resource,)) or own

    positions = count(position)
    above = (parent.resource, parent.field) if parent else None
    parent_ids = repeat(parent.id if parent else "")
    for compiler, some in groupby(items, compiler_of):
        objs = list(some)
        for item in objs:
            if type(item.get("id")) is not str and not compiler.singleton:
                raise MirrorError(
                    f"an item of {resource} has no id: the API sent {sorted(item)[:12]}"
                )
        places = islice(positions, len(objs))
        rows.groups.add(
            compiler,
            objs,
            owner.account_id,
            observed,
            above,
            parent_ids,
            places,
            listed=listed,
            asked=asked,
        )
