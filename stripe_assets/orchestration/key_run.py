"""One API key's part of a run: opens what it needs, drives the sync, hands out the results in an order that Dagster takes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from stripe_assets.catalog import Catalog
from stripe_assets.keys import KeyRing
from stripe_assets.mirror import Mirror
from stripe_assets.orchestration.heartbeat import Heartbeat
from stripe_assets.orchestration.release import ReleaseOrder
from stripe_assets.sync import KeySync, ModelResult


class Line(Protocol):
    def line(self) -> str: ...


class Lines(Protocol):
    def lines(self) -> Sequence[str]: ...


class Sync(Protocol):
    """What a run needs of `KeySync`."""

    @property
    def progress(self) -> Line: ...

    def prepare(self) -> Lines: ...

    def run(self) -> Iterator[ModelResult]: ...


class StripeSync:
    """The assets' resource. Holds nothing: database and keys are read from the environment when a run asks, so that no secret and
    no address is part of a definition or of a run's record."""

    def aliases(self) -> tuple[str, ...]:
        """Every API key there is, in the database and in the environment. Raises MirrorError."""
        with Mirror.open() as mirror:
            return KeyRing(mirror).aliases()

    @contextmanager
    def open(self, alias: str, models: Sequence[str], run_id: str, stop: threading.Event) -> Iterator[Sync]:
        """Raises UnknownAlias, InvalidApiKey and MirrorError, before a request is sent."""
        with Mirror.open() as mirror:
            yield KeySync(KeyRing(mirror).api_key(alias), mirror, models, stop=stop, run_id=run_id)


class KeyRun:
    """Runs one key's sync. `failed` and `finished` tell afterwards, and after an abort, how far it came."""

    def __init__(self, source: StripeSync, alias: str, models: Sequence[str], run_id: str) -> None:
        self.alias = alias
        self.models = models
        self.failed: list[ModelResult] = []
        self.finished: set[str] = set()
        self._source = source
        self._run_id = run_id
        self._stop = threading.Event()

    def results(self, catalog: Catalog, opened: Callable[[], object], log: Callable[[str], object]) -> Iterator[ModelResult]:
        """The results of all models that did not fail, upstreams first.

        `opened` is called when the key is known and before the first result. Whatever ends the sync (SyncAborted, Terminate, Ctrl-C),
        its workers are stopped first, then what is finished is yielded, then the error is raised.
        """
        order: ReleaseOrder[ModelResult] = ReleaseOrder(
            {model: catalog[model].depends_on for model in catalog.resources if model in self.models}
        )
        try:
            with self._source.open(self.alias, self.models, self._run_id, self._stop) as sync:
                opened()
                yield from self._drive(sync, order, log)
        except GeneratorExit:
            raise
        except BaseException:
            yield from order.rest()
            raise
        yield from order.rest()

    def _drive(self, sync: Sync, order: ReleaseOrder[ModelResult], log: Callable[[str], object]) -> Iterator[ModelResult]:
        log("\n".join(sync.prepare().lines()))
        with self._stopped_at_the_end(sync.run()) as results, Heartbeat(sync.progress.line, log):
            for result in results:
                self.finished.add(result.model)
                if result.status == "failed":
                    self.failed.append(result)
                    yield from order.fail(result.model)
                else:
                    yield from order.finish(result.model, result)

    @contextmanager
    def _stopped_at_the_end(self, results: Iterator[ModelResult]) -> Iterator[Iterator[ModelResult]]:
        try:
            yield results
        finally:
            self._stop.set()
            if isinstance(results, Generator):
                results.close()
