"""One API key's part of a run: opens what it needs, drives the sync, hands out the results in an order that Dagster takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from stripe_assets.catalog import Catalog
from stripe_assets.keys import KeyRing
from stripe_assets.mirror import Mirror
from stripe_assets.orchestration.heartbeat import Heartbeat
from stripe_assets.orchestration.release import ReleaseOrder
from stripe_assets.sync import KeySync, ModelResult, Plan, Progress


class Sync(Protocol):
    """What a run needs of `KeySync`."""

    @property
    def progress(self) -> Progress: ...

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
    """Runs one key's sync. Afterwards, and after an abort, `results` and `failed` tell how far it came."""

    def __init__(self, source: StripeSync, alias: str, models: Sequence[str], run_id: str) -> None:
        self.alias = alias
        self.models = models
        self.results: list[ModelResult] = []
        self._source = source
        self._run_id = run_id

    @property
    def failed(self) -> list[ModelResult]:
        return [result for result in self.results if result.status == "failed"]

    @property
    def unfinished(self) -> list[str]:
        """The models that are to be done again: what failed, and what an abort left."""
        done = {result.model for result in self.results if result.status != "failed"}
        return [model for model in self.models if model not in done]

    def run(self, catalog: Catalog, opened: Callable[[], object], log: Callable[[str], object]) -> Iterator[ModelResult]:
        """The results of all models that did not fail, upstreams first.

        `opened` is called when the key is known and before the first result. Whatever ends the sync (SyncAborted, Terminate, Ctrl-C),
        its threads are ended first, then what is finished is yielded, then the error is raised.
        """
        order: ReleaseOrder[ModelResult] = ReleaseOrder({model: catalog[model].depends_on for model in self.models})
        try:
            with self._source.open(self.alias, self.models, self._run_id) as sync:
                opened()
                log("\n".join(sync.prepare().lines()))
                with Heartbeat(sync.progress.line, log):
                    yield from self._ordered(sync, order)
        except GeneratorExit:
            raise
        except BaseException:
            yield from order.rest()
            raise
        yield from order.rest()
        log(self.summary())

    def summary(self) -> str:
        """How many models came to what, and for those that Stripe does not give, its reasons."""
        by_status = {status: sum(result.status == status for result in self.results) for status in ("ok", "unavailable", "failed")}
        lines = [f"{self.alias}: " + ", ".join(f"{count} {status}" for status, count in by_status.items() if count)]
        lines += [f"unavailable: {', '.join(models)}: {reason}" for reason, models in self._unavailable().items()]
        return "\n".join(lines)

    def _unavailable(self) -> dict[str, list[str]]:
        reasons: dict[str, list[str]] = defaultdict(list)
        for result in self.results:
            if result.status == "unavailable":
                reasons[result.availability].append(result.model)
        return reasons

    def _ordered(self, sync: Sync, order: ReleaseOrder[ModelResult]) -> Iterator[ModelResult]:
        for result in sync.run():
            self.results.append(result)
            if result.status == "failed":
                yield from order.fail(result.model)
            else:
                yield from order.finish(result.model, result)
