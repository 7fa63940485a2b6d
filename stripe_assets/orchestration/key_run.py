"""One API key's part of a run: opens what it needs, drives the sync or the events, hands out what Dagster takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from stripe_assets.catalog import Catalog
from stripe_assets.orchestration.heartbeat import Heartbeat
from stripe_assets.orchestration.outcome import EventsOutcome, SyncOutcome
from stripe_assets.orchestration.release import ReleaseOrder
from stripe_assets.orchestration.stripe_sync import FOR_THE_READER, Report, StripeSync, Sync
from stripe_assets.sync import EventSelection, Mode, ModelResult


class KeyRun:
    """Runs one key's sync. Its outcome tells afterwards, and after an abort, how far it came."""

    def __init__(
        self, source: StripeSync, alias: str, models: Sequence[str], mode: Mode, run_id: str
    ) -> None:
        self.outcome = SyncOutcome(alias=alias, models=models, mode=mode, run_id=run_id)
        self._source = source

    def run(
        self, catalog: Catalog, opened: Callable[[], object], log: Callable[[str], object]
    ) -> Iterator[ModelResult]:
        """The results of all models that did not fail, upstreams first.

        `opened` is called when the key is known and before the first result. What ends the sync early and says why goes to the outcome's
        `error`; anything else (Terminate, Ctrl-C, a bug) is raised. In both cases the sync's threads are ended first, and what is finished
        is yielded.
        """
        outcome = self.outcome
        order: ReleaseOrder[ModelResult] = ReleaseOrder(
            {model: catalog[model].depends_on for model in outcome.models}
        )
        try:
            with self._source.open(
                outcome.alias, outcome.models, outcome.mode, outcome.run_id or ""
            ) as sync:
                outcome.progress = sync.progress
                opened()
                log("\n".join(sync.prepare().lines()))
                with Heartbeat(sync.progress.line, log):
                    yield from self._ordered(sync, order)
                outcome.related = sync.related
        except GeneratorExit:
            raise
        except FOR_THE_READER as error:
            outcome.error = str(error)
        except BaseException:
            yield from order.rest()
            raise
        yield from order.rest()
        log(outcome.summary())

    def _ordered(self, sync: Sync, order: ReleaseOrder[ModelResult]) -> Iterator[ModelResult]:
        for result in sync.run():
            self.outcome.results.append(result)
            if result.status == "failed":
                yield from order.fail(result.model)
            else:
                yield from order.finish(result.model, result)


class KeyEvents:
    """Processes one key's events. Its outcome tells afterwards what came of it."""

    def __init__(
        self,
        source: StripeSync,
        alias: str,
        selection: EventSelection,
        run_id: str,
        others: bool = False,
    ) -> None:
        self.outcome = EventsOutcome(alias=alias, selection=selection, run_id=run_id, others=others)
        self._source = source

    def run(
        self, opened: Callable[[], object], log: Callable[[str], object], report: Report | None
    ) -> None:
        """`opened` is called when the key is known. What ends it early and says why goes to the outcome's `error`; anything else
        (Terminate, Ctrl-C, a bug) is raised, after the run's threads are ended."""
        outcome = self.outcome
        try:
            selection = replace(outcome.selection, others=outcome.others)
            with self._source.events(
                outcome.alias, selection, outcome.run_id or "", report
            ) as events:
                outcome.progress = events.progress
                opened()
                log("\n".join(events.prepare()))
                try:
                    with Heartbeat(events.progress.line, log):
                        events.run()
                finally:
                    outcome.took(events.summary)
        except FOR_THE_READER as error:
            outcome.error = str(error)
        log(outcome.summary())
