"""What `sync_from_stripe_data`, `sync` and `refresh` do. The first call of one loads it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import orm
from stripe import StripeObject

from stripe_assets.catalog.odd_json import LEVELS
from stripe_assets.catalog.retrieval import parent_fields
from stripe_assets.models.place import Place
from stripe_assets.models.sdk_objects import check_object, observed, on_the_wire, plain
from stripe_assets.sync import SyncedObject


def sync_given(
    cls: type[Any],
    data: StripeObject | Mapping[str, Any],
    depth: int | None,
    observed_at: datetime | None,
    *,
    stripe_account: str | None,
    **place: Any,
) -> Any:
    """See `Model.sync_from_stripe_data`. `place`: parameters of `Place`."""
    resource = cls.resource
    try:
        obj = plain(data)
    except RecursionError:
        raise ValueError(f"this object is nested more than {LEVELS} levels deep") from None
    _check_depth(depth)
    check_object(resource, obj)
    sent = data if isinstance(data, StripeObject) else None
    if observed_at is not None and observed_at.tzinfo is None:
        raise ValueError(
            f"observed_at={observed_at} has no time zone: pass an aware datetime, as one in UTC"
        )
    livemode = obj.get("livemode")
    where = Place(
        cls,
        obj.get("id"),
        stripe_account=stripe_account or (sent.stripe_account if sent else None),
        livemode=livemode if isinstance(livemode, bool) else None,
        secret=sent.api_key if sent else None,
        **place,
    )
    seen = observed(sent, observed_at)
    answered = sent is not None and bool(sent.stripe_account) and sent.last_response is not None
    given = on_the_wire(resource, obj)
    row, _ = where.sync(
        lambda run: run.given(resource.name, given, seen, depth, account_answered=answered)
    )
    return row


def sync_one(
    cls: type[Any], id: str | None, parents: Mapping[str, str], depth: int | None, **place: Any
) -> tuple[Any, SyncedObject]:
    """See `Model.sync`. `place`: parameters of `Place`."""
    resource = cls.resource
    if not resource.singleton and not id:
        raise ValueError(f"{cls.__name__}.sync() needs the id of a {resource.name}")
    _check_depth(depth)
    wanted = parent_fields(resource)
    for name in parents:
        if name not in wanted:
            raise TypeError(f"{cls.__name__}.sync() got an unexpected keyword argument {name!r}")
    where = Place(cls, id, **place)
    columns = {
        field.name: field.column
        for field in resource.fields
        if field.name in wanted and field.column
    }
    known = {
        name: value
        for name, column in columns.items()
        if where.row and (value := where.row[column])
    }
    return where.sync(lambda run: run.retrieved(resource.name, id, {**known, **parents}, depth))


def sync_again(row: Any, api_key: str | None) -> Any:
    """See `Model.refresh`."""
    session = orm.object_session(row)
    if session is None:
        raise orm.exc.DetachedInstanceError(
            f"{row!r} belongs to no session, so its database is unknown: "
            f"use {type(row).__name__}.sync()"
        )
    again, _ = sync_one(
        type(row),
        None if row.resource.singleton else row.id,
        {},
        None,
        api_key=api_key,
        stripe_account=row._account_id,
        session=session,
        mirror=None,
        livemode=row._livemode,
    )
    if again is not row:
        # `row` belongs to a ReadingSession: the call had a session of its own.
        session.expire_all()
    return row


def _check_depth(depth: int | None) -> None:
    if depth is not None and depth < 0:
        raise ValueError(
            f"depth={depth} is negative: pass how many steps of references to follow, "
            "0 or more, or None for all"
        )
