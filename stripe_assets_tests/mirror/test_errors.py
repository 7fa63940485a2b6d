"""An error of the database is one clear line, and leaves nothing half-written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy import event

from stripe_assets.mirror import Checkpoint, Mirror, MirrorError
from stripe_assets.mirror.dialects import sqlite_engine
from stripe_assets_tests.conftest import new_postgresql_database
from stripe_assets_tests.mirror.small import CATALOG, OWNER, at, flat, lines, write


@pytest.fixture
def file_mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    monkeypatch.setattr(sqlite_engine, "BUSY_SECONDS", 0.1)
    with Mirror.open(f"sqlite:///{tmp_path}/mirror.db", catalog=CATALOG) as mirror:
        yield mirror


def _message(call: object, *args: object) -> str:
    with pytest.raises(MirrorError) as caught:
        call(*args)  # type: ignore[operator]
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_locked_file(file_mirror: Mirror, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "mirror.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert "locked by another program" in _message(
        file_mirror.write, [flat("customer", {"id": "cus_1"})]
    )
    other.execute("ROLLBACK")
    file_mirror.write([flat("customer", {"id": "cus_1"})])
    assert file_mirror.live_rows.count("customer") == 1


def test_a_full_disk_leaves_nothing_of_the_write(file_mirror: Mirror) -> None:
    write(file_mirror, "customer", {"id": "cus_0"})

    def limit(connection: sa.Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 4}")

    event.listen(file_mirror.engine, "begin", limit)
    batch = flat("customer", *({"id": f"cus_{n}", "name": "x" * 500} for n in range(2000)))
    batch.checkpoints.append(Checkpoint(OWNER, "customer", "/v1/customers", ("cus_1999",)))
    assert "disk is full" in _message(file_mirror.write, [batch])
    assert file_mirror.live_rows.count("customer") == 1
    with file_mirror.engine.connect() as connection:
        assert (
            connection.execute(
                sa.select(sa.func.count()).select_from(file_mirror.tables.own["_checkpoint"])
            ).scalar_one()
            == 0
        )


@pytest.mark.parametrize(
    "url, sign",
    [
        ("mysql://root@localhost/x", "SQLite (sqlite:///FILE) or PostgreSQL"),
        ("no url at all", "sqlite:///FILE"),
        ("sqlite:////no/such/folder/mirror.db", "its folder exists"),
        ("postgresql://mia:hunter2@127.0.0.1:1/none", "cannot be reached"),
        ("postgres://mia:hunter2@127.0.0.1:1/none?password=hunter2", "cannot be reached"),
    ],
)
def test_a_url_that_leads_nowhere(url: str, sign: str) -> None:
    message = _message(lambda: Mirror.open(url, catalog=CATALOG))
    assert sign in message and "hunter2" not in message


def test_a_file_that_is_not_a_database(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text(
        "milk, eggs, and a sentence that is long enough for a header " * 20
    )
    assert "not a SQLite database" in _message(
        lambda: Mirror.open(f"sqlite:///{tmp_path}/notes.txt", catalog=CATALOG)
    )


def test_a_database_that_does_not_exist(postgresql_url: str) -> None:
    url = postgresql_url.replace("/postgres?", "/nowhere?")
    assert "no such database" in _message(lambda: Mirror.open(url, catalog=CATALOG))


def test_an_error_shows_no_values_of_rows(mirror: Mirror) -> None:
    batch = flat("customer", {"id": "cus_1", "name": "private"})
    batch.rows["customer"].column_batches[0].set("balance", object())
    with pytest.raises(Exception) as caught:
        mirror.write([batch])
    assert "private" not in str(caught.value)
    assert mirror.live_rows.count("customer") == 0


def test_an_item_without_an_id_is_refused() -> None:
    with pytest.raises(MirrorError, match="customer has no id"):
        flat("customer", {"name": "nobody"})


def test_both_spellings_of_postgresql_open(postgresql_url: str) -> None:
    for spelling in ("postgres://", "postgresql+psycopg://"):
        url = postgresql_url.replace("postgresql://", spelling)
        with Mirror.open(url, catalog=CATALOG) as mirror:
            assert mirror.engine.dialect.driver == "psycopg"


def test_values_refused_by_the_database_are_recognized(postgresql_url: str) -> None:
    batch = flat("customer", {"id": "cus_1"})
    batch.rows["customer"].column_batches[0].set("balance", 2**63)
    with (
        new_postgresql_database(postgresql_url) as url,
        Mirror.open(url, catalog=CATALOG) as mirror,
    ):
        with pytest.raises(MirrorError) as caught:
            mirror.write([batch])
        assert caught.value.refused_values
        write(mirror, "customer", {"id": "cus_2"})


def test_values_refused_by_a_trigger_are_recognized(file_mirror: Mirror) -> None:
    with file_mirror.transaction() as connection:
        refuse = "SELECT RAISE(ABORT, 'none of these') WHERE NEW.id = 'cus_1'"
        connection.exec_driver_sql(
            f"CREATE TRIGGER refuse BEFORE INSERT ON customer BEGIN {refuse}; END"
        )
    with pytest.raises(MirrorError, match="SQLite says: none of these") as caught:
        file_mirror.write([flat("customer", *({"id": f"cus_{number}"} for number in range(100)))])
    assert caught.value.refused_values
    write(file_mirror, "customer", {"id": "cus_2"})
    assert file_mirror.live_rows.count("customer") == 1


@pytest.mark.parametrize("rows", [1, 100])
def test_a_write_begins_the_transaction_of_its_connection(mirror: Mirror, rows: int) -> None:
    batch = flat("customer", *({"id": f"cus_{number}"} for number in range(rows)))
    with mirror.engine.connect() as connection:
        mirror.write([batch], connection)
        connection.rollback()
        assert mirror.live_rows.count("customer") == 0
        mirror.write([batch], connection)
        connection.commit()
    assert mirror.live_rows.count("customer") == rows


def test_a_deadlock_is_tried_again(postgresql_url: str) -> None:
    with (
        new_postgresql_database(postgresql_url) as url,
        Mirror.open(url, catalog=CATALOG) as mirror,
        psycopg.connect(url) as other,
    ):
        write(mirror, "coupon", {"id": "co_1"})
        write(mirror, "customer", {"id": "cus_1"})
        other.execute(
            "SET deadlock_timeout = '10s'"
        )  # so that the mirror is the one that is broken off
        other.execute("SELECT 1 FROM stripe.customer FOR UPDATE")
        with ThreadPoolExecutor(1) as pool:
            written = pool.submit(
                mirror.write,
                [
                    flat("coupon", {"id": "co_1", "percent_off": 5.0}),
                    flat("customer", {"id": "cus_1"}),
                ],
            )
            waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            with psycopg.connect(url, autocommit=True) as watcher:
                while watcher.execute(waiting).fetchone() == (0,):
                    pass
            other.execute("SELECT 1 FROM stripe.coupon FOR UPDATE")
            other.commit()
            assert written.result().rows == {"coupon": 1, "customer": 1}


def test_two_writers_of_the_same_rows_both_finish(database_url: str) -> None:
    with Mirror.open(database_url, catalog=CATALOG) as mirror:
        there = [{"id": f"cus_{n}", "name": "x" * 200} for n in range(200)]

        def work(objects: list[dict[str, str]]) -> None:
            for minute in range(8):
                mirror.write(
                    [
                        flat("customer", *objects, observed_at=at(minute)),
                        flat(
                            "invoice",
                            {"id": "in_1", "lines": lines(*(f"il_{obj['id']}" for obj in objects))},
                            observed_at=at(minute),
                        ),
                    ]
                )

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(work, [there, there[::-1]]))
        assert (
            mirror.live_rows.count("customer") == 200 and mirror.live_rows.count("line_item") == 200
        )
