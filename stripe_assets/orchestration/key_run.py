"""One API key's part of a run: opens what it needs, drives the sync, hands out the results in an order that Dagster takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from stripe_assets.catalog import Catalog
from stripe_assets.keys import KeyRing, UnknownAlias
from stripe_assets.mirror import Mirror, MirrorError
from stripe_assets.orchestration.heartbeat import Heartbeat
from stripe_assets.orchestration.outcome import Outcome
from stripe_assets.orchestration.release import ReleaseOrder
from stripe_assets.stripe_api import InvalidApiKey, InvalidSetting
from stripe_assets.sync import KeySync, ModelResult, Plan, Progress, SyncAborted

FOR_THE_READER = (SyncAborted, MirrorError, InvalidApiKey, InvalidSetting, UnknownAlias)
"""Errors whose message says what happened and what to do: a traceback would only hide it."""


class Sync(Protocol):
    """What a run needs of `KeySync`."""

    @property
    def progress(self) -> Progress: ...

    @property
    def related(self) -> str | None: ...

    def prepare(self) -> Plan: ...

    def run(self) -> Iterator[ModelResult]: ...


class StripeSync:
    """The assets' resource. Holds nothing: database and keys are read from the environment when a run asks, so that no secret and
    no address is part of a definition or of a run's record."""

    def aliases(self) -> tuple[str, ...]:
        """Every API key there is, in the database and in the environment. Raises MirrorError."""
        with Mirror.open() as mirror:
            return KeyRing(mirror).aliases()

    def open(self, alias: str, models: Sequence[str], run_id: str) -> AbstractContextManager[Sync]:
        """One key's sync, ended with the context. Raises UnknownAlias, InvalidApiKey and MirrorError before a request is sent."""
        return _opened(alias, models, run_id)


@contextmanager
def _opened(alias: str, models: Sequence[str], run_id: str) -> Iterator[Sync]:
    with Mirror.open() as mirror, KeySync(KeyRing(mirror).api_key(alias), mirror, models, run_id=run_id) as sync:
        yield sync


class KeyRun:
    """Runs one key's sync. Its outcome tells afterwards, and after an abort, how far it came."""

    def __init__(self, source: StripeSync, alias: str, models: Sequence[str], run_id: str) -> None:
        self.outcome = Outcome(alias, models, run_id)
        self._source = source

    def run(self, catalog: Catalog, opened: Callable[[], object], log: Callable[[str], object]) -> Iterator[ModelResult]:
        """The results of all models that did not fail, upstreams first.

        `opened` is called when the key is known and before the first result. What ends the sync early and says why goes to the outcome's
        `error`; anything else (Terminate, Ctrl-C, a bug) is raised. In both cases the sync's threads are ended first, and what is finished
        is yielded.
        """
        outcome = self.outcome
        order: ReleaseOrder[ModelResult] = ReleaseOrder({model: catalog[model].depends_on for model in outcome.models})
        try:
            with self._source.open(outcome.alias, outcome.models, outcome.run_id or "") as sync:
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
