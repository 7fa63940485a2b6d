"""Related objects: what the rows of a run refer to and the mirror does not have, retrieved breadth first until closure.

Each object is asked for once. What does not exist, or may not be read, becomes a recorded absence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from stripe_assets.catalog import Catalog
from stripe_assets.mirror import Absence, Mirror, Missing, Owner
from stripe_assets.stripe_api import NotFound, StripeError, route_path
from stripe_assets.sync.phase import Phase
from stripe_assets.sync.task import Task

NOT_COVERED = Absence("the account is not among those that the key covers", lasting=False)


@dataclass(slots=True)
class ClosureResult:
    """How many references were closed by a row, and how many are recorded absences, by model."""

    closed: Counter[str] = field(default_factory=Counter)
    absent: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)

    def line(self) -> str:
        closed, absent = (", ".join(f"{count:,} {model}" for model, count in sorted(c.items())) for c in (self.closed, self.absent))
        return f"related objects: {closed or 'none was missing'}" + (f"; absent: {absent}" if absent else "")


class Closure:
    """Waves of retrieves. `phase` makes what reads a wave, for these models."""

    def __init__(self, catalog: Catalog, mirror: Mirror, owners: Sequence[Owner], phase: Callable[[Iterable[str]], Phase]) -> None:
        self._catalog = catalog
        self._mirror = mirror
        self._owners = owners
        self._phase = phase
        self._asked: set[Missing] = set()
        self.result = ClosureResult()

    def run(self, since: datetime) -> ClosureResult:
        """Closes the references of the rows that were written since then (by this machine's clock), and of what that brings.

        Raises MirrorError when the database cannot be read or written.
        """
        while missing := self._missing(since):
            since = datetime.now(UTC)
            self._wave(missing)
        return self.result

    def _missing(self, since: datetime) -> list[Missing]:
        missing = self._mirror.missing_references(since, self._owners) - self._asked
        self._asked |= missing
        elsewhere = {wanted for wanted in missing if wanted.owner not in self._owners}
        self._absent(dict.fromkeys(elsewhere, NOT_COVERED))
        return sorted(missing - elsewhere)

    def _wave(self, missing: Sequence[Missing]) -> None:
        phase = self._phase({wanted.resource for wanted in missing})
        phase.put([self._task(wanted) for wanted in missing])
        for state in phase.run():
            if state.error:
                self.result.errors.append(state.error)
        phase.close()
        reader = phase.reader
        self._absent({wanted: Absence(error.reason, _gone(error)) for wanted, error in reader.absent.items()})
        self.result.errors += reader.errors.values()
        self.result.closed.update(wanted.resource for wanted in missing if wanted not in reader.absent and wanted not in reader.errors)

    def _absent(self, absent: dict[Missing, Absence]) -> None:
        self._mirror.record_absences(absent)
        self.result.absent.update(wanted.resource for wanted in absent)

    def _task(self, wanted: Missing) -> Task:
        resource = self._catalog[wanted.resource]
        assert resource.retrieve is not None
        template = resource.retrieve.path
        return Task(
            model=wanted.resource,
            resource=wanted.resource,
            reader=wanted.owner,
            path=route_path(template, {"id": wanted.id}),
            endpoint=template,
            key=template,
            paging="object",
            params={"expand": list(resource.expand)} if resource.expand else {},
            wanted=wanted,
        )


def _gone(error: StripeError) -> bool:
    return isinstance(error, NotFound) and error.missing
