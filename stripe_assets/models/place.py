"""Where one object is read from and written to: an API key, an account, a mirror, a session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm.util import identity_key

from stripe_assets.catalog.retrieval import parent_fields
from stripe_assets.keys import KeyRing
from stripe_assets.mirror import Mirror
from stripe_assets.models.mapping import map_class, tables
from stripe_assets.models.mirrors import mirror_of
from stripe_assets.models.sessions import ReadingSession
from stripe_assets.stripe_api import ApiKey, is_account_id
from stripe_assets.sync import ObjectSync, SyncedObject

MANY_ACCOUNTS = 500
"""Up to this number of accounts, a statement lists them to find a row by the primary key."""

CallersSession = orm.Session | orm.scoped_session[Any] | None


class Place:
    """The API key, the account, the mirror and the session of one call.

    The arguments of the call name them, and the row of the object in the mirror adds what they
    leave open.
    """

    def __init__(
        self,
        cls: type[Any],
        id: str | None,
        *,
        api_key: str | None,
        stripe_account: str | None,
        session: CallersSession,
        mirror: Mirror | None,
        livemode: bool | None = None,
        secret: str | None = None,
    ) -> None:
        """Finds the API key and the row of an object, and the account that owns it.

        `secret`: the key with which the program itself has read the object. The owner is then
        the account of that key, or `stripe_account`. Raises ValueError, UnknownAlias,
        InvalidApiKey, KeyStoreError and MirrorError.
        """
        map_class(cls)
        _check_account(stripe_account)
        self._cls = cls
        self._session, self.mirror = _session_and_mirror(cls, session, mirror)
        ring, resource = KeyRing(self.mirror), cls.resource
        account = stripe_account
        if account is None and (resource.rows_are_accounts or resource.singleton):
            account = id
        rows = [] if secret or not id or resource.singleton else self._rows(ring, id, livemode)
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
                f"several accounts have a {resource.name} {id}: "
                f"pass the one that you mean as stripe_account= ({names})"
            )
        self.row = rows[0] if rows else None
        """The row of the object in the mirror: its owner, and the columns that name its parents."""
        self._account = account or (self.row["_account_id"] if self.row else None)
        if resource.rows_are_accounts:  # the platform itself reads the accounts
            self._account = stripe_account

    def _rows(self, ring: KeyRing, id: str, livemode: bool | None) -> list[dict[str, Any]]:
        """The rows with this id: an object that was synced before has its owner from its row."""
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
        if 0 < len(accounts) <= MANY_ACCOUNTS:
            # The primary key begins with the account.
            owners = {*accounts, id} if resource.rows_are_accounts else accounts
            query = query.where(table.c._account_id.in_(sorted(owners)))
        if livemode is not None:
            query = query.where(table.c._livemode == livemode)
        with self.mirror.connection(self._reads()) as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def _reads(self) -> sa.Connection | None:
        """The caller's connection, if its transaction may have rows that no other one sees yet."""
        if self._session is None or not self._session.in_transaction():
            return None
        return self._connect()

    def _connect(self) -> sa.Connection:
        assert self._session is not None
        options = None if self._session.in_transaction() else {"writes": True}
        return self._session.connection(
            bind_arguments={"mapper": orm.class_mapper(self._cls)}, execution_options=options
        )

    def sync(self, work: Callable[[ObjectSync], SyncedObject]) -> tuple[Any, SyncedObject]:
        """Does the work. Returns the row that it has written, and what else it did.

        Raises the error of Stripe when it did not return the object, except for a tombstone.
        """
        joins = self._connect if self._session is not None else None
        with ObjectSync(
            self.key, self.mirror, account=self._account, joins=joins, reads=self._reads()
        ) as run:
            done = work(run)
        if self._session is not None:
            self._expire_written(self._session, done)
        session = self._session if self._session is not None else ReadingSession(self.mirror)
        key = (done.owner.account_id, done.owner.livemode, done.id)
        with self.mirror.explaining():
            found: Any = session.get(self._cls, key, populate_existing=True)
        if done.refusal is not None and (found is None or found._deleted_at is None):
            raise done.refusal
        return found, done

    def _expire_written(self, session: orm.Session, done: SyncedObject) -> None:
        """Expires the written rows in the caller's session. The session reads them again on use."""
        for written in done.rows:
            cls = self._cls._class_of(written.resource)
            row = session.identity_map.get(identity_key(cls, (*astuple(written.owner), written.id)))
            if row is not None:
                session.expire(row)


def _check_account(stripe_account: str | None) -> None:
    if stripe_account is not None and not is_account_id(stripe_account):
        raise ValueError(
            f"stripe_account={stripe_account[:40]!r} is not an account id: "
            "such an id starts with acct_"
        )


def _session_and_mirror(
    cls: type[Any], session: CallersSession, mirror: Mirror | None
) -> tuple[orm.Session | None, Mirror]:
    """The session whose transaction the call joins, if there is one, and the mirror."""
    joined: orm.Session | None = session() if isinstance(session, orm.scoped_session) else session
    if isinstance(joined, ReadingSession):
        return None, mirror or joined.mirror
    return joined, mirror or mirror_of(joined, cls)
