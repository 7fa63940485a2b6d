"""A mirror that an older version made opens, reads as it did, and goes on: see `made_before`."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from stripe_assets.catalog import catalog
from stripe_assets.mirror import BEFORE_HOLES, KeyStore, KeyStoreError, Mirror, Owner
from stripe_assets.mirror.dialects.url import database_url as sqlalchemy_url
from stripe_assets.mirror.migrate.evolve import ensure_schema, schema_hash
from stripe_assets.models import Account, Customer, Product
from stripe_assets.sandbox import Sandbox
from stripe_assets.stripe_api import parse_api_key
from stripe_assets_tests.mirror.made_before import history
from stripe_assets_tests.mirror.made_before.history import CHILD, CONNECTED, CUSTOMERS, PLATFORM
from stripe_assets_tests.sync.compare import differences, live_rows, only_in
from stripe_assets_tests.sync.stage import Stage

FOLDER = Path(history.__file__).parent
OWNERS = [Owner(account, False) for account in (PLATFORM, CONNECTED, "acct_1SandboxKissaten")]
BEGAN = datetime.fromtimestamp(history.SETTINGS["now"], UTC)

Structure = dict[str, Any]
"""Table → what the database says about it."""


@dataclass(frozen=True, slots=True)
class Old:
    """A database with an old mirror, which no code of today has opened yet."""

    url: str
    read: Mapping[str, Any]
    """What the old code read from it."""


@pytest.fixture
def old(database_kind: str, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Old:
    monkeypatch.setenv("STRIPE_ASSETS_ENCRYPTION_KEY", history.ENCRYPTION_KEY)
    statements = _unpacked(f"{database_kind}.sql")
    if database_kind == "sqlite":
        with sqlite3.connect(database_url.removeprefix("sqlite:///")) as file:
            file.executescript(statements)
        file.close()
    else:
        with psycopg.connect(database_url) as connection:
            connection.execute(statements.encode())
    return Old(database_url, json.loads(_unpacked(f"{database_kind}.json")))


def _unpacked(name: str) -> str:
    return gzip.decompress((FOLDER / f"{name}.gz").read_bytes()).decode()


@pytest.fixture
def mirror(old: Old) -> Iterator[Mirror]:
    with Mirror.open(old.url) as mirror:
        yield mirror


@pytest.fixture
def stage(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """The account as it was an hour after the last run of the old code."""
    with Sandbox(**history.SETTINGS) as sandbox:
        monkeypatch.setenv("STRIPE_API_BASE", sandbox.base)
        monkeypatch.setenv("STRIPE_ASSETS_MAX_RPS", "0")
        monkeypatch.setenv("STRIPE_ASSETS_MAX_RPS_PER_ENDPOINT", "0")
        yield Stage(sandbox, mirror)


# Opening.


def test_opening_it_loses_nothing(old: Old) -> None:
    structure, rows = _structure(old.url), _rows(old.url, None)
    with Mirror.open(old.url) as mirror:
        same = schema_hash(mirror.tables) == old.read["schema_hash"]
        assert ensure_schema(mirror.engine, mirror.tables, mirror.dialect) is False
    now = _structure(old.url)
    for table, columns in structure["columns"].items():
        assert columns.items() <= now["columns"][table].items(), table
    assert _rows(old.url, structure["columns"]) == rows
    if same:
        assert now == structure


def _structure(url: str) -> Structure:
    """Columns, primary keys and indexes, as the database names them."""
    with _connected(url) as (connection, schema):
        return _inspected(sa.inspect(connection), schema)


def _inspected(inspector: sa.Inspector, schema: str | None) -> Structure:
    columns = inspector.get_multi_columns(schema)
    return {
        "columns": {
            table: {one["name"]: (str(one["type"]), one["nullable"]) for one in its}
            for (_, table), its in columns.items()
        },
        "keys": inspector.get_multi_pk_constraint(schema),
        "indexes": {
            table: sorted((one["name"], one["column_names"]) for one in its)
            for (_, table), its in inspector.get_multi_indexes(schema).items()
        },
    }


def _rows(url: str, columns: Mapping[str, Mapping[str, Any]] | None) -> dict[str, list[str]]:
    """Table → its rows, by these columns, or by all."""
    columns = columns or _structure(url)["columns"]
    with _connected(url) as (connection, schema):
        return {
            table: sorted(
                str(tuple(row))
                for row in connection.execute(
                    sa.select(*map(sa.column, names)).select_from(sa.table(table, schema=schema))
                )
            )
            for table, names in columns.items()
            if table != "_schema_version"
        }


@contextmanager
def _connected(url: str) -> Iterator[tuple[sa.Connection, str | None]]:
    """A connection without the mirror's code, and the schema of the tables."""
    engine = sa.create_engine(sqlalchemy_url(url), poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection, "stripe" if engine.dialect.name == "postgresql" else None


# Reading.


def test_it_is_read_as_the_old_code_read_it(old: Old, mirror: Mirror) -> None:
    read = json.loads(json.dumps(_reading(mirror), default=datetime.isoformat))
    assert read.keys() == old.read.keys() - {"schema_hash", "api_version"}
    for name, values in read.items():
        assert values == _as_today(name, old.read[name]), name


def _as_today(name: str, values: Any) -> Any:
    """What is read otherwise today. The old code did not keep what it could not read: no model is
    current for certain, and a model of which it read only a part is incomplete."""
    if name == "current":
        return [[*pair, BEFORE_HOLES.isoformat()] for *pair, _ in values]
    if name == "objects":
        return [[model, account, _sparse(objects)] for model, account, objects in values]
    if name in ("statuses", "refusals"):
        assert any((row[-1] or "").startswith("partly: ") for row in values)
        return [[*row, said and said.replace("partly: ", "incomplete: ")] for *row, said in values]
    return values


def _sparse(value: Any) -> Any:
    """Objects without the nulls that Stripe never sends. The old code did not know them."""
    if isinstance(value, list):
        return [_sparse(item) for item in value]
    if not isinstance(value, dict):
        return value
    resource = catalog().resources.get(str(value.get("object")))
    fields = resource.fields if resource else ()
    absent = {field.path[0] for field in fields if field.unset == "absent"}
    return {
        name: inner if name == "data" and "type" in value else _sparse(inner)  # an event's object
        for name, inner in value.items()
        if inner is not None or name not in absent
    }


def test_the_old_mirror_has_something_of_everything(old: Old) -> None:
    """Otherwise the tests here say less than they seem to."""
    states = {state for its in old.read["events"].values() for state, *_ in its.values()}
    assert states == {"pending", "processed", "failed", "ignored"}
    with _connected(old.url) as (connection, schema):

        def count(table: str, where: str = "1 = 1") -> int:
            query = sa.select(sa.func.count()).select_from(sa.table(table, schema=schema))
            return connection.scalar(query.where(sa.text(where))) or 0

        own = ("_absence", "_api_key", "_checkpoint", "_lease", "_reach", "_read_count", "_sweep")
        assert all(count(table) for table in own)
        assert count("_checkpoint", "NOT done AND resource = 'entitlements.feature'")
        assert count("_checkpoint", "key LIKE 'fan-out %'")
        assert count("_reach", "unclosed_since IS NOT NULL")
        assert count("product", "_deleted_at IS NOT NULL")
        assert count("product", "_unlisted_at IS NOT NULL")
        assert count("customer", "_extra IS NOT NULL")
        assert count("line_item", "_parent_field = 'lines'") > 10


def test_stored_keys_are_revealed(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_SECRET_KEY", "sk_test_elsewhere")
    secrets = {key.alias: key.reveal() for key in KeyStore(mirror).list()}
    assert secrets == {
        "acme": history.SECRET,
        "some": history.SECRET,
        "elsewhere": "sk_test_elsewhere",
    }
    monkeypatch.setenv(
        "STRIPE_ASSETS_ENCRYPTION_KEY", "b3RoZXItb3RoZXItb3RoZXItb3RoZXItMTIzNDU2Nzg="
    )
    stored = KeyStore(mirror).load("acme")
    assert stored
    with pytest.raises(KeyStoreError, match="is not the key that it was encrypted with"):
        stored.reveal()


def test_models_read_it(mirror: Mirror) -> None:
    with Session(mirror.engine) as session:
        lamp = session.get(Product, (PLATFORM, False, "prod_a"))
        assert lamp and lamp.description == "Brighter" and len(lamp.prices) == 3
        changed = session.get(Customer, (PLATFORM, False, CUSTOMERS[0]))
        assert changed and changed.name == "Übergröße 0" and len(changed.sources) == 12
        account = session.get(Account, (CONNECTED, False, CONNECTED))
        assert account and account.stripe_data["id"] == CONNECTED


def _reading(mirror: Mirror) -> dict[str, Any]:
    """What `made_before/make.py` read with the old code, read with today's."""
    left = mirror.sweeps.interrupted(OWNERS, scope="", now=BEGAN)
    mirror.sweeps.load_checkpoints(left)
    counts = {name: rows for name, rows in mirror.live_rows.counts().items() if rows}
    ids = {
        (name, owner): found
        for name in mirror.tables
        for owner in OWNERS
        if (found := _ids(mirror, name, owner))
    }
    key = parse_api_key(history.ALIAS, history.SECRET)
    own = mirror.accounts.own_account(history.ALIAS, key.fingerprint)
    return {
        "counts": counts,
        "counts_by_owner": {
            name: {
                owner.account_id: rows
                for owner, rows in mirror.live_rows.counts_by_owner(name, OWNERS).items()
            }
            for name in counts
        },
        "objects": [
            [name, owner.account_id, mirror.rows.read_many(name, owner, found)]
            for (name, owner), found in sorted(ids.items())
        ],
        "statuses": [
            [
                *(status.owner.account_id, status.resource, status.unfinished),
                *(status.started_at, status.last_started_at, status.last_finished_at),
                *(status.rows, status.requests, str(status.availability or "") or None),
            ]
            for status in mirror.sweeps.results.statuses()
        ],
        "interrupted": [
            [
                *(owner.account_id, name, sweep.started_at, sweep.scope),
                {k: [list(one.cursor), one.done] for k, one in sweep.checkpoints.items()},
            ]
            for (owner, name), sweep in sorted(left.items())
        ],
        "current": [
            [owner.account_id, name, at]
            for (owner, name), at in sorted(mirror.sweeps.current_until(OWNERS).items())
        ],
        "refusals": [
            [owner.account_id, name, str(reason)]
            for (owner, name), reason in sorted(mirror.sweeps.results.refusals(OWNERS).items())
        ],
        "key_accounts": [owner.account_id for owner in mirror.accounts.covered_by(history.ALIAS)],
        "own_account": own.account_id if own else None,
        "requests": {
            owner.account_id: count
            for owner, count in mirror.request_counts.since(
                datetime(2020, 1, 1, tzinfo=UTC)
            ).items()
        },
        "events": {
            owner.account_id: {
                id: [one.state, one.attempts, one.next_attempt_at, one.error, one.reason]
                for id, one in mirror.ledger.states(owner, ids.get(("event", owner), ())).items()
            }
            for owner in OWNERS
        },
        "unsettled": mirror.ledger.unsettled_counts(OWNERS),
        "failing": [
            [one.owner.account_id, one.object, one.count, one.next_attempt_at, one.error]
            for one in mirror.ledger.failing(OWNERS)
        ],
        "keys": [
            [
                *(key.alias, key.storage, key.account_id, key.livemode, key.kind, key.last4),
                *(key.connected, key.created_at, key.variable),
            ]
            for key in KeyStore(mirror).list()
        ],
    }


def _ids(mirror: Mirror, name: str, owner: Owner) -> list[str]:
    table = mirror.tables[name]
    query = sa.select(table.c.id).where(table.c._account_id == owner.account_id)
    with mirror.connection() as connection:
        return sorted(connection.scalars(query))


# Going on.


def test_syncs_continue_after_the_old_code(
    old: Old, mirror: Mirror, stage: Stage, tmp_path: Path
) -> None:
    happened = history.History(stage.sandbox.control)
    happened.all()
    happened.later()

    results = stage.sync(*history.MODELS, mode="full")
    assert {name: one.error for name, one in results.items() if one.status != "ok"} == {}
    assert stage.asked("/v1/customers?"), "no sweep of the old code is continued"
    assert stage.asked("/v1/coupons?"), "what was refused is asked for again"
    assert mirror.sweeps.results.refusals(OWNERS) == {}
    assert mirror.sweeps.interrupted(OWNERS, scope="", now=BEGAN) == {}
    assert stage.value("customer", CUSTOMERS[11], "name") == "Pending"
    assert stage.value("product", "prod_a", "description") == "Failed"
    assert f"cbtxn_{CUSTOMERS[3]}" in stage.alive(CHILD), "the list that was refused is read now"
    _is_as_a_fresh_one(stage, tmp_path / "after_full.db")

    results = stage.sync(*history.MODELS, mode="incremental")
    assert {name: one.error for name, one in results.items() if one.status != "ok"} == {}
    assert stage.asked("/v1/customers?") == [], "each model is swept once by the new release"
    assert mirror.ledger.unsettled_counts(OWNERS) == {}

    happened.afterwards()
    results = stage.sync(*history.MODELS, mode="incremental")
    assert {name: one.error for name, one in results.items() if one.status != "ok"} == {}
    assert stage.asked("/v1/customers?") == [], "each model is swept once by the new release"
    assert stage.value("customer", CUSTOMERS[6], "name") == "Later"
    assert stage.is_deleted("price", "price_2")
    _is_as_a_fresh_one(stage, tmp_path / "after_incremental.db")


def _is_as_a_fresh_one(stage: Stage, path: Path) -> None:
    """Today's code reads the same rows into an empty mirror."""
    with Mirror.open(f"sqlite:///{path}") as fresh:
        Stage(stage.sandbox, fresh).sync(*history.MODELS)
        models = {*history.MODELS, "line_item", "source", "card", "bank_account"}
        ours, theirs = live_rows(stage.mirror, models), live_rows(fresh, models)
    assert differences(ours, theirs) == []
    assert only_in(ours, theirs) == {("product", PLATFORM, "prod_hidden")}, "no list returns it"
