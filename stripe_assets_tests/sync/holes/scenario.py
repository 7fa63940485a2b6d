"""The runs of one seed: with faults, with changes between them, and one after the faults."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from threading import Timer

import sqlalchemy as sa

from stripe_assets.mirror import Mirror
from stripe_assets.sandbox.keys import CONNECTED_JP, CONNECTED_US, PLATFORM
from stripe_assets.stripe_api import client, transport
from stripe_assets.sync import KeySync, ModelResult, SyncAborted
from stripe_assets_tests.dangling import dangling
from stripe_assets_tests.sync.holes import account
from stripe_assets_tests.sync.holes.compare import Difference, Sides
from stripe_assets_tests.sync.holes.faults import FAULTS
from stripe_assets_tests.sync.holes.plan import Injection, Plan, draw
from stripe_assets_tests.sync.holes.server import Fact, FaultySandbox, Meter
from stripe_assets_tests.sync.holes.truth import truth_of
from stripe_assets_tests.sync.holes.verdict import Said, faults_at_the_end, faults_of_run
from stripe_assets_tests.sync.stage import Stage, run_id

HOURS_BEHIND = 12
"""Stripe's clock begins so far behind this machine's: what a test lets pass is in the past."""
LONGEST = 60.0
"""Seconds of a run. Then it is stopped, and counts as one that does not end."""
ACCOUNTS = (PLATFORM, CONNECTED_US, CONNECTED_JP)

FACTS = (
    Fact("", "/v1/payouts", "payout", 400, "Your account is not set up to use Payouts."),
    Fact("", "/v1/coupons", "coupon", 404, "Unrecognized request URL (GET: /v1/coupons)."),
    Fact(CONNECTED_US, "/v1/refunds", "refund", 403, "This account is not authorized."),
    Fact(
        "",
        "/v1/customers/cus_2/balance_transactions",
        "customer_balance_transaction",
        400,
        "This is not eligible.",
        parent="cus_2",
    ),
)
"""What Stripe may not show to the key, for ever."""


@dataclass
class Run:
    number: int
    injections: Sequence[Injection]
    said: Said
    differences: Sequence[Difference]
    wrong: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        yield f"run {self.number}:" + ("" if self.injections else " without faults")
        yield from (f"    fault: {one}" for one in self.injections)
        for model, result in self.said.results.items():
            if result.status != "ok":
                yield f"    {model}: {result.status}: {result.error or result.availability}"
        if self.said.aborted:
            yield f"    the run ended early: {self.said.aborted}"
        yield from (f"    hole: {hole}" for hole in self.said.holes)
        yield from (f"    WRONG: {one}" for one in self.wrong)


class Scenario:
    """All that happens for one seed. `faults`: without them, the same runs have none."""

    def __init__(
        self, sandbox: FaultySandbox, mirror: Mirror, seed: int, *, faults: bool = True
    ) -> None:
        self._random = Random(seed)
        self._sandbox, self._mirror, self._seed, self._faults = sandbox, mirror, seed, faults
        self._stage = Stage(sandbox, mirror)
        self._connected = self._random.random() < 0.5
        self.accounts = ACCOUNTS if self._connected else ACCOUNTS[:1]
        self.runs: list[Run] = []

    def play(self) -> None:
        sandbox, random = self._sandbox, self._random
        sandbox.begin(int(time.time()) - HOURS_BEHIND * 3600, seed=1 + self._seed % 1000)
        account.furnish(sandbox, self._seed)
        if self._faults and random.random() < 0.25:
            sandbox.facts = [random.choice(FACTS)]
        for number in range(random.choice((1, 1, 2, 2, 3))):
            if number and random.random() < 0.7:
                self._change()
            self._run(number, self._plan() if self._faults else [])
        if random.random() < 0.5:
            self._change()
        self._pass_the_back_off()
        last = self._run(len(self.runs), [])
        last.wrong += faults_at_the_end(last.said, last.differences, sandbox.facts, self._connected)
        if not last.wrong and not sandbox.facts:  # what a fact hides, stays open
            last.wrong += [f"refers to nothing: {one}" for one in dangling(self._mirror, PLATFORM)]

    @property
    def wrong(self) -> list[str]:
        return [one for run in self.runs for one in run.wrong]

    def report(self) -> str:
        whose = "with its connected accounts" if self._connected else "alone"
        lines = [f"seed {self._seed}: an account {whose}"]
        lines += [f"a fact: {fact}" for fact in self._sandbox.facts]
        for run in self.runs:
            lines += run.lines()
        return "\n".join(lines)

    def _change(self) -> None:
        """A run continues the lists of one that failed. It does not see what has changed without an
        event in the part that the other has read."""
        said = self.runs[-1].said
        ended = not said.aborted and all(one.status != "failed" for one in said.results.values())
        account.change(self._sandbox, self._random, silently=ended)

    def _plan(self) -> list[Injection]:
        """The first fault of each run goes through the table, so that each has its turn."""
        names, was_read = list(FAULTS), self._all_was_read()
        first = names[(self._seed + 7 * len(self.runs)) % len(names)]
        return draw(self._random, first, connected=self._connected, was_read=was_read)

    def _all_was_read(self) -> bool:
        """Whether the last run found all models of all accounts."""
        return bool(self.runs) and self.runs[-1].said.is_green and not self.runs[-1].differences

    def _run(self, number: int, injections: Sequence[Injection]) -> Run:
        sandbox, mirror = self._sandbox, self._mirror
        if self._random.random() < 0.5:
            new_process()
        self._stage.wait()
        sandbox.hand = Plan(injections, sandbox.truly)
        results, aborted = self._sync()
        sandbox.hand = None
        sides = Sides(
            mirror,
            sandbox,
            truth_of(sandbox, account.MODELS, self.accounts),
            account.MODELS,
            self.accounts,
        )
        said, found = Said.by(mirror, results, aborted, self.accounts), sides.differences()
        run = Run(number, injections, said, found, list(faults_of_run(said, found)))
        if sandbox.meter.too_many:
            run.wrong.append(f"the run did not end within {sandbox.meter.requests:,} requests")
        self.runs.append(run)
        return run

    def _sync(self) -> tuple[dict[str, ModelResult], str]:
        """Returns the results, and why the run ended early."""
        key = self._stage.key(connected="all" if self._connected else "none")
        results: dict[str, ModelResult] = {}
        with KeySync(key, self._mirror, account.MODELS, run_id=run_id(), mode="auto") as sync:
            self._sandbox.meter = Meter(sync.stop)
            timer = Timer(LONGEST, sync.stop)
            timer.start()
            try:
                sync.prepare()
                for result in sync.run():
                    results[result.model] = result
            except SyncAborted as error:
                return results, str(error)
            finally:
                timer.cancel()
        return results, ""

    def _pass_the_back_off(self) -> None:
        """Time passes: everything that waits for another attempt is due."""
        past = datetime.now(UTC) - timedelta(days=2)
        own = self._mirror.tables.own
        with self._mirror.transaction() as connection:
            for name, column in (("_event_ledger", "next_attempt_at"), ("_hole", "next_try_at")):
                if name in own:
                    at = own[name].c[column]
                    connection.execute(
                        sa.update(own[name]).where(at.is_not(None)).values({at: past})
                    )
        self._sandbox.control("clock", advance=3600)


def new_process() -> None:
    """Forgets what a process knows of a server: its clock and its connections."""
    for module in (client, transport):
        for thing in vars(module).values():
            if hasattr(thing, "cache_clear"):
                thing.cache_clear()
