"""What a benchmark runs against: an enlarged sandbox, and empty databases of each kind."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode

import psycopg

from stripe_assets.sandbox import Sandbox
from stripe_assets_tests import postgresql
from stripe_assets_tests.benchmarks.measure import Cost, run_module

KEY = "sk_test_51SandboxSecond00AsLongAsStripes"
"""The key of a business without connected accounts. It has hardly any objects except those that
enlarge it."""
MODELS = ("customer", "invoice", "line_item")
UNLIMITED = {"STRIPE_ASSETS_MAX_RPS": "0", "STRIPE_ASSETS_MAX_RPS_PER_ENDPOINT": "0"}
KINDS = ("sqlite", "postgresql")


def customers_and_invoices(objects: int) -> dict[str, Any]:
    """Returns a sandbox's options for so many rows: a fifth are customers, the rest are invoices
    with one line each."""
    return {"customers": objects // 5, "invoices": objects * 2 // 5, "enlarge": KEY}


class Databases:
    """`with Databases() as databases`: empty databases of each kind. The PostgreSQL server starts
    when it is needed."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._server: postgresql.Server | None = None
        self._numbers = itertools.count()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    @contextmanager
    def fresh(self, kind: str) -> Iterator[str]:
        """Yields the URL of an empty database, which is removed after the block."""
        if kind == "sqlite":
            with tempfile.TemporaryDirectory() as folder:
                yield f"sqlite:///{Path(folder) / 'mirror.db'}"
            return
        server = self._postgresql()
        name = f"benchmark_{next(self._numbers)}"
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
            yield server.url.replace("/postgres?", f"/{name}?")
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def cpu(self, kind: str) -> float | None:
        """Returns the seconds of CPU that the database server has used. None: the database has no
        server."""
        return None if kind == "sqlite" else self._postgresql().cpu()

    def _postgresql(self) -> postgresql.Server:
        if self._server is None:
            self._server = self._stack.enter_context(postgresql.server())
        return self._server


def sync(
    sandbox: Sandbox, url: str, key: str = KEY, models: Sequence[str] = MODELS, **environment: str
) -> tuple[Cost, dict[str, Any]]:
    """Runs a full sync in a process of its own. Returns its cost, and the result that it
    printed."""
    cost = run_module(
        "one_sync",
        key,
        *models,
        STRIPE_API_BASE=sandbox.base,
        STRIPE_ASSETS_DATABASE_URL=url,
        **environment,
    )
    return cost, cost.said()


def without_cursor(query: str, *more: str) -> str:
    """Returns a list's query without its cursor: the same for all pages. `more`: the beginnings of
    parameters that are left out too."""
    return urlencode(
        [
            (name, value)
            for name, value in parse_qsl(query)
            if not name.startswith(("starting_after", *more))
        ]
    )
