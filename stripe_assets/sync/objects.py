"""One object, written with what it embeds and all that it refers to, in one transaction: what `Invoice.sync_from_stripe_data` does."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import sqlalchemy as sa

from stripe_assets.catalog.model import Resource
from stripe_assets.catalog.retrieval import (
    account_in,
    parents_in,
    read_by_platform,
    retrieve_route,
    same_release,
)
from stripe_assets.catalog.roles import ACCOUNT
from stripe_assets.mirror import (
    Absence,
    Batch,
    Mirror,
    ObjectRef,
    Owner,
    Row,
    WriteCounts,
    flatten,
    read_at_column,
)
from stripe_assets.stripe_api import ApiKey, StripeError
from stripe_assets.sync.engine import sublist
from stripe_assets.sync.engine.handlers import PartOf, Retrieval
from stripe_assets.sync.engine.session import Session, SyncAborted
from stripe_assets.sync.engine.task import Task
from stripe_assets.sync.engine.write_queue import PendingWrite
from stripe_assets.sync.retrieval.closure import NO_ROUTE, Closure, ClosureResult
from stripe_assets.sync.retrieval.retrieve import ReadRequest, reread

logger = logging.getLogger(__name__)

Connect = Callable[[], sa.Connection]


@dataclass(frozen=True, slots=True)
class Observed:
    """When an object was in the state that is given, by Stripe's clock: at a time that is known (all three are it), some time from `since`
    to before `until`, as an answer's `Date` tells, or, without any of them, whenever."""

    at: datetime | None = None
    """The best guess."""
    since: datetime | None = None
    until: datetime | None = None
    api_version: str | None = None
    """In which it was rendered; None for the catalog's."""

    @property
    def is_known(self) -> bool:
        return self.at is not None and self.since == self.until

    def may_be_older(self, stored: datetime) -> bool:
        """Whether it cannot be told which is newer."""
        if self.since is None or self.until is None:
            return True
        return self.since <= stored < self.until


@dataclass(frozen=True, slots=True)
class SyncedObject:
    """What became of one object."""

    resource: str
    owner: Owner
    id: str
    counts: WriteCounts
    closed: ClosureResult
    absent: Mapping[ObjectRef, Absence]
    """What it and its related objects refer to and is not to be had, as far as that was found out now."""
    requests: int
    rows: frozenset[ObjectRef]
    """All that were written, or were there in a newer state."""
    refusal: StripeError | None = None
    """Why Stripe did not return the object that was asked for."""


class NotRetrievable(ValueError):
    """Stripe has no route that returns such an object by what is known of it."""


class Collected:
    """What was read, kept until all of it is there. It stands in the writer's place, and is what the closure looks at."""

    def __init__(self, mirror: Mirror, reads: sa.Connection | None) -> None:
        self._mirror = mirror
        self._reads = reads
        self._looked_at = 0
        self.platform: Owner
        self.batches: list[Batch] = []
        self.absences: dict[ObjectRef, Absence] = {}

    def start(self) -> None:
        pass

    def wait_for_room(self) -> None:
        pass

    def put(self, page: PendingWrite) -> None:
        self.batches.append(page.batch)
        page.done(None)

    def close(self) -> None:
        pass

    def missing(self) -> set[ObjectRef]:
        """Raises MirrorError."""
        new, self._looked_at = self.batches[self._looked_at :], len(self.batches)
        wanted = {
            one
            for batch in new
            for rows in (batch.rows, batch.fills)
            for one in self._mirror.references.referred(rows, self.platform)
        }
        wanted -= self.rows()
        return wanted - self._mirror.references.present(wanted, self._reads) if wanted else wanted

    def rows(self) -> frozenset[ObjectRef]:
        """All that were collected."""
        return frozenset(
            ObjectRef(name, Owner(account_id, livemode), id)
            for batch in self.batches
            for some in (batch.rows, batch.fills)
            for name, rows in some.items()
            for account_id, livemode, id in rows.keys
        )

    def absent(self, absent: Mapping[ObjectRef, Absence]) -> None:
        self.absences.update(absent)


class ObjectSync:
    """Syncs one object with an API key. A context manager: leaving it ends its threads.

    `account`: the connected account whose object it is, None for the key's own. `joins`: gives the connection of a transaction
    to write in, in place of one of its own; `reads`: the same connection where that transaction has begun, so that it may have
    written what others do not see. Raises InvalidSetting.
    """

    def __init__(
        self,
        key: ApiKey,
        mirror: Mirror,
        *,
        account: str | None = None,
        joins: Connect | None = None,
        reads: sa.Connection | None = None,
    ) -> None:
        self._key = key
        self._mirror = mirror
        self._account = account
        self._joins = joins
        self._reads = reads
        self._collected = Collected(mirror, reads)
        self._session = Session(key, mirror, self._collected)
        self._asked_whose_key = False
        self._answered_for: Owner | None = None
        """The connected account for which Stripe has returned the object."""

    def __enter__(self) -> ObjectSync:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._session.close()

    def given(
        self,
        name: str,
        obj: Mapping[str, Any],
        observed: Observed,
        depth: int | None = None,
        *,
        account_answered: bool = False,
    ) -> SyncedObject:
        """Writes an object that Stripe has returned.

        Parameters: depth: how many steps of references are followed; 0 sends no request and completes no nested list, None ends
        when nothing is missing. account_answered: Stripe has returned it for the connected account, whose object it is said to be.
        Where it cannot be told whether the mirror's state or this one is newer, and they differ, or the object is of another release
        of the API than the tables, it is read again. Raises as `retrieved`.
        """
        self._identify(by_the_clock=observed.at is None and depth != 0)
        wanted = self._wanted(name, obj)
        self._answered_for = wanted.owner if account_answered else None
        can_ask = depth != 0 and self._can_retrieve(wanted)
        version = observed.api_version or self._session.catalog.api_version
        if can_ask and not same_release(version, self._session.catalog.api_version):
            return self._retrieved(wanted, depth)
        batch = self._flatten(name, obj, wanted.owner, self._stamp(observed, can_ask), version)
        row = next(row for row in (batch.rows or batch.fills)[name] if row["id"] == wanted.id)
        if can_ask and not observed.is_known:
            stored = self._mirror.rows.stored(name, row, self._reads)
            if _is_contested(row, stored, observed):
                self._collected.batches.remove(batch)
                return self._retrieved(wanted, depth)
        else:
            stored = None
        if depth != 0 and batch.sublists and not _is_whole(row, stored, batch):
            self._complete(wanted, batch)
        closed = self._close(depth)
        counts = self._write(
            depth,
            lambda connection: (
                can_ask and not observed.is_known and self._is_lost(connection, name, row, observed)
            ),
        )
        if counts is None:
            return self._retrieved(wanted, depth)
        return self._synced(wanted, counts, closed)

    def _stamp(self, observed: Observed, can_ask: bool) -> datetime | None:
        """The time that the state is noted with: rather too early, as whoever reads it next makes good for that, and too late a one would
        keep him away. Where nobody can be asked it is the best guess; None, which fills a missing row, where the time is not known either.
        """
        now = self._session.api.now()
        at = observed.since if can_ask and observed.since else observed.at
        if at is None:
            return now if self._session.api.knows_the_time else None
        return min(at, now)

    def retrieved(
        self, name: str, id: str | None, parents: Mapping[str, str], depth: int | None = None
    ) -> SyncedObject:
        """Asks Stripe for an object and writes it. `parents`: the fields of it that its route wants besides the id; no `id` for an
        account's only one.

        Raises NotRetrievable, InvalidApiKey, StripeError where it cannot be asked whose key it is, SyncAborted where something could
        not be read for another reason than that Stripe does not have or not show it, and MirrorError: with nothing written.
        """
        self._identify()
        wanted = self._wanted(name, {**parents, "id": id})
        if not self._can_retrieve(wanted):
            raise NotRetrievable(_why_not(self._session.catalog[name]))
        return self._retrieved(wanted, depth)

    def _retrieved(self, wanted: ObjectRef, depth: int | None) -> SyncedObject:
        retrieval = Retrieval(self._session)
        for _ in reread(self._session, [ReadRequest(wanted, parents=wanted.parents)], retrieval):
            pass
        self._raise_for([failure.error for failure in retrieval.failures.values()])
        closed = self._close(depth)
        if (
            wanted in retrieval.present
            and not self._session.catalog[wanted.resource].rows_are_accounts
        ):
            self._answered_for = wanted.owner
        counts = self._write(depth, lambda connection: False)
        assert counts
        return self._synced(wanted, counts, closed, retrieval.absent.get(wanted))

    def _identify(self, *, by_the_clock: bool = False) -> None:
        """Asks whose key it is, if that is not known, or if Stripe's time is wanted and no answer has told it yet."""
        key, session = self._key, self._session
        known = self._mirror.accounts.own_account(key.alias, key.fingerprint, self._reads)
        if (
            known
            and key.account_id in (None, known.account_id)
            and (session.api.knows_the_time or not by_the_clock)
        ):
            session.is_of(known)
        else:
            _, own = session.identify()
            self._asked_whose_key = True
            if own:
                self._flatten(
                    ACCOUNT,
                    own.answer.body,
                    session.platform,
                    own.answer.observed_at,
                    own.answer.api_version,
                )
        self._collected.platform = session.platform

    def _wanted(self, name: str, obj: Mapping[str, Any]) -> ObjectRef:
        resource, platform = self._session.catalog[name], self._session.platform
        parents = parents_in(resource, obj)
        account = (
            account_in(self._session.catalog, resource, obj, parents)
            or self._account
            or platform.account_id
        )
        return ObjectRef(
            name,
            Owner(account, platform.livemode),
            account if resource.singleton else obj["id"],
            parents,
        )

    def _can_retrieve(self, wanted: ObjectRef) -> bool:
        resource = self._session.catalog[wanted.resource]
        return (
            resource.singleton is not None or retrieve_route(resource, wanted.parents) is not None
        )

    def _flatten(
        self, name: str, obj: Mapping[str, Any], owner: Owner, at: datetime | None, version: str
    ) -> Batch:
        session, platform_id = self._session, self._session.platform.account_id
        when = at or session.api.now()
        batch = flatten(
            session.catalog,
            name,
            [obj],
            owner,
            when,
            api_version=version,
            platform_id=platform_id,
            fill=at is None,
        )
        self._collected.batches.append(batch)
        return batch

    def _complete(self, wanted: ObjectRef, batch: Batch) -> None:
        """Reads what the object's nested lists have besides."""
        session, name = self._session, wanted.resource
        reader = (
            session.platform
            if read_by_platform(session.catalog, session.catalog[name])
            else wanted.owner
        )
        retrieval = Retrieval(session)
        task = Task(
            name,
            name,
            reader,
            path=name,
            endpoint=name,
            key=name,
            owned_by=wanted.owner,
            handler=retrieval,
            wanted=wanted,
        )
        rests = (
            sublist.rest_of(session.catalog, name, open_list, reader, depth=1)
            for open_list in batch.sublists
        )
        session.read_all(
            [name], [[replace(rest, handler=PartOf(retrieval, task)) for rest in rests]]
        )
        self._raise_for([failure.error for failure in retrieval.failures.values()])

    def _close(self, depth: int | None) -> ClosureResult:
        closed = Closure(self._session, self._collected, self._covers).run(depth)
        self._raise_for(closed.errors)
        return closed

    def _covers(self, owner: Owner) -> bool:
        """A key that is to read all connected accounts may ask for any account: Stripe says which are not."""
        connected = self._key.connected
        return (
            owner == self._session.platform
            or owner.account_id == self._account
            or connected == "all"
            or owner.account_id in connected
        )

    def _is_lost(self, connection: sa.Connection, name: str, row: Row, observed: Observed) -> bool:
        """Whether somebody has come before, and it cannot be told whose state is newer. Nobody does until the transaction ends."""
        return _is_contested(row, self._mirror.rows.claim(connection, name, row), observed)

    def _write(
        self, depth: int | None, is_lost: Callable[[sa.Connection], bool]
    ) -> WriteCounts | None:
        """All that was collected, in one transaction; None where nothing was written, because the object's state is contested."""
        mirror, collected, platform = self._mirror, self._collected, self._session.platform
        alias, now, requests = self._key.alias, datetime.now(UTC), self._session.usage.uncounted()

        def work(connection: sa.Connection) -> WriteCounts | None:
            mirror.rows.lock(connection, collected.batches)
            if is_lost(connection):
                return None
            counts = mirror.write(collected.batches, connection)
            mirror.references.record_absences(collected.absences, connection)
            # Last what all such transactions write: whoever waits for it waits for nothing else of them.
            if self._asked_whose_key:
                mirror.accounts.set_own_account(alias, platform, self._key.fingerprint, connection)
            if self._answered_for not in (
                None,
                platform,
                *mirror.accounts.covered_by(alias, connection),
            ):
                mirror.accounts.add_covered(alias, [platform, self._answered_for], now, connection)
            if depth is not None:  # the next run closes what this one leaves open
                mirror.accounts.begin_pending_references(alias, platform, now, connection)
            mirror.request_counts.add(requests, now, connection)
            return counts

        written = mirror.change(work, self._joins() if self._joins else None)
        if written is not None:
            self._session.usage.counted(requests)
        return written

    def _synced(
        self,
        wanted: ObjectRef,
        counts: WriteCounts,
        closed: ClosureResult,
        refusal: StripeError | None = None,
    ) -> SyncedObject:
        absent = self._collected.absences
        for one, absence in absent.items():
            level = logging.DEBUG if absence == NO_ROUTE else logging.WARNING
            logger.log(
                level,
                "%s: %s %s, which %s or what it refers to names, is absent: %s",
                *self._names(one, wanted),
                absence.reason,
            )
        rows, requests = self._collected.rows(), self._session.api.requests
        return SyncedObject(
            wanted.resource,
            wanted.owner,
            wanted.id,
            counts,
            closed,
            absent,
            requests,
            rows,
            refusal,
        )

    def _names(self, one: ObjectRef, wanted: ObjectRef) -> tuple[str, str, str, str]:
        return self._key.alias, one.resource, one.id, f"{wanted.resource} {wanted.id}"

    def _raise_for(self, errors: list[str]) -> None:
        self._session.raise_if_halted()
        if errors:
            raise SyncAborted(
                f"{self._key.alias}: nothing was written, as something could not be read: "
                + "; ".join(errors)
            )


def _same(row: Row, stored: Row) -> bool:
    """Whether two observations tell the same."""
    told = (
        name
        for name in row
        if name not in ("_observed_at", "_api_version") and not name.endswith("_read_at")
    )
    return all(row[name] == stored[name] for name in told)


def _is_contested(row: Row, stored: Row | None, observed: Observed) -> bool:
    if (
        stored is None
        or stored["_observed_at"] is None
        or not observed.may_be_older(stored["_observed_at"])
    ):
        return False
    return not _same(row, stored)


def _is_whole(row: Row, stored: Row | None, batch: Batch) -> bool:
    """Whether the mirror has all of the nested lists that the answer cut off: they were read with the same state."""
    if stored is None or not _same(row, stored):
        return False
    return all(
        one.parent.field and stored.get(read_at_column(one.parent.field)) for one in batch.sublists
    )


def _why_not(resource: Resource) -> str:
    ways = [
        " and ".join(route.params.values())
        for route in (resource.retrieve, *resource.other_retrieves)
        if route
    ]
    if ways:
        return f"Stripe returns a {resource.name} by its id and its {', or its '.join(ways)}: name that too"
    above = " or ".join(dict.fromkeys(route.parent for route in resource.routes if route.parent))
    return f"Stripe has no route that returns one {resource.name} by its id" + (
        f": sync its {above}, or the model" if above else ""
    )
