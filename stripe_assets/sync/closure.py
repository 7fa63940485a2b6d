"""Related objects: what the rows of a run refer to and the mirror does not have, retrieved breadth first until closure.

Each object is asked for once. What does not exist, or may not be read, becomes a recorded absence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from stripe_assets.mirror import Absence, Missing, Owner
from stripe_assets.sync.errand import Retrieval
from stripe_assets.sync.rereading import Wish, reread
from stripe_assets.sync.session import Session

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
    """Waves of retrieves."""

    def __init__(self, session: Session, owners: Sequence[Owner], refused: Mapping[tuple[Owner, str], str]) -> None:
        """`refused`: models of an account that could not be read at all, with Stripe's reason: not asked for one by one."""
        self._refused = refused
        self._session = session
        self._owners = owners
        self._asked: set[Missing] = set()
        self.result = ClosureResult()

    def run(self, since: datetime) -> ClosureResult:
        """Closes the references of the rows that this run has written, and of what that brings.

        `since`: by this machine's clock; earlier than the run's beginning where an earlier run was not closed: then the rows of all
        models that were written since. Raises MirrorError when the database cannot be read or written, SyncAborted when the run is halted.
        """
        progress, alias = self._session.progress, self._session.alias
        written = dict(progress.touched) if since >= self._session.began else None
        while missing := self._missing(since, written):
            since = datetime.now(UTC)
            progress.touched.clear()
            self._wave(missing)
            written = dict(progress.touched)
        if not self.result.errors:
            self._session.mirror.closed(alias)
        return self.result

    def _missing(self, since: datetime, written: Mapping[str, Collection[str] | None] | None) -> list[Missing]:
        missing = self._session.mirror.missing_references(since, self._owners, written) - self._asked
        self._asked |= missing
        elsewhere = {wanted for wanted in missing if wanted.owner not in self._owners}
        self._absent(dict.fromkeys(elsewhere, NOT_COVERED))
        reasons = {wanted: self._refused.get((wanted.owner, wanted.resource)) for wanted in missing - elsewhere}
        refused = {wanted: Absence(reason, lasting=False) for wanted, reason in reasons.items() if reason}
        self._absent(refused)
        return sorted(missing - elsewhere - refused.keys())

    def _wave(self, missing: Sequence[Missing]) -> None:
        retrieval = Retrieval(self._session)
        for _ in reread(self._session, [Wish(wanted) for wanted in missing], retrieval):
            pass
        self._absent({wanted: Absence(error.reason, retrieval.gone(wanted)) for wanted, error in retrieval.absent.items()})
        self.result.errors += [failure.error for failure in retrieval.failures.values()]
        self.result.closed.update(wanted.resource for wanted in retrieval.present)

    def _absent(self, absent: dict[Missing, Absence]) -> None:
        self._session.mirror.record_absences(absent)
        self.result.absent.update(wanted.resource for wanted in absent)
