"""What a run will do, and the fewest requests that it takes: said before it starts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stripe_assets.catalog import Catalog
from stripe_assets.catalog.lists import applies, root_lists
from stripe_assets.mirror import Owner
from stripe_assets.sync.constants import PAGE
from stripe_assets.sync.planning.freshness import Freshness


@dataclass(frozen=True, slots=True)
class FanOutPrice:
    """A nested list takes a request for each row of its parent; how many those are the mirror knows from the last time."""

    model: str
    parent: str
    parents: int


@dataclass(frozen=True, slots=True)
class Plan:
    alias: str
    owners: tuple[Owner, ...]
    models: tuple[str, ...]
    """The selected ones."""
    upstreams: tuple[str, ...]
    """Read because a selected model's rows come with theirs."""
    fewest_requests: int
    """One for each page of what the mirror has now, at least one for each list."""
    fan_outs: tuple[FanOutPrice, ...]
    ways: tuple[str, ...]
    """What follows events, and what is swept although that was not asked for."""
    refused: Mapping[str, str]
    """What could not be asked to find the accounts → Stripe's reason."""

    def lines(self) -> list[str]:
        """For a log or a terminal."""
        account, connected = self.owners[0], len(self.owners) - 1
        mode = "live" if account.livemode else "test"
        lines = [
            f"{self.alias}: {account.account_id} ({mode} mode)"
            + (
                f" and {connected:,} connected account{'s' if connected > 1 else ''}"
                if connected
                else ""
            )
            + f", {len(self.models)} model{'s' if len(self.models) != 1 else ''}, at least {self.fewest_requests:,} requests"
        ]
        lines += [
            f"accounts: {what} cannot be read: {reason}" for what, reason in self.refused.items()
        ]
        lines += self.ways
        if self.upstreams:
            lines.append(f"read along, as rows come with theirs: {', '.join(self.upstreams)}")
        lines.append("and one request for each object that these refer to and the database lacks")
        if self.fan_outs:
            per_parent: dict[str, list[str]] = {}
            for price in self.fan_outs:
                per_parent.setdefault(f"{price.parent} ({price.parents:,} now)", []).append(
                    price.model
                )
            lines += [
                f"one request for each {parent}: {', '.join(models)}"
                for parent, models in per_parent.items()
            ]
        return lines


def plan(
    catalog: Catalog,
    alias: str,
    owners: Sequence[Owner],
    selected: Sequence[str],
    currency: Freshness,
    rows: Mapping[str, int],
    account_requests: int,
    refused: Mapping[str, str],
) -> Plan:
    """`rows` is what the mirror has of each model for these owners, `account_requests` what finding the owners took.

    A nested list that only some parents are asked for counts as none: how many they are is not known before.
    """
    livemode = owners[0].livemode
    swept = {name for names in currency.swept.values() for name in names}
    active = [name for name in currency.models if name in swept]
    roots = {names: root_lists(catalog, names, livemode) for names in set(currency.swept.values())}
    lists = sum(len(roots[names]) for names in currency.swept.values())
    pages = sum(
        max(0, math.ceil(rows.get(name, 0) / PAGE) - 1)
        for name in {name for some in roots.values() for name, _, _ in some}
    )
    nested = [
        (name, route)
        for name in active
        for route in catalog[name].routes
        if route.parent and not catalog[name].on_demand_reason and applies(route, livemode)
    ]
    fan_outs = tuple(
        FanOutPrice(name, route.parent or "", rows.get(route.parent or "", 0))
        for name, route in nested
    )
    asked = sum(
        rows.get(route.parent or "", 0) * len(route.variants)
        for _, route in nested
        if route.parent_where is None
    )
    return Plan(
        alias=alias,
        owners=tuple(owners),
        models=tuple(selected),
        upstreams=tuple(
            name
            for name in currency.models
            if name not in set(selected) and not catalog[name].rows_are_accounts
        ),
        fewest_requests=account_requests + len(currency.cursors) + lists + pages + asked,
        fan_outs=fan_outs,
        refused=refused,
        ways=tuple(currency.lines()),
    )
