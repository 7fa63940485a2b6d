"""Credentials that an earlier release stored are gone after the first start of this one."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from stripe_assets.catalog import catalog
from stripe_assets.mirror import Mirror, Owner, flatten
from stripe_assets_tests.mirror.small import NOON

SECRET = "do-not-keep-me"
OWNER = Owner("acct_1", False)
ROWS = 3
STORED_BEFORE = {name: one.purged for name, one in catalog().resources.items() if one.purged}


def nested(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    *above, last = path
    found: Any = {last: value, "kept": 1}
    for name in reversed(above):
        found = {name: found, "kept": 1}
    return found


def write(mirror: Mirror, name: str, objects: list[dict[str, Any]]) -> None:
    mirror.write([flatten(catalog(), name, objects, OWNER, NOON, api_version="x")])


def put_back(mirror: Mirror, name: str, path: tuple[str, ...]) -> None:
    """Writes a secret into the rows, as the earlier release did."""
    table, column = mirror.tables[name], path[0]
    with mirror.transaction() as connection:
        if column not in table.c:
            full = f"{table.schema}.{table.name}" if table.schema else table.name
            connection.exec_driver_sql(f"ALTER TABLE {full} ADD COLUMN {column} TEXT")
            old = sa.table(table.name, sa.column(column), schema=table.schema)
            connection.execute(sa.update(old).values({column: SECRET}))
        else:
            value = nested(path[1:], SECRET)
            connection.execute(sa.update(table).values({column: value}))
        connection.execute(sa.delete(mirror.tables.own["_schema_version"]))


def content(mirror: Mirror, table: sa.Table) -> str:
    with mirror.connection() as connection:
        query = sa.select(sa.text("*")).select_from(table)
        return str(connection.execute(query).all())


@pytest.mark.parametrize(
    ("name", "path"), [(name, path) for name, paths in STORED_BEFORE.items() for path in paths]
)
def test_a_stored_secret_is_purged(database_url: str, name: str, path: tuple[str, ...]) -> None:
    with Mirror.open(database_url) as mirror:
        write(mirror, name, [{"id": f"x_{n}", "object": name} for n in range(ROWS)])
        put_back(mirror, name, path)
        table = mirror.tables[name]
        assert content(mirror, table).count(SECRET) == ROWS
    with Mirror.open(database_url) as mirror:
        assert SECRET not in content(mirror, table)
        assert mirror.live_rows.count(name) == ROWS
        if len(path) > 1:
            assert content(mirror, table).count("kept") >= ROWS


def test_a_secret_in_an_event_is_purged(database_url: str) -> None:
    name, (path,) = "source", STORED_BEFORE["source"]
    type_ = next(one.name for one in catalog().events.values() if name in one.objects)
    data = {"object": {"id": "src_1", "object": name, **nested(path, SECRET)}}
    with Mirror.open(database_url) as mirror:
        write(mirror, "event", [{"id": "evt_1", "object": "event", "type": type_, "data": {}}])
        events = mirror.tables["event"]
        with mirror.transaction() as connection:
            connection.execute(sa.update(events).values(data=data))
            connection.execute(sa.delete(mirror.tables.own["_schema_version"]))
        assert SECRET in content(mirror, events)
    with Mirror.open(database_url) as mirror:
        assert SECRET not in content(mirror, events) and "src_1" in content(mirror, events)


def test_what_is_secret_now_is_not_stored(database_url: str) -> None:
    with Mirror.open(database_url) as mirror:
        for name, paths in STORED_BEFORE.items():
            assert set(paths) <= set(catalog()[name].secrets)
            for n, path in enumerate(paths):
                obj = {"id": f"x_{n}", "object": name, **nested(path, SECRET)}
                write(mirror, name, [obj])
            assert SECRET not in content(mirror, mirror.tables[name])
