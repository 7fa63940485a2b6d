"""An account without objects, whose history a test makes, and the mirror that follows it."""

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
KEY_REVOKED = {"status": 401, "type": "invalid_request_error"}
"""A fault with this answer ends a run at once, wherever it is."""

_numbers = itertools.count()


def run_id() -> str:
    """Returns an id that no run had before."""
    return f"run-{next(_numbers)}"


class Stage:
    """Before each run a minute passes by Stripe's clock: two observations within a second have no
    order."""

    def __init__(self, sandbox: Sandbox, mirror: Mirror) -> None:
        self.sandbox = sandbox
        self.mirror = mirror
        self.plan: Plan
        """The plan of the last sync."""
        self.reports: list[EventReport] = []
        """The reports of the last event run."""

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
        """Makes an event without a change. Returns its id."""
        return self.sandbox.control("events", type=type, object=object, **more)["id"]

    def batch(self, calls: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        self.sandbox.control("batch", calls=[[name, dict(body)] for name, body in calls])

    def fail(self, path: str, **fault: Any) -> None:
        """Makes every request for the path fail from now on."""
        self.sandbox.control("faults", path=path, **{"times": None, "headers": NOT_AGAIN, **fault})

    def heal(self) -> None:
        self.sandbox.control("faults/clear")

    def wait(self, seconds: int = 60) -> None:
        """Lets time pass by Stripe's clock. A request follows, because this process learns the time
        from answers."""
        self.sandbox.control("clock", advance=seconds)
        StripeApi(self.key()).get("/v1/balance", {}, endpoint="/v1/balance")

    def exists(self, resource: str, fields: str = "", account: str = PLATFORM) -> list[Object]:
        """Returns the objects that Stripe has, without the deleted ones."""
        return self.sandbox.control(
            f"objects?resource={resource}&account={account}&fields={fields}", "GET"
        )

    def events(self, type: str | None = None, account: str = PLATFORM) -> list[str]:
        """Returns the ids of an account's events, in the order in which they were made."""
        return [
            one["id"]
            for one in self.exists("event", "type", account)
            if type in (None, one["type"])
        ]

    # What the program does.

    def sync(self, *models: str, mode: str = "auto", **key: Any) -> dict[str, ModelResult]:
        """Syncs. Returns the result of each model, and checks that no thread of the sync is
        left."""
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
        """Makes all failed events due. The machine's clock decides when they are, and not
        Stripe's."""
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

    # What the program asked for, and what the mirror has.

    def asked(self, path: str = "", *, account: str | None = None) -> list[str]:
        """Returns path and query of the last run's requests that begin with `path`. `account`: only
        its requests. None: those of all accounts."""
        urls = [
            (f"{one['path']}?{one['query']}", one["stripe_account"]) for one in self.sandbox.log()
        ]
        return [url for url, its in urls if url.startswith(path) and account in (None, its)]

    def retrieved(self, path: str) -> list[str]:
        """Returns the ids that the last run retrieved by a route, each as often as it was
        retrieved."""
        return [
            one["path"].removeprefix(path + "/")
            for one in self.sandbox.log()
            if one["path"].startswith(path + "/")
        ]

    def row(self, resource: str, id: str, account: str = PLATFORM) -> Object | None:
        """Returns all columns of a row."""
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
        """Returns the ids of the rows that were observed and are not deleted."""
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
        """Returns the ledger's state of each event that Stripe has of an account."""
        return self.mirror.ledger.states(Owner(account, False), self.events(account=account))

    def state(self, event: str, account: str = PLATFORM) -> EventState:
        return self.mirror.ledger.states(Owner(account, False), [event])[event]
