"""What a run says of itself, and whether that is true."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stripe_assets.catalog import catalog
from stripe_assets.catalog.retrieval import read_by_platform
from stripe_assets.catalog.roles import ACCOUNT, EVENT
from stripe_assets.catalog.upstreams import with_upstreams
from stripe_assets.mirror import Mirror, Owner
from stripe_assets.sandbox.keys import PLATFORM
from stripe_assets.sync import ModelResult
from stripe_assets.sync.engine.holes import FEED
from stripe_assets_tests.sync.holes.compare import Difference
from stripe_assets_tests.sync.holes.server import Fact

SHOWN = 2
"""Differences of one kind that a failure shows."""
UNKNOWN = "the run does not know"
BAD = ("incomplete", "failed")


def holes_of(mirror: Mirror) -> list[Any]:
    """Everything that is missing, and that the mirror knows of."""
    store = getattr(mirror, "holes", None)
    return list(store.all()) if store else []


@dataclass(frozen=True, slots=True)
class Said:
    """All that a run said."""

    results: Mapping[str, ModelResult]
    aborted: str
    """Why the run of the key ended early. Empty: it did not."""
    holes: Sequence[Any]
    refused: Mapping[tuple[str, str], str]
    """(Account, model) of which the mirror says that not all is there → what it says."""
    known: frozenset[str]
    """The accounts that the mirror has a row of."""

    @classmethod
    def by(
        cls,
        mirror: Mirror,
        results: Mapping[str, ModelResult],
        aborted: str,
        accounts: Sequence[str],
    ) -> Said:
        owners = [Owner(account, False) for account in accounts]
        refusals = mirror.sweeps.results.refusals(owners)
        said = {
            (owner.account_id, model): f"{one.label}: {one}"
            for (owner, model), one in refusals.items()
            if one.kind not in ("not listed", "on demand")
        }
        known = {
            owner.account_id
            for owner in owners
            if mirror.rows.read_many(ACCOUNT, owner, [owner.account_id])
        }
        return cls(results, aborted, holes_of(mirror), said, frozenset(known))

    @property
    def is_green(self) -> bool:
        return not self.aborted and all(one.status not in BAD for one in self.results.values())

    def calls_complete(self, model: str, account: str) -> bool:
        """Whether the run says that the mirror has all of a model of an account."""
        result = self.results.get(model)
        if self.aborted or result is None or result.status == "failed":
            return False
        if account not in self.known and self._is_bad(ACCOUNT):
            return False
        return (account, model) not in self.refused and not self._has_hole(model, account)

    def names(self, one: Difference) -> bool:
        """Whether a hole or a failure names a difference: one of its model, or of a model that it
        is read through."""
        if self.aborted or (one.account not in self.known and self._is_bad(ACCOUNT)):
            return True
        return any(
            self._has_failed(model)
            or self._has_hole(model, one.account)
            or any(hole.key == FEED for hole in self._holes(EVENT, one.account))
            for model in with_upstreams(catalog().upstreams, [one.model])
        )

    def is_unavailable_there(self, one: Difference) -> bool:
        """Whether the mirror says that Stripe does not show this field. All rows can be read."""
        return one.what == "differs" and any(
            hole.unavailable and one.field in hole.key
            for hole in self._holes(one.model, one.account)
        )

    def _has_failed(self, model: str) -> bool:
        result = self.results.get(model)
        return result is not None and result.status == "failed"

    def _has_hole(self, model: str, account: str) -> bool:
        return any(not hole.unavailable for hole in self._holes(model, account))

    def _is_bad(self, model: str) -> bool:
        result = self.results.get(model)
        return bool(self.aborted) or (result is not None and result.status in BAD)

    def _holes(self, model: str, account: str) -> Iterator[Any]:
        in_accounts = ACCOUNT in catalog().upstreams[model].with_sublists
        by_platform = in_accounts or read_by_platform(catalog(), catalog()[model])
        owners = {account, PLATFORM} if by_platform else {account}
        for hole in self.holes:
            if hole.model == model and hole.owner.account_id in owners:
                yield hole


def faults_of_run(said: Said, differences: Sequence[Difference]) -> Iterator[str]:
    """Yields what is wrong with what a run says."""
    yield from grouped((_wrong(said, one), one) for one in differences)
    for hole in said.holes:
        result = said.results.get(hole.model)
        if hole.unavailable or said.aborted:
            continue
        if said.is_green or (result is not None and result.status not in BAD):
            yield f"the run leaves a hole, and does not say so: {hole}"


def _wrong(said: Said, one: Difference) -> str | None:
    """Returns what is wrong with what a run says of a difference. None: it says the truth."""
    if one.what in ("called deleted", "called absent"):
        return "Stripe did not say so"
    if said.is_unavailable_there(one):
        return None
    if said.calls_complete(one.model, one.account):
        if one.account not in said.known:
            return f"{UNKNOWN} of {one.account}, and does not say so"
        return f"{one.model} of {one.account} is called complete"
    if not said.names(one):
        label = said.refused.get((one.account, one.model), "nothing")
        return f"no hole and no failure names it, the mirror says {label}"
    return "the run is green" if said.is_green else None


def grouped(wrong: Iterable[tuple[str | None, Difference]]) -> Iterator[str]:
    """Yields a line for the differences of one kind of a model and an account."""
    groups: dict[tuple[object, ...], list[Difference]] = {}
    for head, one in wrong:
        if head:
            about = () if head.startswith(UNKNOWN) else (one.what, one.model, one.account)
            groups.setdefault((head, *about), []).append(one)
    for (head, *_), found in groups.items():
        more = f", and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        yield f"{head}: " + "; ".join(str(one) for one in found[:SHOWN]) + more


def faults_at_the_end(
    said: Said, differences: Sequence[Difference], facts: Sequence[Fact], connected: bool
) -> Iterator[str]:
    """Yields what is wrong after the faults have ended and one more sync."""
    if said.aborted:
        yield f"the run ended early: {said.aborted}"
    left = (one for one in differences if not said.is_unavailable_there(one))
    yield from grouped(("still there after the faults", one) for one in left)
    yield from (f"the hole is still there: {hole}" for hole in said.holes if not hole.unavailable)
    for model, result in said.results.items():
        if result.status in BAD:
            yield f"{model} is {result.status}: {result.error}"
    for fact in facts:
        if connected or not fact.account:
            yield from _unsaid(said, fact)
    about_facts = {(fact.account or PLATFORM, fact.model) for fact in facts}
    for (account, model), label in said.refused.items():
        upstreams = with_upstreams(catalog().upstreams, [model])
        if not any((account, name) in about_facts for name in upstreams):
            yield f"{model} of {account} is called {label}"


def _unsaid(said: Said, fact: Fact) -> Iterator[str]:
    account = fact.account or PLATFORM
    if not fact.parent:
        if not said.refused.get((account, fact.model), "").startswith("unavailable"):
            yield f"{fact.model} of {account} is not called unavailable"
        return
    there = [
        hole
        for hole in said.holes
        if hole.unavailable and hole.model == fact.model and hole.owner.account_id == account
    ]
    if not any(fact.parent in hole.key for hole in there):
        yield f"{fact.model} below {fact.parent} of {account} is not called unavailable there"
