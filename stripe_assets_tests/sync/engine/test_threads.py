"""What the threads of a run share."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from stripe_assets.mirror import Mirror


def test_threads_that_use_a_table_first_build_it_only_once(empty_database: Path) -> None:
    """In an existing database, the threads of a run are the first to use the tables."""
    failures: list[Exception] = []
    interval = sys.getswitchinterval()
    with Mirror.open(f"sqlite:///{empty_database}") as mirror:
        together = threading.Barrier(8)

        def touch() -> None:
            together.wait()
            try:
                for name in mirror.tables:
                    assert mirror.tables[name] is mirror.tables[name]
            except Exception as failure:
                failures.append(failure)

        threads = [threading.Thread(target=touch) for _ in range(8)]
        sys.setswitchinterval(1e-6)
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            sys.setswitchinterval(interval)
    assert failures == []
