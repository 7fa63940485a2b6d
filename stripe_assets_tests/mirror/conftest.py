from __future__ import annotations

from collections.abc import Iterator

import pytest

from stripe_assets.mirror import Mirror
from stripe_assets_tests.conftest import new_postgresql_database
from stripe_assets_tests.mirror.small import CATALOG


@pytest.fixture(scope="session")
def _open_mirror(
    database_kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mirror]:
    if database_kind == "sqlite":
        with Mirror.open(
            f"sqlite:///{tmp_path_factory.mktemp('small')}/mirror.db", catalog=CATALOG
        ) as mirror:
            yield mirror
        return
    with (
        new_postgresql_database(request.getfixturevalue("postgresql_url")) as url,
        Mirror.open(url, catalog=CATALOG) as mirror,
    ):
        yield mirror


@pytest.fixture
def mirror(_open_mirror: Mirror) -> Mirror:
    """An empty mirror of the small catalog, on each database."""
    with _open_mirror.transaction() as connection:
        for table in (*_open_mirror.tables.values(), *_open_mirror.tables.own.values()):
            if table.name != "_schema_version":
                connection.execute(table.delete())
    return _open_mirror


@pytest.fixture(scope="module")
def real_mirror(
    database_kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mirror]:
    if database_kind == "sqlite":
        folder = tmp_path_factory.mktemp("real")
        with Mirror.open(f"sqlite:///{folder}/mirror.db") as mirror:
            yield mirror
        return
    with (
        new_postgresql_database(request.getfixturevalue("postgresql_url")) as url,
        Mirror.open(url) as mirror,
    ):
        yield mirror
