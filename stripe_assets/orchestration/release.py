"""In which order a run may report its models: upstreams first, whatever finished first.

Dagster refuses a result that comes after one that depends on it. Models finish in any order, so a finished one is held
until nothing that it depends on (among the selected) can still report.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, TypeVar

Result = TypeVar("Result")


class ReleaseOrder(Generic[Result]):
    """Takes models as they finish, gives back those that may be reported now."""

    def __init__(self, depends_on: Mapping[str, Iterable[str]]) -> None:
        """`depends_on`: every selected model, upstreams first, with its upstreams. Those that are not selected are not waited for."""
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
        """`model` is done: yields its result and those that waited for it, as far as they may be reported."""
        self._held[model] = result
        yield from self._release(model)

    def fail(self, model: str) -> Iterator[Result]:
        """`model` will never report: yields what waited only for it."""
        self._settled.add(model)
        for downstream in self._downstreams[model]:
            yield from self._release(downstream)

    def rest(self) -> Iterator[Result]:
        """Everything that is still held, upstreams first: the run is over, nothing else will report."""
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
