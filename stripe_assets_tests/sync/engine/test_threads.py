"""What the threads of a run share."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from stripe_assets.mirror import Mirror


def test_threads_that_come_to_a_table_first_make_it_once(empty_database: Path) -> None:
    """In a database that has its tables already no one has touched them before the run's threads do."""
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
