"""What is read for one object, kept until all of it is there."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from stripe_assets.mirror import Absence, Batch, Mirror, ObjectRef, Owner
from stripe_assets.sync.engine.write_queue import PendingWrite


class Collected:
    """Takes the place of the writer (`WriteSink`). It is also what the closure looks at
    (`Written`)."""

    def __init__(self, mirror: Mirror, reads: sa.Connection | None) -> None:
        """`reads`: the connection to read with, where its transaction has begun."""
        self._mirror = mirror
        self._reads = reads
        self._looked_at = 0
        self.platform: Owner
        self.batches: list[Batch] = []
        self.absences: dict[ObjectRef, Absence] = {}

    def start(self) -> None:
        return

    def wait_for_room(self) -> None:
        return

    def put(self, page: PendingWrite) -> None:
        self.batches.append(page.batch)
        page.done(None)

    def close(self) -> None:
        return

    def missing(self) -> set[ObjectRef]:
        """Raises MirrorError."""
        new, self._looked_at = self.batches[self._looked_at :], len(self.batches)
        wanted = {
            ref
            for batch in new
            for rows in (batch.rows, batch.fills)
            for ref in self._mirror.references.referred(rows, self.platform)
        }
        wanted -= self.rows()
        return wanted - self._mirror.references.present(wanted, self._reads) if wanted else wanted

    def rows(self) -> frozenset[ObjectRef]:
        """Returns all rows that were collected."""
        return frozenset(
            ObjectRef(name, Owner(account_id, livemode), id)
            for batch in self.batches
            for some in (batch.rows, batch.fills)
            for name, rows in some.items()
            for account_id, livemode, id in rows.keys
        )

    def absent(self, absent: Mapping[ObjectRef, Absence]) -> None:
        self.absences.update(absent)
