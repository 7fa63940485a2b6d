"""When an object was in a given state, and whether that is newer than what the mirror has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from stripe_assets.mirror import Batch, Row, read_at_column
from stripe_assets.stripe_api import StripeApi


@dataclass(frozen=True, slots=True)
class Observed:
    """When an object was in the given state, by Stripe's clock.

    The time is known (all three times are equal), or it is between `since` and `until`, as an
    answer's `Date` tells. Without any of them it is not known at all.
    """

    at: datetime | None = None
    """The best guess."""
    since: datetime | None = None
    until: datetime | None = None
    """The state is older than this time."""
    api_version: str | None = None
    """The API version of the object's shape. None: the catalog's version."""

    @property
    def is_known(self) -> bool:
        return self.at is not None and self.since == self.until

    @property
    def is_answer(self) -> bool:
        """Whether the object is an answer of Stripe's, so that it is whole."""
        return self.since is not None and self.since != self.until

    def may_be_older(self, stored: datetime) -> bool:
        """Whether nobody can tell which state is newer."""
        if self.since is None or self.until is None:
            return True
        return self.since <= stored < self.until


def is_same(row: Row, stored: Row) -> bool:
    """Whether two observations found the same state."""
    compared = (
        name
        for name in row
        if name not in ("_observed_at", "_api_version") and not name.endswith("_read_at")
    )
    return all(row[name] == stored[name] for name in compared)


def is_contested(row: Row, stored: Row | None, observed: Observed) -> bool:
    """Whether two states differ, and nobody can tell which is newer."""
    if stored is None or stored["_observed_at"] is None:
        return False
    return observed.may_be_older(stored["_observed_at"]) and not is_same(row, stored)


def is_whole(row: Row, stored: Row | None, batch: Batch) -> bool:
    """Whether the mirror has all of the nested lists that the answer cut off: they were read with
    the same state."""
    if stored is None or not is_same(row, stored):
        return False
    return all(
        one.parent.field and stored.get(read_at_column(one.parent.field)) for one in batch.sublists
    )


def time_to_store(observed: Observed, api: StripeApi, can_ask: bool) -> datetime | None:
    """Returns the time to store with the state.

    It is rather too early than too late: the next reader of the object corrects a time that is too
    early, and a time that is too late would keep him away. Where Stripe cannot be asked it is the
    best guess. None: nothing is known, and the state only fills a missing row.
    """
    now = api.now()
    at = observed.since if can_ask and observed.since else observed.at
    if at is None:
        return now if api.knows_the_time else None
    return min(at, now)
