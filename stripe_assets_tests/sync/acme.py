"""An account of a few lists, whose answers a test changes, and the mirror that follows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Self

import sqlalchemy as sa

from stripe_assets.mirror import Hole, Mirror, Owner
from stripe_assets.stripe_api import parse_api_key
from stripe_assets.sync import KeySync, ModelResult
from stripe_assets.sync.planning.acceptance import accept, refused_now
from stripe_assets_tests.stand_in import Object, Reply, StandIn, page
from stripe_assets_tests.sync.stage import run_id

OWNER = Owner("acct_1Own", False)
LATER = timedelta(days=1)


class Acme:
    """A context manager."""

    def __init__(self, mirror: Mirror) -> None:
        self.mirror = mirror
        self.lists: dict[str, Sequence[Object]] = {}
        """Path → the objects of the list there."""
        self.replies: dict[str, Reply] = {}
        """Path → what is answered in place of a list."""
        self.fault: Callable[[str, Mapping[str, str], Reply | None], Reply | None] = (
            lambda path, query, true: true
        )
        """Path, query and true answer → answer."""
        self.server = StandIn(self._answer)

    def __enter__(self) -> Self:
        self.server.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.server.__exit__(*exc_info)

    def _answer(self, path: str, query: Mapping[str, str], account: str | None) -> Reply | None:
        true = self.replies.get(path)
        if true is None and path in self.lists:
            true = page(self.lists[path], query, path)
        return self.fault(path, query, true)

    def sync(self, *models: str, mode: str = "auto") -> dict[str, ModelResult]:
        self.server.log.clear()
        key = parse_api_key("acme", "sk_test_acme")
        with KeySync(key, self.mirror, models, run_id=run_id(), mode=mode) as run:  # type: ignore[arg-type]
            run.prepare()
            return {result.model: result for result in run.run()}

    def status(self, model: str, *more: str, mode: str = "auto") -> str:
        """Syncs, and returns the status of the first model."""
        return self.sync(model, *more, mode=mode)[model].status

    def asked(self, path: str) -> list[dict[str, str]]:
        """Returns the queries of the last sync for a path."""
        return [query for asked, query, _ in self.server.log if asked == path]

    def holes(self, *, unavailable: bool = False) -> list[Hole]:
        """Returns what is missing; or what Stripe does not show."""
        return [one for one in self.mirror.holes.all() if one.unavailable == unavailable]

    def make_due(self) -> None:
        """Makes the time pass after which a hole is asked for again."""
        table = self.mirror.tables.own["_hole"]
        with self.mirror.transaction() as connection:
            connection.execute(sa.update(table).values(next_try_at=datetime.now(UTC) - LATER))

    def accept(self) -> None:
        accept(self.mirror, refused_now(self.mirror, [OWNER]))
