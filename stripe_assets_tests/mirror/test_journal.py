"""SQLite's journal is taken into the file while the writing goes on, and is gone when the mirror is closed."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from stripe_assets.mirror import Mirror, journal
from stripe_assets_tests.mirror.small import CATALOG, OWNER, write


def _checkpointing() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "sqlite-journal"]


def _wait() -> None:
    """Until the checkpoint is through that the last commit began."""
    for thread in _checkpointing():
        thread.join(10)


def _rows_in_file(path: Path) -> int:
    """Those that a reader finds who does not know of the journal."""
    with sqlite3.connect(f"file:{path}?immutable=1", uri=True) as connection:
        return connection.execute("SELECT count(*) FROM customer").fetchone()[0]


def test_what_was_committed_comes_into_the_file_without_the_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "LARGE", 1)
    monkeypatch.setattr(journal, "PAUSE", 0.0)
    path = tmp_path / "mirror.db"
    with Mirror.open(f"sqlite:///{path}", catalog=CATALOG) as mirror:
        write(mirror, "customer", {"id": "cus_1"})
        write(mirror, "customer", {"id": "cus_2"})
        _wait()
        assert _rows_in_file(path) >= 1
        write(mirror, "customer", {"id": "cus_3"})
        assert mirror.count("customer", OWNER) == 3
    assert not _checkpointing()
    assert [file.name for file in tmp_path.iterdir()] == ["mirror.db"]
    assert _rows_in_file(path) == 3


def test_a_small_journal_is_left_for_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "PAUSE", 0.0)
    with Mirror.open(f"sqlite:///{tmp_path / 'mirror.db'}", catalog=CATALOG) as mirror:
        started: list[str] = []
        monkeypatch.setattr(threading.Thread, "start", lambda thread: started.append(thread.name))
        write(mirror, "customer", {"id": "cus_1"})
        assert started == []


def test_what_is_wrong_with_the_disk_is_not_told_by_the_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "LARGE", 1)
    monkeypatch.setattr(journal, "PAUSE", 0.0)

    def fails(*arguments: object, **options: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    told: list[object] = []
    monkeypatch.setattr(threading, "excepthook", told.append)
    with Mirror.open(f"sqlite:///{tmp_path / 'mirror.db'}", catalog=CATALOG) as mirror:
        write(mirror, "customer", {"id": "cus_1"})
        monkeypatch.setattr(mirror.engine.dialect, "connect", fails)
        write(mirror, "customer", {"id": "cus_2"})
        _wait()
        assert mirror.count("customer", OWNER) == 2
    assert told == []
