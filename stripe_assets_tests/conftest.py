"""Fixtures of several rooms: a real PostgreSQL server, and a fresh database of each kind."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from stripe_assets.mirror import Mirror
from stripe_assets.sandbox import Sandbox
from stripe_assets.sync import constants
from stripe_assets_tests import postgresql

_numbers = itertools.count()


@pytest.fixture(scope="session", autouse=True)
def refusals_are_asked_again_at_once() -> None:
    """A run asks again some seconds after a refusal. The tests do not wait for that."""
    constants.ASKED_AGAIN_AFTER = 0.01


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL server that ends with this test run."""
    with postgresql.server() as running:
        yield running.url


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def database_url(
    database_kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[str]:
    """An empty database: the test runs once on SQLite and once on PostgreSQL."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path}/mirror.db"
        return
    url = request.getfixturevalue("postgresql_url")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SET client_min_messages = warning; DROP SCHEMA IF EXISTS stripe CASCADE"
        )
    yield url


class new_postgresql_database:  # a context manager with the name of a function
    """`with new_postgresql_database(server_url) as url`: a database that is dropped afterwards."""

    def __init__(self, server_url: str) -> None:
        self._server_url = server_url
        self._name = f"mirror_{next(_numbers)}"

    def __enter__(self) -> str:
        self._run(f"CREATE DATABASE {self._name} TEMPLATE template0 ENCODING 'UTF8'")
        return self._server_url.replace("/postgres?", f"/{self._name}?")

    def __exit__(self, *exc_info: object) -> None:
        self._run(f"DROP DATABASE {self._name} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        with psycopg.connect(self._server_url, autocommit=True) as connection:
            connection.execute(statement)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A running sandbox for tests that only read. A test that changes its data starts its own."""
    with Sandbox() as running:
        yield running


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables: a copy of it takes less time than creating them."""
    path = tmp_path_factory.mktemp("empty") / "mirror.db"
    Mirror.open(f"sqlite:///{path}").close()
    return path
