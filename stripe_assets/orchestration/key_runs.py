"""One API key's part of a run: opens what it needs, drives it, and records its outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from stripe_assets.catalog import Catalog
from stripe_assets.orchestration.outcome import EventsOutcome, SyncOutcome
from stripe_assets.orchestration.progress_log import ProgressLog
from stripe_assets.orchestration.result_order import ResultOrder
from stripe_assets.orchestration.stripe_event_log import event_lines
from stripe_assets.orchestration.stripe_sync import FOR_THE_READER, Report, StripeSync
from stripe_assets.sync import EventReport, EventSelection, KeySync, Mode, ModelResult

Log = Callable[[str], object]
PREPARING = "asking Stripe for its accounts"


class KeySyncRun:
    """Syncs the models of one key. `outcome` says how far the run came, after an abort too."""

    def __init__(
        self, stripe: StripeSync, alias: str, models: Sequence[str], mode: Mode, run_id: str
    ) -> None:
        self.outcome = stripe.outcome_to_fill(
            SyncOutcome(alias=alias, models=models, mode=mode, run_id=run_id)
        )
        self._stripe = stripe

    def run(
        self, catalog: Catalog, opened: Callable[[], object], log: Log
    ) -> Iterator[ModelResult]:
        """Yields the results of all models that are whole, upstreams first.

        `opened` is called when the key is known to exist and before the first result. An error
        whose message is enough goes to the outcome's `error`. Anything else (Terminate, Ctrl-C, a
        bug) is raised. In both cases the sync's threads end first, and every finished model is
        yielded.
        """
        outcome = self.outcome
        order: ResultOrder[ModelResult] = ResultOrder(
            {model: catalog[model].depends_on for model in outcome.models}
        )
        try:
            with self._stripe.open(
                outcome.alias, outcome.models, outcome.mode, outcome.run_id or ""
            ) as sync:
                opened()
                self._prepare(sync, log)
                with ProgressLog(sync.progress.line, log):
                    yield from self._ordered(sync, order)
                outcome.related = sync.related
        except GeneratorExit:
            raise
        except FOR_THE_READER as error:
            outcome.error = str(error)
        except BaseException as error:
            if isinstance(error, Exception):
                outcome.error = str(error)
            yield from order.rest()
            raise
        yield from order.rest()
        log(outcome.summary())

    def _prepare(self, sync: KeySync, log: Log) -> None:
        display, outcome = self._stripe.display, self.outcome
        with display.waiting(f"{outcome.alias}: {PREPARING}"):
            lines = sync.prepare().lines()
        outcome.progress = sync.progress
        display.say(lines)
        log("\n".join(lines))

    def _ordered(self, sync: KeySync, order: ResultOrder[ModelResult]) -> Iterator[ModelResult]:
        with self._stripe.display.progress(self.outcome.alias, sync.progress):
            for result in sync.run():
                self.outcome.results.append(result)
                if result.status in ("failed", "incomplete"):
                    yield from order.fail(result.model)
                else:
                    yield from order.finish(result.model, result)


class KeyEventsRun:
    """Processes the events of one key. `outcome` says what came of them."""

    def __init__(
        self,
        stripe: StripeSync,
        alias: str,
        selection: EventSelection,
        run_id: str,
        others: bool = False,
    ) -> None:
        self.outcome = stripe.outcome_to_fill(
            EventsOutcome(alias=alias, selection=selection, run_id=run_id, others=others)
        )
        self._stripe = stripe

    def run(self, opened: Callable[[], object], log: Log, report: Report | None) -> None:
        """Processes the events. `report` gets each of them.

        `opened` is called when the key is known to exist. An error whose message is enough goes to
        the outcome's `error`. Anything else (Terminate, Ctrl-C, a bug) is raised after the run's
        threads have ended.
        """
        outcome, display = self.outcome, self._stripe.display
        try:
            selection = replace(outcome.selection, others=outcome.others)
            with self._stripe.events(
                outcome.alias, selection, outcome.run_id or "", self._shown(report)
            ) as events:
                opened()
                with display.waiting(f"{outcome.alias}: {PREPARING}"):
                    lines = events.prepare()
                outcome.progress = events.progress
                display.say(lines)
                log("\n".join(lines))
                try:
                    with (
                        ProgressLog(events.progress.line, log),
                        display.progress(outcome.alias, events.progress),
                    ):
                        events.run()
                finally:
                    outcome.record(events.summary)
        except FOR_THE_READER as error:
            outcome.error = str(error)
        except Exception as error:
            outcome.error = str(error)
            raise
        log(outcome.summary())

    def _shown(self, report: Report | None) -> Report | None:
        """Returns a report that shows each event too."""
        if report is None:
            return None

        def both(event: EventReport) -> None:
            self._stripe.display.say(event_lines(event))
            report(event)

        return both
