"""One object, written in one transaction with what it embeds and all that it refers to.

This is what `Invoice.sync_from_stripe_data` does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from stripe_assets.catalog.retrieval import (
    account_in,
    parents_in,
    read_by_platform,
    retrieve_route,
    same_release,
)
from stripe_assets.catalog.roles import ACCOUNT
from stripe_assets.mirror import (
    Batch,
    Mirror,
    ObjectRef,
    Owner,
    Row,
    WriteCounts,
    flatten,
)
from stripe_assets.stripe_api import ApiKey, StripeError
from stripe_assets.sync.engine import sublist
from stripe_assets.sync.engine.session import InSession, Session, SyncAborted
from stripe_assets.sync.objects.collected import Collected
from stripe_assets.sync.objects.observed import Observed, is_contested, is_whole, time_to_store
from stripe_assets.sync.objects.synced_object import (
    NotRetrievable,
    SyncedObject,
    log_absences,
    why_not_retrievable,
)
from stripe_assets.sync.retrieval.closure import Closure, ClosureResult
from stripe_assets.sync.retrieval.handler import Retrieval
from stripe_assets.sync.retrieval.read_request import ReadRequest
from stripe_assets.sync.retrieval.retrieve import read_each

Connect = Callable[[], sa.Connection]


class ObjectSync(InSession):
    """Syncs one object with an API key. A context manager: on exit its threads end.

    `account`: the connected account that owns the object; None: the key's own account. `joins`
    gives the connection of a transaction to write in, in place of a new one. `reads` is the same
    connection where that transaction has begun: it may have written what others do not see. Raises
    InvalidSetting.
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
        self._identified = False
        """Stripe was asked for the key's account."""
        self._answered_for: Owner | None = None
        """The connected account for which Stripe returned the object."""

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

        Parameters: depth: how many steps of references are followed. 0 sends no request and
        completes no nested list; None ends when nothing is missing. account_answered: Stripe
        returned the object for the connected account that is said to own it.

        The object is read again in two cases: it is of another release of the API than the tables;
        or it differs from the mirror's state, and nobody can tell which one is newer. Raises what
        `retrieved` raises.
        """
        self._identify(by_the_clock=observed.at is None and depth != 0)
        ref = self._ref(name, obj)
        self._answered_for = ref.owner if account_answered else None
        can_ask = depth != 0 and self._can_retrieve(ref)
        version = observed.api_version or self._session.catalog.api_version
        ours = self._is_ours(version)
        if can_ask and not ours:
            return self._retrieved(ref, depth)
        at = time_to_store(observed, self._session.api, can_ask)
        whole = frozenset[str]() if ours and observed.is_answer else None
        batch = self._flatten(name, obj, ref.owner, at, version, whole)
        row = next(row for row in (batch.rows or batch.fills)[name] if row["id"] == ref.id)
        unsure = can_ask and not observed.is_known
        stored = self._mirror.rows.stored(name, row, self._reads) if unsure else None
        if is_contested(row, stored, observed):
            self._collected.batches.remove(batch)
            return self._retrieved(ref, depth)
        if depth != 0 and batch.sublists and not is_whole(row, stored, batch):
            self._complete(ref, batch)
        closed = self._close(depth)

        def is_lost(connection: sa.Connection) -> bool:
            return unsure and self._is_lost(connection, name, row, observed)

        counts = self._write(depth, is_lost)
        if counts is None:
            return self._retrieved(ref, depth)
        return self._synced(ref, counts, closed)

    def retrieved(
        self, name: str, id: str | None, parents: Mapping[str, str], depth: int | None = None
    ) -> SyncedObject:
        """Asks Stripe for an object and writes it.

        Parameters: id: None for an account's only object of its kind. parents: the fields that its
        route needs besides the id.

        Raises NotRetrievable; InvalidApiKey; StripeError where Stripe cannot be asked for the key's
        account; SyncAborted where something could not be read though Stripe has it and shows it;
        and MirrorError. Then nothing is written.
        """
        self._identify()
        ref = self._ref(name, {**parents, "id": id})
        if not self._can_retrieve(ref):
            raise NotRetrievable(why_not_retrievable(self._session.catalog[name]))
        return self._retrieved(ref, depth)

    def _retrieved(self, ref: ObjectRef, depth: int | None) -> SyncedObject:
        request = ReadRequest(ref, parents=ref.parents)
        retrieval = read_each(self._session, [request], Retrieval(self._session))
        self._raise_for([failure.error for failure in retrieval.failures.values()])
        closed = self._close(depth)
        if ref in retrieval.present and not self._session.catalog[ref.resource].rows_are_accounts:
            self._answered_for = ref.owner
        counts = self._write(depth, lambda connection: False)
        assert counts
        return self._synced(ref, counts, closed, retrieval.absent.get(ref))

    def _identify(self, *, by_the_clock: bool = False) -> None:
        """Asks for the key's account, if it is not known; or if Stripe's time is needed, and no
        answer has told it."""
        key, session = self._key, self._session
        known = self._mirror.accounts.own_account(key.alias, key.fingerprint, self._reads)
        has_time = session.api.knows_the_time or not by_the_clock
        if known and key.account_id in (None, known.account_id) and has_time:
            session.belongs_to(known)
        else:
            _, own = session.identify()
            self._identified = True
            if own:
                answer = own.answer
                at, version = answer.observed_at, answer.api_version
                whole = own.asked if self._is_ours(version) else None
                self._flatten(ACCOUNT, answer.body, session.platform, at, version, whole)
        self._collected.platform = session.platform

    def _is_ours(self, version: str) -> bool:
        return same_release(version, self._session.catalog.api_version)

    def _ref(self, name: str, obj: Mapping[str, Any]) -> ObjectRef:
        catalog, platform = self._session.catalog, self._session.platform
        resource = catalog[name]
        parents = parents_in(resource, obj)
        named = account_in(catalog, resource, obj, parents)
        account = named or self._account or platform.account_id
        id = account if resource.singleton else obj["id"]
        return ObjectRef(name, Owner(account, platform.livemode), id, parents)

    def _can_retrieve(self, ref: ObjectRef) -> bool:
        resource = self._session.catalog[ref.resource]
        return resource.singleton is not None or retrieve_route(resource, ref.parents) is not None

    def _flatten(
        self,
        name: str,
        obj: Mapping[str, Any],
        owner: Owner,
        at: datetime | None,
        version: str,
        asked: frozenset[str] | None,
    ) -> Batch:
        session = self._session
        batch = flatten(
            session.catalog,
            name,
            [obj],
            owner,
            at or session.api.now(),
            api_version=version,
            platform_id=session.platform.account_id,
            fill=at is None,
            asked=asked,
        )
        self._collected.batches.append(batch)
        return batch

    def _complete(self, ref: ObjectRef, batch: Batch) -> None:
        """Reads the rest of the object's sublists."""
        session, name = self._session, ref.resource
        by_platform = read_by_platform(session.catalog, session.catalog[name])
        reader = session.platform if by_platform else ref.owner
        retrieval = Retrieval(session)
        part = retrieval.part_of(ref)
        rests = [
            sublist.rest_of(session.catalog, name, open_list, reader, part, depth=1)
            for open_list in batch.sublists
        ]
        session.read_all([name], [[*rests]])
        self._raise_for([failure.error for failure in retrieval.failures.values()])

    def _close(self, depth: int | None) -> ClosureResult:
        closed = Closure(self._session, self._collected, self._covers).run(depth)
        self._raise_for(closed.errors)
        return closed

    def _covers(self, owner: Owner) -> bool:
        """A key with all connected accounts may ask for any account: Stripe refuses the others."""
        if owner == self._session.platform or owner.account_id == self._account:
            return True
        return self._key.connected == "all" or owner.account_id in self._key.connected

    def _is_lost(self, connection: sa.Connection, name: str, row: Row, observed: Observed) -> bool:
        """Whether another writer was first, and nobody can tell which state is newer. From here on
        no other writer changes the row until the transaction ends."""
        return is_contested(row, self._mirror.rows.claim(connection, name, row), observed)

    def _write(
        self, depth: int | None, is_lost: Callable[[sa.Connection], bool]
    ) -> WriteCounts | None:
        """Writes all that was collected in one transaction. Returns None, with nothing written,
        where the object's state is contested."""
        mirror, collected, platform = self._mirror, self._collected, self._session.platform
        alias, now, requests = self._key.alias, datetime.now(UTC), self._session.usage.uncounted()

        def work(connection: sa.Connection) -> WriteCounts | None:
            mirror.rows.lock(connection, collected.batches)
            if is_lost(connection):
                return None
            counts = mirror.write(collected.batches, connection)
            mirror.references.record_absences(collected.absences, connection)
            # All such transactions write the rows that follow. They come last, so that a
            # transaction that waits for them holds nothing that others need.
            if self._identified:
                mirror.accounts.set_own_account(alias, platform, self._key.fingerprint, connection)
            if self._answered_for not in (
                None,
                platform,
                *mirror.accounts.covered_by(alias, connection),
            ):
                mirror.accounts.add_covered(alias, [platform, self._answered_for], now, connection)
            if depth is not None:  # the next run closes the references that this one leaves open
                mirror.accounts.begin_pending_references(alias, platform, now, connection)
            mirror.request_counts.add(requests, now, connection)
            return counts

        written = mirror.change(work, self._joins() if self._joins else None)
        if written is not None:
            self._session.usage.counted(requests)
        return written

    def _synced(
        self,
        ref: ObjectRef,
        counts: WriteCounts,
        closed: ClosureResult,
        refusal: StripeError | None = None,
    ) -> SyncedObject:
        absent = self._collected.absences
        log_absences(self._key.alias, ref, absent)
        rows, requests = self._collected.rows(), self._session.api.requests
        return SyncedObject(
            ref.resource, ref.owner, ref.id, counts, closed, absent, requests, rows, refusal
        )

    def _raise_for(self, errors: list[str]) -> None:
        self._session.raise_if_halted()
        if errors:
            said = f"{self._key.alias}: nothing was written, as something could not be read: "
            raise SyncAborted(said + "; ".join(errors))
