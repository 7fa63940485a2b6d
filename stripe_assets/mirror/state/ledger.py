"""The event ledger: what was done about each event. It is apart from the event's row.

An entry is pending until it is settled: processed, ignored with a reason, or failed. A run tries a
failed entry again. A run claims entries before it works on them. The last run to claim an entry has
it: another run cannot settle it any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from stripe_assets.mirror.batch import EventKey, LedgerEntry, Owner
from stripe_assets.mirror.chunks import chunks
from stripe_assets.mirror.dialects.base import among_owners, listed_ids
from stripe_assets.mirror.state.ledger_records import EventState, Failing
from stripe_assets.mirror.transactions import Transactions

_EVENTS_A_STATEMENT = 10_000
_LONGEST_WAIT = timedelta(days=1)
_WAITS = [timedelta(minutes=1) * 2**failures for failures in range(11)]
"""How long a failed event waits for its next attempt: twice as long after each failure. The next
wait of this list would be longer than a day."""

_TRIED = ("pending", "failed")


class Ledger:
    """The `_event_ledger` table.

    `Mirror.write` makes the entries, in the transaction that stores their events.
    """

    def __init__(self, transactions: Transactions, table: sa.Table) -> None:
        self._transactions = transactions
        self._dialect = transactions.dialect
        self._table = table

    def claim(
        self,
        run_id: str,
        owners: Iterable[Owner],
        *,
        ids: Iterable[str] | None = None,
        type: str | None = None,
        models: Collection[str] | None = None,
        due: datetime | None = None,
        unread: Collection[str] = (),
    ) -> int:
        """Claims the pending and failed entries of these owners for a run. Returns how many.

        Parameters: ids: these events only. type: a pattern of event types; `*` stands for any text.
        models: only events about these models, and those whose model is not known yet. due: only
        failed entries whose next attempt is due by then; all failed ones by default. unread: also
        processed events about these models whose nested lists are not all read.
        """
        table = self._table
        is_unread = sa.and_(table.c.state == "processed", table.c.object.in_(sorted(unread)))
        where = [
            table.c.settled_at.is_(None),
            sa.or_(table.c.state.in_(_TRIED), is_unread),
            self._of(owners),
        ]
        if type is not None:
            where.append(table.c.type.like(_like(type), escape="!"))
        if models is not None:
            where.append(sa.or_(table.c.object.is_(None), table.c.object.in_(sorted(models))))
        if due is not None:
            where.append(
                sa.or_(
                    table.c.state != "failed",
                    table.c.next_attempt_at.is_(None),
                    table.c.next_attempt_at <= due,
                )
            )
        claimed = (
            sa.update(table)
            .where(*where)
            .values(run_id=run_id, state="pending", next_attempt_at=None)
        )
        if ids is None:
            return self._transactions.change(
                lambda connection: connection.execute(claimed).rowcount
            )
        return sum(self._claim_some(claimed, some) for some in chunks(ids, _EVENTS_A_STATEMENT))

    def _claim_some(self, claimed: sa.Update, ids: list[str]) -> int:
        some = claimed.where(self._table.c.id.in_(listed_ids(self._dialect, ids)).is_(True))
        return self._transactions.change(lambda connection: connection.execute(some).rowcount)

    def take(self, run_id: str, limit: int) -> list[LedgerEntry]:
        """The first pending entries of a run, by (object, object_created, object_id, created).

        It returns the same entries again until they are settled.
        """
        table = self._table
        query = sa.select(table).where(
            table.c.run_id == run_id, table.c.settled_at.is_(None), table.c.state == "pending"
        )
        query = query.order_by(
            table.c.object, table.c.object_created, table.c.object_id, table.c.created
        ).limit(limit)
        with self._transactions.connection() as connection:
            return [_entry(row) for row in connection.execute(query).mappings()]

    def settle(
        self,
        run_id: str,
        *,
        processed: Iterable[EventKey] = (),
        ignored: Mapping[EventKey, str] | None = None,
        failed: Mapping[EventKey, str] | None = None,
        unread: Mapping[EventKey, Iterable[str]] | None = None,
        now: datetime,
    ) -> int:
        """Settles entries that are pending and still claimed by this run. Returns how many were.

        Parameters: ignored: with the reason. failed: with the error. unread: processed entries,
        with the nested lists that are not read. now: the time that is stored.
        A failed entry is due again a minute later, then after twice as long each time, but at most
        a day later.
        """
        done = {"state": "processed", "settled_at": now, "error": None, "lists": None}
        count = self._settle(run_id, ((key, None) for key in processed), done)
        by_lists: dict[tuple[str, ...], list[EventKey]] = {}
        for key, lists in (unread or {}).items():
            by_lists.setdefault(tuple(sorted(lists)), []).append(key)
        for lists, keys in by_lists.items():
            left = {"state": "processed", "error": None, "lists": list(lists)}
            count += self._settle(run_id, ((key, None) for key in keys), left)
        if ignored:
            count += self._settle(
                run_id,
                ignored.items(),
                {"state": "ignored", "settled_at": now, "error": None},
                note="reason",
            )
        if failed:
            attempts = sa.func.coalesce(self._table.c.attempts, 0)
            next_attempts = {
                failures: sa.literal(now + wait, self._table.c.created.type)
                for failures, wait in enumerate(_WAITS)
            }
            waits = sa.case(
                next_attempts,
                value=attempts,
                else_=sa.literal(now + _LONGEST_WAIT, self._table.c.created.type),
            )
            values = {"state": "failed", "attempts": attempts + 1, "next_attempt_at": waits}
            count += self._settle(run_id, failed.items(), values, note="error")
        return count

    def _settle(
        self,
        run_id: str,
        noted: Iterable[tuple[EventKey, str | None]],
        values: Mapping[str, Any],
        note: str | None = None,
    ) -> int:
        table, count = self._table, 0
        for some in chunks(noted, _EVENTS_A_STATEMENT):
            rows = sorted(
                (owner.account_id, owner.livemode, id, said) for (owner, id), said in some
            )
            listed = self._dialect.listed(
                {"account_id": "text", "mode": "boolean", "id": "text", "note": "text"}, rows
            )
            settled = (
                sa.update(table)
                .where(
                    table.c._account_id == listed.c.account_id,
                    table.c._livemode == listed.c.mode,
                    table.c.id == listed.c.id,
                )
                # Without a condition on `settled_at`, the database does not use the index of the
                # open entries. It finds each entry by its key.
                .where(table.c.run_id == run_id, table.c.state == "pending")
                .values({**values, **({note: listed.c.note} if note else {})})
            )
            count += self._transactions.change(
                lambda connection, settled=settled: connection.execute(settled).rowcount
            )
        return count

    def states(self, owner: Owner, ids: Iterable[str]) -> dict[str, EventState]:
        """Event's id → its state. An event that the ledger does not have is left out."""
        table = self._table
        columns = (
            table.c.id,
            table.c.state,
            table.c.attempts,
            table.c.next_attempt_at,
            table.c.error,
            table.c.reason,
        )
        query = sa.select(*columns).where(
            table.c._account_id == owner.account_id, table.c._livemode == owner.livemode
        )
        found: dict[str, EventState] = {}
        with self._transactions.connection() as connection:
            for some in chunks(ids, _EVENTS_A_STATEMENT):
                for id, state, attempts, *rest in connection.execute(
                    query.where(table.c.id.in_(listed_ids(self._dialect, some)))
                ):
                    found[id] = EventState(state, attempts or 0, *rest)
        return found

    def overtake(self, owner: Owner, model: str | None, before: datetime, now: datetime) -> int:
        """Ignores the failed events about a model that happened before a sweep of it began.

        The sweep has read the model's objects, so these events need not be tried again.

        Parameters: model: None for events whose model is not known. before: when the sweep began.
        Returns how many events.
        """
        table = self._table
        about = table.c.object.is_(None) if model is None else table.c.object == model
        overtaken = (
            sa.update(table)
            .where(
                table.c.settled_at.is_(None),
                table.c.state == "failed",
                about,
                table.c.created < before,
            )
            .where(table.c._account_id == owner.account_id, table.c._livemode == owner.livemode)
            .values(
                state="ignored", settled_at=now, reason="a full sweep has read everything since"
            )
        )
        return self._transactions.change(lambda connection: connection.execute(overtaken).rowcount)

    def failing(self, owners: Iterable[Owner]) -> list[Failing]:
        """The failed events of these owners, counted by owner and model."""
        table = self._table
        columns = (table.c._account_id, table.c._livemode, table.c.object)
        query = sa.select(
            *columns,
            sa.func.count(),
            sa.func.min(table.c.next_attempt_at),
            sa.func.max(table.c.error),
        )
        query = query.where(
            table.c.settled_at.is_(None), table.c.state == "failed", self._of(owners)
        ).group_by(*columns)
        with self._transactions.connection() as connection:
            rows = connection.execute(query).all()
        return [
            Failing(Owner(account, mode), about, count, again, error)
            for account, mode, about, count, again, error in rows
        ]

    def unsettled_counts(self, owners: Iterable[Owner]) -> dict[str, int]:
        """State → these owners' events in it, for `pending` and `failed`.

        A state without an event is left out.
        """
        table = self._table
        query = sa.select(table.c.state, sa.func.count()).where(
            table.c.settled_at.is_(None), table.c.state.in_(_TRIED), self._of(owners)
        )
        query = query.group_by(table.c.state)
        with self._transactions.connection() as connection:
            return {state: count for state, count in connection.execute(query)}

    def _of(self, owners: Iterable[Owner]) -> sa.ColumnElement[bool]:
        return among_owners(self._dialect, self._table, owners)


def _like(pattern: str) -> str:
    escaped = pattern.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return escaped.replace("*", "%")


def _entry(row: Any) -> LedgerEntry:
    return LedgerEntry(
        owner=Owner(row["_account_id"], row["_livemode"]),
        id=row["id"],
        type=row["type"],
        created=row["created"],
        object=row["object"],
        object_id=row["object_id"],
        object_account=row["object_account"],
        object_created=row["object_created"],
        parents=row["parents"] or {},
        lists=tuple(row["lists"] or ()),
        ignored=row["reason"],
    )
