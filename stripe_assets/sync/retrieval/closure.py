"""Related objects: what rows refer to and the mirror does not have, retrieved breadth first until closure.

Each object is asked for once. What does not exist, or may not be read, becomes a recorded absence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from stripe_assets.catalog.retrieval import retrieve_route
from stripe_assets.mirror import Absence, ObjectRef, Owner
from stripe_assets.sync.engine.handlers import Retrieval
from stripe_assets.sync.engine.session import Session
from stripe_assets.sync.retrieval.retrieve import ReadRequest, reread

NOT_COVERED = Absence("the account is not among those that the key covers", lasting=False)
NO_ROUTE = Absence(
    "Stripe has no route that returns one by its id: a row comes when something embeds or lists it",
    lasting=False,
)


class Written(Protocol):
    """The rows whose references are to be closed."""

    def missing(self) -> set[ObjectRef]:
        """What the rows that came since it was last asked refer to and is not there."""
        ...

    def absent(self, absent: Mapping[ObjectRef, Absence]) -> None:
        """These do not exist, or may not be read."""
        ...


class WrittenByRun:
    """What a run has written to the mirror."""

    def __init__(self, session: Session, owners: Sequence[Owner], since: datetime) -> None:
        """`owners`: those that the key covers, its own account first. `since`: by this machine's clock; earlier than the run's
        beginning where an earlier run was not closed: then the rows of all models that were written since."""
        self._mirror, self._touched = session.mirror, session.progress.touched
        self._owners = owners
        self._since = since
        self._all = since < session.began

    def missing(self) -> set[ObjectRef]:
        """Raises MirrorError."""
        written: Mapping[str, Collection[str] | None] | None = (
            None if self._all else dict(self._touched)
        )
        since, self._since, self._all = self._since, datetime.now(UTC), False
        self._touched.clear()
        return self._mirror.references.missing(since, self._owners, written)

    def absent(self, absent: Mapping[ObjectRef, Absence]) -> None:
        self._mirror.references.record_absences(absent)


@dataclass(slots=True)
class ClosureResult:
    """How many references were closed by a row, and how many are recorded absences, by model."""

    closed: Counter[str] = field(default_factory=Counter)
    absent: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)

    def line(self) -> str:
        closed, absent = (
            ", ".join(f"{count:,} {model}" for model, count in sorted(c.items()))
            for c in (self.closed, self.absent)
        )
        return f"related objects: {closed or 'none was missing'}" + (
            f"; absent: {absent}" if absent else ""
        )


class Closure:
    """Waves of retrieves."""

    def __init__(
        self,
        session: Session,
        written: Written,
        covers: Callable[[Owner], bool],
        refused: Mapping[tuple[Owner, str], str] | None = None,
    ) -> None:
        """`covers`: whether the key is to read an account. `refused`: models of an account that could not be read at all, with Stripe's
        reason: not asked for one by one."""
        self._session = session
        self._written = written
        self._covers = covers
        self._refused = refused or {}
        self._asked: set[ObjectRef] = set()
        self.result = ClosureResult()

    def run(self, depth: int | None = None) -> ClosureResult:
        """Closes the references of what was written, and of what that brings; with `depth` only so many steps far.

        Raises MirrorError when the database cannot be read or written, SyncAborted when the run is halted.
        """
        waves = 0
        while (depth is None or waves < depth) and (
            missing := self._written.missing() - self._asked
        ):
            self._asked |= missing
            self._wave(missing)
            waves += 1
        return self.result

    def _wave(self, missing: Collection[ObjectRef]) -> None:
        absent = {wanted: absence for wanted in missing if (absence := self._known_absence(wanted))}
        self._absent(absent)
        wishes = [
            ReadRequest(wanted, parents=wanted.parents)
            for wanted in sorted(missing)
            if wanted not in absent
        ]
        retrieval = Retrieval(self._session)
        for _ in reread(self._session, wishes, retrieval):
            pass
        self._absent(
            {
                wanted: Absence(error.reason, retrieval.gone(wanted))
                for wanted, error in retrieval.absent.items()
            }
        )
        self.result.errors += [failure.error for failure in retrieval.failures.values()]
        self.result.closed.update(wanted.resource for wanted in retrieval.present)

    def _known_absence(self, wanted: ObjectRef) -> Absence | None:
        """Why there is no use in asking for it."""
        if not self._covers(wanted.owner):
            return NOT_COVERED
        resource = self._session.catalog[wanted.resource]
        if not resource.singleton and retrieve_route(resource, wanted.parents) is None:
            return NO_ROUTE
        reason = self._refused.get((wanted.owner, wanted.resource))
        return Absence(reason, lasting=False) if reason else None

    def _absent(self, absent: Mapping[ObjectRef, Absence]) -> None:
        self._written.absent(absent)
        self.result.absent.update(wanted.resource for wanted in absent)
