"""The order in which a run reports its models: upstreams first, whichever model finishes first.

Dagster refuses a result that comes after the result of an asset that depends on it. Models finish
in any order. So a finished model is held until none of its selected upstreams can still report.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, TypeVar

Result = TypeVar("Result")


class ResultOrder(Generic[Result]):
    """Takes models as they finish. Yields the results that may be reported now."""

    def __init__(self, depends_on: Mapping[str, Iterable[str]]) -> None:
        """`depends_on`: every selected model with its upstreams, upstreams first.

        No model waits for an upstream that is not selected.
        """
        self._upstreams = {
            model: {up for up in ups if up in depends_on} for model, ups in depends_on.items()
        }
        self._downstreams: dict[str, list[str]] = {model: [] for model in depends_on}
        for model, ups in self._upstreams.items():
            for up in ups:
                self._downstreams[up].append(model)
        self._held: dict[str, Result] = {}
        self._settled: set[str] = set()

    def finish(self, model: str, result: Result) -> Iterator[Result]:
        """`model` is done: yields its result, and the results that waited for it."""
        self._held[model] = result
        yield from self._release(model)

    def fail(self, model: str) -> Iterator[Result]:
        """`model` will never report: yields the results that waited only for it."""
        self._settled.add(model)
        for downstream in self._downstreams[model]:
            yield from self._release(downstream)

    def rest(self) -> Iterator[Result]:
        """The run is over: yields everything that is still held, upstreams first."""
        for model in self._upstreams:
            if model in self._held:
                self._settled.add(model)
                yield self._held.pop(model)

    def _release(self, model: str) -> Iterator[Result]:
        pending = [model]
        while pending:
            model = pending.pop(0)
            if model in self._held and self._upstreams[model] <= self._settled:
                self._settled.add(model)
                yield self._held.pop(model)
                pending.extend(self._downstreams[model])
