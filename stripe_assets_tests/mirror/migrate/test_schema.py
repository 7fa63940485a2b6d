"""The schema follows the catalog by itself, and loses no data."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import sqlalchemy as sa
from sqlalchemy import event

from stripe_assets.catalog import Catalog
from stripe_assets.mirror import BEFORE_HOLES, Batch, Hole, Mirror
from stripe_assets_tests.mirror.small import (
    CATALOG,
    OWNER,
    RESOURCES,
    at,
    data_ids,
    extended,
    flat,
    lines,
    new_field,
    write,
)
from stripe_assets_tests.stored import stored_object


def test_a_second_start_changes_nothing(database_url: str) -> None:
    Mirror.open(database_url, catalog=CATALOG).close()
    statements: list[str] = []

    def note(*args: object) -> None:
        statements.append(str(args[2]))

    event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        Mirror.open(database_url, catalog=CATALOG).close()
    finally:
        event.remove(sa.Engine, "before_cursor_execute", note)
    ours = [
        statement
        for statement in statements
        if "_schema_version" in statement or "ALTER" in statement or "CREATE" in statement
    ]
    assert len(ours) == 2, ours


def test_programs_that_start_together_make_one_schema(database_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        for mirror in pool.map(lambda _: Mirror.open(database_url, catalog=CATALOG), range(4)):
            assert mirror.live_rows.count("customer") == 0
            mirror.close()


def test_a_new_column_is_filled_from_extra(database_url: str) -> None:
    with Mirror.open(database_url, catalog=CATALOG) as mirror:
        write(
            mirror,
            "customer",
            {"id": "cus_1", "name": "Ada", "since": 1_793_178_000, "still_unknown": "🎉"},
            {"id": "cus_2", "since": None},
            {"id": "cus_3", "since": "long ago"},
            {"id": "cus_4"},
        )
    newer = extended("customer", new_field("since", "timestamp"))
    with Mirror.open(database_url, catalog=newer) as mirror:
        table = mirror.tables["customer"]
        with mirror.engine.connect() as connection:
            rows = {row.id: (row.since, row._extra) for row in connection.execute(sa.select(table))}
        assert rows == {
            "cus_1": (datetime.fromtimestamp(1_793_178_000, UTC), {"still_unknown": "🎉"}),
            "cus_2": (None, None),
            "cus_3": (None, {"since": "long ago"}),
            "cus_4": (None, None),
        }
        customer = stored_object(mirror, "customer", OWNER, "cus_1")
        assert customer and (customer["name"], customer["since"], customer["still_unknown"]) == (
            "Ada",
            1_793_178_000,
            "🎉",
        )


def test_a_field_that_becomes_a_reference_fills_embedded_rows(database_url: str) -> None:
    with Mirror.open(database_url, catalog=CATALOG) as mirror:
        write(
            mirror,
            "customer",
            {"id": "cus_1", "rate": {"id": "txr_1", "object": "tax_rate", "percentage": 7.5}},
            {"id": "cus_2", "rate": "txr_2"},
        )
    newer = extended("customer", new_field("rate", "reference", targets=("tax_rate",)))
    with Mirror.open(database_url, catalog=newer) as mirror:
        assert [
            obj["rate"]
            for obj in mirror.rows.read_many("customer", OWNER, ["cus_1", "cus_2"]).values()
        ] == ["txr_1", "txr_2"]
        rate = stored_object(mirror, "tax_rate", OWNER, "txr_1")
        assert rate and rate["percentage"] == 7.5


def test_a_field_that_becomes_a_sublist_becomes_rows(database_url: str) -> None:
    with Mirror.open(database_url, catalog=CATALOG) as mirror:
        write(
            mirror,
            "customer",
            {"id": "cus_1", "name": "Ada", "items": lines("il_1", "il_2")},
            observed_at=at(1),
        )
    field = new_field("items", "sublist", url="/v1/customers/{id}/items", targets=("line_item",))
    with Mirror.open(database_url, catalog=extended("customer", field)) as mirror:
        customer = stored_object(mirror, "customer", OWNER, "cus_1")
        assert (
            customer
            and customer["name"] == "Ada"
            and data_ids(customer, "items") == ["il_1", "il_2"]
        )
        table = mirror.tables["customer"]
        with mirror.engine.connect() as connection:
            assert connection.execute(sa.select(table.c._extra, table.c._items_read_at)).one() == (
                None,
                at(1),
            )


def test_a_newly_derived_column_is_read_from_its_json(database_url: str) -> None:
    with Mirror.open(database_url, catalog=CATALOG) as mirror:
        write(
            mirror,
            "invoice",
            {"id": "in_1", "parent": {"details": {"plan": "plan_1"}}},
            {"id": "in_2", "parent": {}},
        )
    field = new_field(
        "plan",
        "reference",
        path=("parent", "details", "plan"),
        column="plan_id",
        derived=True,
        targets=("plan",),
    )
    with Mirror.open(database_url, catalog=extended("invoice", field)) as mirror:
        table = mirror.tables["invoice"]
        with mirror.engine.connect() as connection:
            assert connection.execute(
                sa.select(table.c.plan_id).order_by(table.c.id)
            ).scalars().all() == ["plan_1", None]
            assert connection.execute(
                sa.select(table.c.parent).order_by(table.c.id)
            ).scalars().first() == {"details": {"plan": "plan_1"}}


def test_more_rows_than_one_page_are_filled(database_url: str) -> None:
    with Mirror.open(database_url, catalog=CATALOG) as mirror:
        write(
            mirror,
            "customer",
            *({"id": f"cus_{n}", "points": n if n % 3 else "none"} for n in range(1203)),
        )
    with Mirror.open(
        database_url, catalog=extended("customer", new_field("points", "integer"))
    ) as mirror:
        table = mirror.tables["customer"]
        with mirror.engine.connect() as connection:
            assert connection.execute(
                sa.select(sa.func.count(), sa.func.sum(table.c.points))
            ).one() == (
                1203,
                sum(n for n in range(1203) if n % 3),
            )


def test_a_new_resource_is_a_new_table(database_url: str) -> None:
    fewer = Catalog(
        "16.0.0",
        "2026-01-01.early",
        [resource for resource in RESOURCES if resource.name != "v2.thing"],
    )
    with Mirror.open(database_url, catalog=fewer) as mirror:
        write(mirror, "customer", {"id": "cus_1"}, catalog=fewer)
    with Mirror.open(database_url, catalog=CATALOG) as mirror:
        assert mirror.live_rows.count("v2.thing") == 0 and mirror.live_rows.count("customer") == 1
    with Mirror.open(database_url, catalog=fewer) as older:
        write(older, "customer", {"id": "cus_2"}, catalog=fewer)
        assert older.live_rows.count("customer") == 2


def test_wide_pages_stay_under_the_databases_parameter_limits(database_url: str) -> None:
    """SQLite takes 32,766 parameters in a statement, PostgreSQL 65,535: here are 200,000 values."""
    wide = extended("customer", *(new_field(f"f{n}", "integer") for n in range(200)))
    with Mirror.open(database_url, catalog=wide) as mirror:
        objects = [
            {"id": f"cus_{n}", **{f"f{column}": n + column for column in range(200)}}
            for n in range(1000)
        ]
        assert mirror.write([flat("customer", *objects, catalog=wide)]).rows == {"customer": 1000}
        last = stored_object(mirror, "customer", OWNER, "cus_999")
        assert last and last["f199"] == 1198


def test_a_sublists_table_keeps_its_rows_when_the_parent_grows(database_url: str) -> None:
    with Mirror.open(database_url, catalog=CATALOG) as mirror:
        write(mirror, "invoice", {"id": "in_1", "lines": lines("il_1")})
    with Mirror.open(
        database_url, catalog=extended("invoice", new_field("due", "timestamp"))
    ) as mirror:
        invoice = stored_object(mirror, "invoice", OWNER, "in_1")
        assert (
            invoice
            and [line["id"] for line in invoice["lines"]["data"]] == ["il_1"]
            and invoice["due"] is None
        )


def _as_the_release_before(mirror: Mirror) -> None:
    """Removes the tables and columns that the last release lacked, and adds rows that it left."""
    new = {
        "_event_ledger": ("object_account", "object_created", "parents", "reason", "run_id"),
        "_sweep": ("current_until", "keeps_holes"),
    }
    prefix = "stripe." if mirror.tables.metadata.schema else ""
    with mirror.transaction() as connection:
        connection.exec_driver_sql(f"DROP TABLE {prefix}_reach")
        connection.exec_driver_sql(f"DROP TABLE {prefix}_hole")
        connection.exec_driver_sql(f"DROP INDEX {prefix}ix_event_ledger_open")
        for table, columns in new.items():
            for column in columns:
                connection.exec_driver_sql(f"ALTER TABLE {prefix}{table} DROP COLUMN {column}")
        connection.exec_driver_sql(f"DELETE FROM {prefix}_schema_version")
        connection.exec_driver_sql(
            f"INSERT INTO {prefix}_event_ledger"
            " (_account_id, _livemode, id, type, object, object_id, state)"
            " VALUES ('acct_platform', false, 'evt_1', 'customer.updated', 'customer', 'cus_1',"
            " 'pending')"
        )


def test_an_older_database_gets_the_new_tables_and_columns_of_the_mirrors_own_state(
    database_url: str,
) -> None:
    with Mirror.open(database_url, catalog=CATALOG) as mirror:
        mirror.sweeps.begin([(OWNER, "customer")], "run_1")
        _as_the_release_before(mirror)
    with Mirror.open(database_url, catalog=CATALOG) as mirror:
        assert mirror.ledger.claim("run_2", [OWNER], models=["customer"]) == 1
        (entry,) = mirror.ledger.take("run_2", 9)
        assert (entry.id, entry.object, entry.object_id, entry.parents) == (
            "evt_1",
            "customer",
            "cus_1",
            {},
        )
        mirror.ledger.settle("run_2", failed={entry.key: "500"}, now=at(0))
        assert mirror.ledger.states(OWNER, ["evt_1"])["evt_1"].attempts == 1
        mirror.sweeps.mark_current([(OWNER, "customer")], at(1))
        assert mirror.sweeps.current_until([OWNER]) == {(OWNER, "customer"): BEFORE_HOLES}
        hole = Hole(OWNER, "customer", "/v1/customers", answer="500")
        mirror.write([Batch(holes={hole.id: hole})])
        assert [hole.key for hole in mirror.holes.all()] == ["/v1/customers"]
        mirror.accounts.set_covered("acme", [OWNER], at(1))
        assert mirror.accounts.covered_by("acme") == (OWNER,)
        indexes = {
            index["name"]
            for index in sa.inspect(mirror.engine).get_indexes(
                "_event_ledger", schema=mirror.tables.metadata.schema
            )
        }
        assert indexes == {"ix_event_ledger_open"}


def test_threads_share_the_tables_that_they_make_together(database_url: str) -> None:
    Mirror.open(database_url).close()
    with Mirror.open(database_url) as mirror, ThreadPoolExecutor(8) as threads:
        start = Barrier(8)

        def use(_: int) -> list[int]:
            start.wait()
            return [id(mirror.tables[name]) for name in mirror.tables]

        first, *others = threads.map(use, range(8))
    assert all(other == first for other in others)


def test_the_file_is_private(tmp_path: Path) -> None:
    path = tmp_path / "mirror.db"
    Mirror.open(f"sqlite:///{path}", catalog=CATALOG).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_object_that_a_new_column_embeds_fills_its_own_row(database_url: str) -> None:
    referrer = {"id": "cus_2", "object": "customer", "name": "embedded"}
    with Mirror.open(database_url, catalog=CATALOG) as mirror:
        write(mirror, "customer", {"id": "cus_1", "referrer": referrer})
    newer = extended(
        "customer", new_field("referrer", "reference", targets=("customer",), column="referrer_id")
    )
    with Mirror.open(database_url, catalog=newer) as mirror:
        back = stored_object(mirror, "customer", OWNER, "cus_1")
        assert back and back["referrer"] == "cus_2"
        filled = stored_object(mirror, "customer", OWNER, "cus_2")
        assert filled and filled["name"] == "embedded"
