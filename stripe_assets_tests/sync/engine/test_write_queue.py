"""What the database refuses. Refused rows fail their model alone. A database that cannot be written
to ends the run."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from pathlib import Path

import pytest
import sqlalchemy as sa

from stripe_assets.mirror import Batch, Mirror
from stripe_assets.sandbox import Sandbox
from stripe_assets.stripe_api import parse_api_key
from stripe_assets.sync import KeySync, SyncAborted
from stripe_assets.sync.engine.write_queue import PendingWrite, WriteQueue
from stripe_assets_tests.sync.conftest import run_sync


def test_rows_that_the_database_refuses_fail_their_model_only(
    server: Sandbox, mirror: Mirror
) -> None:
    with mirror.transaction() as connection:
        connection.execute(
            sa.text(
                "CREATE TRIGGER no_coupons BEFORE INSERT ON coupon"
                " BEGIN SELECT RAISE(ABORT, 'not these'); END"
            )
        )
    results = run_sync(mirror, "coupon", "tax_rate", "country_spec", "webhook_endpoint")
    assert {name for name, result in results.items() if result.status == "failed"} == {"coupon"}
    assert "not these" in (results["coupon"].error or "")
    assert mirror.live_rows.count("country_spec") > 0


def test_a_locked_file_ends_the_run_with_one_clear_line(
    server: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stripe_assets.mirror.dialects.sqlite_engine.BUSY_SECONDS", 1)
    file = tmp_path / "mirror.db"
    with Mirror.open(f"sqlite:///{file}") as mirror:
        other = sqlite3.connect(file)
        other.execute("BEGIN IMMEDIATE")
        with (
            KeySync(parse_api_key("acme", "sk_test_sandbox"), mirror, run_id="run") as sync,
            pytest.raises(SyncAborted, match="locked by another"),
        ):
            sync.prepare()
            list(sync.run())
        other.rollback()
        assert mirror.live_rows.count("invoice") == 0
        assert run_sync(mirror, "coupon")["coupon"].status == "ok"


def test_a_full_disk_ends_the_run_and_the_next_run_continues(
    server: Sandbox, tmp_path: Path
) -> None:
    with Mirror.open(f"sqlite:///{tmp_path}/mirror.db") as mirror:

        @sa.event.listens_for(mirror.engine, "connect")
        def _limit(connection: sqlite3.Connection, record: object) -> None:
            # This limit stands for a full disk: SQLite raises the same error.
            connection.execute("PRAGMA max_page_count = 1000")

        mirror.engine.dispose()
        with (
            KeySync(parse_api_key("acme", "sk_test_sandbox"), mirror, run_id="run") as sync,
            pytest.raises(SyncAborted, match="disk is full"),
        ):
            sync.prepare()
            list(sync.run())
    with Mirror.open(f"sqlite:///{tmp_path}/mirror.db") as mirror:
        assert {result.status for result in run_sync(mirror).values()} == {"ok"}


def test_written_pages_are_not_kept_while_the_queue_waits_for_the_next_ones(
    mirror: Mirror,
) -> None:
    written, gone = threading.Event(), threading.Event()
    page = PendingWrite(Batch(), lambda error: written.set())
    weakref.finalize(page.done, gone.set)
    writer = WriteQueue(mirror, written=lambda batches, counts: None, broken=lambda error: None)
    writer.start()
    writer.put(page)
    del page
    assert written.wait(10)
    assert gone.wait(10)
    writer.close()
