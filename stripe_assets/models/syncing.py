"""What `sync_from_stripe_data`, `sync` and `refresh` do. Loaded when the first of them is called."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm.util import identity_key
from stripe import StripeObject

from stripe_assets.catalog import Resource, catalog
from stripe_assets.catalog.retrieval import parent_fields
from stripe_assets.keys import KeyRing
from stripe_assets.mirror import Mirror, decimal_text
from stripe_assets.models.mapping import map_class, tables
from stripe_assets.models.mirrors import mirror_of
from stripe_assets.models.model import Model, model
from stripe_assets.models.sessions import ReadingSession
from stripe_assets.stripe_api import ApiKey
from stripe_assets.sync import ObjectSync, Observed, SyncedObject

UNDER_WAY = timedelta(seconds=80)
"""How long before its answer's date a request may have been sent: the SDK's timeout."""
SECOND = timedelta(seconds=1)
MANY_ACCOUNTS = 500
_ACCOUNT = re.compile(r"acct_[A-Za-z0-9_]+")


class Place:
    """Where an object is read from and written to, as the arguments of the call and what the mirror has say."""

    def __init__(
        self,
        cls: type[Model],
        id: str | None,
        *,
        api_key: str | None,
        stripe_account: str | None,
        session: orm.Session | orm.scoped_session[Any] | None,
        mirror: Mirror | None,
        livemode: bool | None = None,
        secret: str | None = None,
    ) -> None:
        """`secret`: of the key by which the program itself has read the object: it is of that key's account, or of `stripe_account`."""
        map_class(cls)
        self._cls = cls
        if stripe_account is not None and not _ACCOUNT.fullmatch(stripe_account):
            raise ValueError(
                f"stripe_account={stripe_account[:40]!r} is no account id; one starts with acct_"
            )
        joined: orm.Session | None = (
            session() if isinstance(session, orm.scoped_session) else session
        )
        if isinstance(joined, ReadingSession):
            mirror, joined = mirror or joined.mirror, None
        self._session = joined
        self.mirror = mirror or mirror_of(joined)
        ring = KeyRing(self.mirror)
        account = stripe_account or (
            id if cls.resource.rows_are_accounts or cls.resource.singleton else None
        )
        rows = [] if secret or not id or cls.resource.singleton else self._known(ring, id, livemode)
        accounts = {account} if account else {row["_account_id"] for row in rows}
        self.key: ApiKey = ring.reading(
            api_key, secret=secret, livemode=livemode, accounts=accounts
        )
        fitting = {stripe_account} if stripe_account else ring.reached(self.key)
        rows = [
            row
            for row in rows
            if row["_livemode"] == self.key.livemode and row["_account_id"] in fitting
        ]
        if len(rows) > 1 and not account:
            names = ", ".join(sorted(row["_account_id"] for row in rows))
            raise ValueError(
                f"several accounts have a {cls.resource.name} {id}: say whose is meant by stripe_account= ({names})"
            )
        self.row = rows[0] if rows else None
        """Columns of the row that the mirror has."""
        own = cls.resource.rows_are_accounts  # the platform itself reads the accounts
        self._account = (
            stripe_account if own else account or (self.row["_account_id"] if self.row else None)
        )

    def _known(self, ring: KeyRing, id: str, livemode: bool | None) -> list[dict[str, Any]]:
        """The rows that have this id: an object that was synced before is still its owner's."""
        resource = self._cls.resource
        table = tables()[resource.name]
        columns = [
            field.column
            for field in resource.fields
            if field.name in parent_fields(resource) and field.column
        ]
        query = sa.select(
            *(table.c[name] for name in dict.fromkeys(["_account_id", "_livemode", *columns]))
        ).where(table.c.id == id)
        accounts = ring.accounts()
        if (
            0 < len(accounts) <= MANY_ACCOUNTS
        ):  # by the primary key, in which the account comes first
            query = query.where(
                table.c._account_id.in_(
                    sorted(accounts if not resource.rows_are_accounts else {*accounts, id})
                )
            )
        if livemode is not None:
            query = query.where(table.c._livemode == livemode)
        with self.mirror.connection(self._reads()) as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def _reads(self) -> sa.Connection | None:
        """The caller's connection where its transaction may have written what others do not see."""
        return (
            self._connect()
            if self._session is not None and self._session.in_transaction()
            else None
        )

    def _connect(self) -> sa.Connection:
        assert self._session is not None
        options = None if self._session.in_transaction() else {"writes": True}
        return self._session.connection(
            bind_arguments={"mapper": orm.class_mapper(self._cls)}, execution_options=options
        )

    def sync(self, work: Callable[[ObjectSync], SyncedObject]) -> tuple[Any, SyncedObject]:
        """The row that the work has written, and what else it did. Raises what Stripe said where there is none."""
        joins = self._connect if self._session is not None else None
        with ObjectSync(
            self.key, self.mirror, account=self._account, joins=joins, reads=self._reads()
        ) as run:
            done = work(run)
        session = self._session if self._session is not None else ReadingSession(self.mirror)
        for written in done.rows if self._session is not None else ():
            row = session.identity_map.get(
                identity_key(model(written.resource), (*astuple(written.owner), written.id))
            )
            if row is not None:
                session.expire(row)
        key = (done.owner.account_id, done.owner.livemode, done.id)
        with self.mirror.explaining():
            found: Any = session.get(self._cls, key, populate_existing=True)
        if done.refusal is not None and (found is None or found._deleted_at is None):
            raise done.refusal
        return found, done


def sync_given(
    cls: type[Any],
    data: StripeObject | Mapping[str, Any],
    depth: int | None,
    observed_at: datetime | None,
    *,
    stripe_account: str | None,
    **place: Any,
) -> Any:
    """See `Model.sync_from_stripe_data`; `place`: parameters of `Place`."""
    resource = cls.resource
    obj = plain(data)
    _check(resource, obj, depth)
    sent = data if isinstance(data, StripeObject) else None
    if observed_at is not None and observed_at.tzinfo is None:
        raise ValueError(
            "observed_at must be aware: a time without its zone means nothing to Stripe"
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
    observed = _observed(sent, observed_at)
    answered = sent is not None and bool(sent.stripe_account) and sent.last_response is not None
    given = _on_the_wire(resource, obj)
    row, _ = where.sync(
        lambda run: run.given(resource.name, given, observed, depth, account_answered=answered)
    )
    return row


def sync_one(
    cls: type[Any], id: str | None, parents: Mapping[str, str], depth: int | None, **place: Any
) -> tuple[Any, SyncedObject]:
    """See `Model.sync`; `place`: parameters of `Place`."""
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
            f"{row!r} belongs to no session, which would tell its database: use {type(row).__name__}.sync()"
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
        session.expire_all()  # of rows for reading alone
    return row


def plain(value: Any) -> Any:
    """What the SDK or a program made of JSON, as the JSON was."""
    if isinstance(value, StripeObject):
        response = value.last_response
        if response is not None:
            body = orjson.loads(response.body)
            if isinstance(body, dict) and all(
                body.get(name) == getattr(value, name, None) for name in ("id", "object")
            ):
                return body
        return {name: plain(inner) for name, inner in value.to_dict(recursive=False).items()}
    if isinstance(value, Mapping):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return decimal_text(value) if isinstance(value, Decimal) else value


def _on_the_wire(resource: Resource, obj: dict[str, Any]) -> dict[str, Any]:
    """The SDK reads v2's 64-bit integers, which are sent as strings."""
    strings = {field.path[0] for field in resource.fields if field.wire == "int64_string"}
    return {
        name: str(value) if name in strings and type(value) is int else value
        for name, value in obj.items()
    }


def _check_depth(depth: int | None) -> None:
    if depth is not None and depth < 0:
        raise ValueError(
            f"depth={depth}: how many steps of references are followed, 0 or more; None ends when nothing is missing"
        )


def _check(resource: Resource, obj: Any, depth: int | None) -> None:
    """Raises TypeError and ValueError."""
    _check_depth(depth)
    if not isinstance(obj, dict):
        raise TypeError(
            f"an object of Stripe's is wanted, a StripeObject or a dictionary, not {type(obj).__name__}"
        )
    name, id = obj.get("object"), obj.get("id")
    shown = f"{name} {id}" if id else str(name)
    if name == "list":
        raise ValueError(
            f"this is a list: sync each of its items with {resource.class_name}.sync_from_stripe_data"
        )
    if name == "event" and resource.name != "event":
        raise ValueError(
            f"this is an event ({id}), and what it carries may be old: "
            f'{resource.class_name}.sync(event["data"]["object"]["id"]) reads the present state'
        )
    if name != resource.name:
        other = catalog().by_object(obj)
        hint = f": use {other.class_name}.sync_from_stripe_data" if other else ""
        raise ValueError(
            f"this is a {shown}, not a {resource.name}{hint}"
            if name
            else f"this is no {resource.name}: it has no `object`"
        )
    if not resource.singleton and not (isinstance(id, str) and id):
        raise ValueError(f"this {resource.name} has no id")


def _observed(sent: StripeObject | None, at: datetime | None) -> Observed:
    """When Stripe has said so: the caller knows, or the answer that the object was has its date. Otherwise nothing is known."""
    response = sent.last_response if sent is not None else None
    headers = (
        {name.lower(): value for name, value in response.headers.items()}
        if response is not None
        else {}
    )
    version = headers.get("stripe-version") or (sent.stripe_version if sent is not None else None)
    if at is not None:
        return Observed(at, at, at, version)
    try:
        date = parsedate_to_datetime(headers["date"]).astimezone(UTC)
    except (KeyError, ValueError):
        return Observed(api_version=version)
    return Observed(date, date - UNDER_WAY, date + SECOND, version)
