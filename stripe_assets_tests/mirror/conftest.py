from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from stripe_assets.mirror import Mirror
from stripe_assets_tests.mirror.small import CATALOG


@pytest.fixture
def mirror(database_url: str) -> Iterator[Mirror]:
    """An empty mirror of the small catalog, on each database."""
    with Mirror.open(database_url, catalog=CATALOG) as opened:
        yield opened


@pytest.fixture
def sqlite_mirror(tmp_path: Path) -> Iterator[Mirror]:
    """An empty mirror of the small catalog, on SQLite only: for what the database has no part in."""
    with Mirror.open(f"sqlite:///{tmp_path}/mirror.db", catalog=CATALOG) as opened:
        yield opened
