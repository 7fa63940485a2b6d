"""Related objects: what rows refer to and the mirror does not have is retrieved, breadth first,
until every reference is closed.

Each object is asked for once. What does not exist, or may not be read, is recorded as absent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from stripe_assets.catalog.retrieval import retrieve_route
from stripe_assets.mirror import Absence, ObjectRef, Owner
from stripe_assets.sync.engine.session import Session
from stripe_assets.sync.retrieval.handler import Retrieval
from stripe_assets.sync.retrieval.read_request import ReadRequest
from stripe_assets.sync.retrieval.retrieve import read_each

NOT_COVERED = Absence("the account is not among those that the key covers", lasting=False)
NO_ROUTE = Absence(
    "Stripe has no route that returns one by its id: a row comes when something embeds or lists it",
    lasting=False,
)


class Written(Protocol):
    """The rows whose references are to be closed: those of a run, or those of one object."""

    def missing(self) -> set[ObjectRef]:
        """Returns what rows refer to and the mirror does not have. Each call looks only at the
        rows that came since the call before."""
        ...

    def absent(self, absent: Mapping[ObjectRef, Absence]) -> None:
        """Records what does not exist, or may not be read."""
        ...


class WrittenByRun:
    """The rows that a run has written to the mirror."""

    def __init__(self, session: Session, owners: Sequence[Owner], since: datetime) -> None:
        """`owners`: those that the key covers, its own account first. `since`, by this machine's
        clock, is earlier than the run where an earlier run did not close its references. Then the
        rows of all models that were written since are looked at."""
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
    """Model → references that a row closed, and references that are recorded as absent."""

    closed: Counter[str] = field(default_factory=Counter)
    absent: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)

    def line(self) -> str:
        closed, absent = (
            ", ".join(f"{count:,} {model}" for model, count in sorted(counts.items()))
            for counts in (self.closed, self.absent)
        )
        line = f"related objects: {closed or 'none was missing'}"
        return line + (f"; absent: {absent}" if absent else "")


class Closure:
    """Retrieves missing objects in waves: those of the written rows, then those that these refer
    to, and so on."""

    def __init__(
        self,
        session: Session,
        written: Written,
        covers: Callable[[Owner], bool],
        refused: Mapping[tuple[Owner, str], str] | None = None,
    ) -> None:
        """`covers`: whether the key is to read an account. `refused`: (owner, model) that Stripe
        does not show at all → its reason. Objects of these are not asked for one by one."""
        self._session = session
        self._written = written
        self._covers = covers
        self._refused = refused or {}
        self._asked: set[ObjectRef] = set()
        self.result = ClosureResult()

    def run(self, depth: int | None = None) -> ClosureResult:
        """Closes the references of what was written, and of what that brings. With `depth` it ends
        after so many waves.

        Raises MirrorError when the database cannot be read or written, SyncAborted when the run is
        halted.
        """
        waves = 0
        while depth is None or waves < depth:
            missing = self._written.missing() - self._asked
            if not missing:
                break
            self._asked |= missing
            self._wave(missing)
            waves += 1
        return self.result

    def _wave(self, missing: Collection[ObjectRef]) -> None:
        known = {ref: absence for ref in missing if (absence := self._known_absence(ref))}
        self._record(known)
        requests = [
            ReadRequest(ref, parents=ref.parents) for ref in sorted(missing) if ref not in known
        ]
        retrieval = read_each(self._session, requests, Retrieval(self._session))
        self._record(
            {
                ref: Absence(error.reason, retrieval.is_gone(ref))
                for ref, error in retrieval.absent.items()
            }
        )
        self.result.errors += [failure.error for failure in retrieval.failures.values()]
        self.result.closed.update(ref.resource for ref in retrieval.present)

    def _known_absence(self, ref: ObjectRef) -> Absence | None:
        """Returns why it is of no use to ask for an object."""
        if not self._covers(ref.owner):
            return NOT_COVERED
        resource = self._session.catalog[ref.resource]
        if not resource.singleton and retrieve_route(resource, ref.parents) is None:
            return NO_ROUTE
        reason = self._refused.get((ref.owner, ref.resource))
        return Absence(reason, lasting=False) if reason else None

    def _record(self, absent: Mapping[ObjectRef, Absence]) -> None:
        self._written.absent(absent)
        self.result.absent.update(ref.resource for ref in absent)
