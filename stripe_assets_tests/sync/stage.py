"""An account with nothing in it, whose history a test makes, and the mirror that follows it."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from stripe_assets.mirror import EventState, Mirror, Owner
from stripe_assets.sandbox import Sandbox
from stripe_assets.sandbox.keys import CONNECTED_US, PLATFORM
from stripe_assets.stripe_api import ApiKey, StripeApi, parse_api_key
from stripe_assets.sync import (
    EventReport,
    EventRun,
    EventSelection,
    EventSummary,
    EventWatch,
    KeySync,
    ModelResult,
    Plan,
)

__all__ = ["CONNECTED_US", "PLATFORM", "Stage", "run_id"]

Object = dict[str, Any]
NOT_AGAIN = {"Stripe-Should-Retry": "false"}

_numbers = itertools.count()


def run_id() -> str:
    """One that no run had before."""
    return f"run-{next(_numbers)}"


class Stage:
    """Between a change and the run that follows a minute passes, by Stripe's clock: two observations within a second have no order."""

    def __init__(self, sandbox: Sandbox, mirror: Mirror) -> None:
        self.sandbox = sandbox
        self.mirror = mirror
        self.plan: Plan
        """Of the last sync."""
        self.reports: list[EventReport] = []
        """Of the last event run."""

    # What happens at Stripe.

    def make(self, resource: str, fields: Mapping[str, Any] | None = None, **more: Any) -> str:
        return self.sandbox.control(
            "objects", resource=resource, object=dict(fields or {}), **more
        )["id"]

    def make_many(self, resource: str, ids: Iterable[str], **more: Any) -> None:
        self.batch(("objects", {"resource": resource, "object": {"id": id}, **more}) for id in ids)

    def change(self, resource: str, id: str, changes: Mapping[str, Any], **more: Any) -> None:
        self.sandbox.control(
            "objects/change", resource=resource, id=id, changes=dict(changes), **more
        )

    def delete(self, resource: str, id: str, **more: Any) -> None:
        self.sandbox.control("objects/delete", resource=resource, id=id, **more)

    def event(self, type: str, object: Any, **more: Any) -> str:
        """An event without any change."""
        return self.sandbox.control("events", type=type, object=object, **more)["id"]

    def batch(self, calls: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        self.sandbox.control("batch", calls=[[name, dict(body)] for name, body in calls])

    def fail(self, path: str, **fault: Any) -> None:
        """Every request for the path from now on."""
        self.sandbox.control("faults", path=path, **{"times": None, "headers": NOT_AGAIN, **fault})

    def heal(self) -> None:
        self.sandbox.control("faults/clear")

    def wait(self, seconds: int = 60) -> None:
        """Of the new time this process hears by an answer, as it would while time passes."""
        self.sandbox.control("clock", advance=seconds)
        StripeApi(self.key()).get("/v1/balance", {}, endpoint="/v1/balance")

    def exists(self, resource: str, fields: str = "", account: str = PLATFORM) -> list[Object]:
        """What Stripe has, deleted ones apart."""
        return self.sandbox.control(
            f"objects?resource={resource}&account={account}&fields={fields}", "GET"
        )

    def events(self, type: str | None = None, account: str = PLATFORM) -> list[str]:
        """The ids of an account's events, in the order of their making."""
        return [
            one["id"]
            for one in self.exists("event", "type", account)
            if type in (None, one["type"])
        ]

    # What the program does.

    def sync(self, *models: str, mode: str = "auto", **key: Any) -> dict[str, ModelResult]:
        """Nothing of it may still run afterwards."""
        before = threading.active_count()
        self._begin()
        with KeySync(self.key(**key), self.mirror, models, run_id=run_id(), mode=mode) as sync:  # type: ignore[arg-type]
            self.plan = sync.prepare()
            results = {result.model: result for result in sync.run()}
        assert threading.active_count() <= before
        return results

    def process(
        self, secret: str = "sk_test_sandbox", connected: str = "all", **selection: Any
    ) -> EventSummary:
        before = threading.active_count()
        self._begin()
        self.reports = []
        chosen = EventSelection(**selection)
        with EventRun(
            self.key(secret, connected=connected),
            self.mirror,
            chosen,
            run_id=run_id(),
            report=self.reports.append,
        ) as run:
            run.prepare()
            summary = run.run()
        assert threading.active_count() <= before
        return summary

    def due(self) -> None:
        """Time has passed until what failed is to be tried again: that is counted by the machine's clock."""
        with self.mirror.transaction() as connection:
            past = datetime.now(UTC) - timedelta(seconds=1)
            connection.execute(
                sa.update(self.mirror.tables.own["_event_ledger"]).values(next_attempt_at=past)
            )

    def watch(self) -> EventWatch:
        self._begin()
        return EventWatch(self.key(), self.mirror)

    def _begin(self) -> None:
        self.wait()
        self.sandbox.control("log/clear")

    def key(self, secret: str = "sk_test_sandbox", **more: Any) -> ApiKey:
        return parse_api_key("acme", secret, **more)

    # What came of it.

    def asked(self, path: str = "", *, account: str | None = None) -> list[str]:
        """Path and query of what the last run asked for, where they begin so; of one account or, by default, of all."""
        urls = [
            (f"{one['path']}?{one['query']}", one["stripe_account"]) for one in self.sandbox.log()
        ]
        return [url for url, its in urls if url.startswith(path) and account in (None, its)]

    def retrieved(self, path: str) -> list[str]:
        """The ids that the last run retrieved by a route, each as often as it did."""
        return [
            one["path"].removeprefix(path + "/")
            for one in self.sandbox.log()
            if one["path"].startswith(path + "/")
        ]

    def row(self, resource: str, id: str, account: str = PLATFORM) -> Object | None:
        """All columns of a row."""
        table = self.mirror.tables[resource]
        with self.mirror.connection() as connection:
            found = (
                connection.execute(
                    sa.select(table).where(table.c.id == id, table.c._account_id == account)
                )
                .mappings()
                .first()
            )
        return dict(found) if found else None

    def value(self, resource: str, id: str, column: str, account: str = PLATFORM) -> Any:
        row = self.row(resource, id, account)
        assert row, f"no row of {resource} {id}"
        return row[column]

    def alive(self, resource: str, account: str | None = None) -> set[str]:
        """Rows that some answer was about, and that are not deleted."""
        table = self.mirror.tables[resource]
        query = sa.select(table.c.id).where(
            table.c._observed_at.is_not(None), table.c._deleted_at.is_(None)
        )
        if account:
            query = query.where(table.c._account_id == account)
        with self.mirror.connection() as connection:
            return set(connection.scalars(query))

    def is_deleted(self, resource: str, id: str, account: str = PLATFORM) -> bool:
        return self.value(resource, id, "_deleted_at", account) is not None

    def states(self, account: str = PLATFORM) -> dict[str, EventState]:
        """What the ledger says of all events that Stripe has of an account."""
        return self.mirror.ledger.states(Owner(account, False), self.events(account=account))

    def state(self, event: str, account: str = PLATFORM) -> EventState:
        return self.mirror.ledger.states(Owner(account, False), [event])[event]
