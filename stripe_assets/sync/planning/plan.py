"""What a run will do, and the fewest requests that it takes. It is said before the run starts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from stripe_assets.catalog import Catalog
from stripe_assets.catalog.lists import applies, root_lists
from stripe_assets.catalog.model import Route
from stripe_assets.mirror import Owner
from stripe_assets.sync.constants import PAGE
from stripe_assets.sync.planning.freshness import Decisions, decision_lines


@dataclass(frozen=True, slots=True)
class FanOutPrice:
    """A nested list takes a request for each row of its parent. The mirror knows their number from
    the last time."""

    model: str
    parent: str
    parents: int


@dataclass(frozen=True, slots=True)
class Plan:
    alias: str
    owners: tuple[Owner, ...]
    models: tuple[str, ...]
    """The selected models."""
    upstreams: tuple[str, ...]
    """Models that are read because rows of a selected model come with their rows."""
    fewest_requests: int
    """One for each page of what the mirror has now, and at least one for each list."""
    fan_outs: tuple[FanOutPrice, ...]
    decisions: tuple[str, ...]
    """Which models follow events, and why models are swept though nobody asked for it."""
    refused: Mapping[str, str]
    """What could not be asked to find the accounts → Stripe's reason."""

    def lines(self) -> list[str]:
        """Returns the plan for a log or a terminal."""
        lines = [self._first_line()]
        lines += [f"accounts: {what} cannot be read: {why}" for what, why in self.refused.items()]
        lines += self.decisions
        if self.upstreams:
            names = ", ".join(self.upstreams)
            lines.append(f"also read, because rows of the selected models come with them: {names}")
        lines.append(
            "also one request for each object that the rows refer to and the database lacks"
        )
        per_parent: dict[str, list[str]] = {}
        for price in self.fan_outs:
            parent = f"{price.parent} ({price.parents:,} now)"
            per_parent.setdefault(parent, []).append(price.model)
        for parent, models in per_parent.items():
            lines.append(f"one request for each {parent}: {', '.join(models)}")
        return lines

    def _first_line(self) -> str:
        models = f"{len(self.models)} model{'s' if len(self.models) != 1 else ''}"
        requests = f"at least {self.fewest_requests:,} requests"
        return f"{self.alias}: {accounts_line(self.owners)}, {models}, {requests}"


def accounts_line(owners: Sequence[Owner]) -> str:
    """Returns the key's own account, which comes first, and how many connected ones there are."""
    account, connected = owners[0], len(owners) - 1
    plural = "s" if connected > 1 else ""
    also = f" and {connected:,} connected account{plural}" if connected else ""
    return f"{account.account_id} ({'live' if account.livemode else 'test'} mode){also}"


@dataclass(frozen=True, slots=True)
class Price:
    """The requests of a plan."""

    fewest: int
    fan_outs: tuple[FanOutPrice, ...]


def price(
    catalog: Catalog, decisions: Decisions, models: Sequence[str], rows: Mapping[str, int]
) -> Price:
    """`models`: those of the run. `rows`: model → its rows in the mirror, for all accounts.

    A nested list that only some parents are asked for counts as no request: their number is not
    known before.
    """
    livemode = next(iter(decisions)).livemode
    sweeps = [decision.swept for decision in decisions.values()]
    roots = {names: root_lists(catalog, names, livemode) for names in set(sweeps)}
    lists = sum(len(roots[names]) for names in sweeps)
    listed = {name for some in roots.values() for name, _, _ in some}
    pages = sum(max(0, math.ceil(rows.get(name, 0) / PAGE) - 1) for name in listed)
    active = [name for name in models if any(name in names for names in sweeps)]
    nested = list(_nested(catalog, active, livemode))
    for_all_parents = sum(
        rows.get(parent, 0) * len(route.variants)
        for _, parent, route in nested
        if route.parent_where is None
    )
    events = sum(decision.events_since is not None for decision in decisions.values())
    return Price(
        events + lists + pages + for_all_parents,
        tuple(FanOutPrice(name, parent, rows.get(parent, 0)) for name, parent, _ in nested),
    )


def _nested(
    catalog: Catalog, models: Sequence[str], livemode: bool
) -> Iterator[tuple[str, str, Route]]:
    for name in models:
        for route in catalog[name].routes:
            if route.parent and not catalog[name].on_demand_reason and applies(route, livemode):
                yield name, route.parent, route


def make_plan(
    catalog: Catalog,
    alias: str,
    selected: Sequence[str],
    models: Sequence[str],
    decisions: Decisions,
    rows: Mapping[str, int],
    account_requests: int,
    refused: Mapping[str, str],
) -> Plan:
    """`models`: the selected ones and those that they are read through. `account_requests`: what
    finding the accounts took. See `price` for `rows`."""
    requests = price(catalog, decisions, models, rows)
    return Plan(
        alias=alias,
        owners=tuple(decisions),
        models=tuple(selected),
        upstreams=tuple(
            name
            for name in models
            if name not in set(selected) and not catalog[name].rows_are_accounts
        ),
        fewest_requests=account_requests + requests.fewest,
        fan_outs=requests.fan_outs,
        decisions=tuple(decision_lines(decisions, models)),
        refused=refused,
    )
