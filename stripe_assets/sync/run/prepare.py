"""The first step of a run: it finds the accounts, writes their rows, and decides what is swept."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stripe_assets.catalog.lists import listed_under_accounts, nested_lists
from stripe_assets.catalog.roles import ACCOUNT
from stripe_assets.catalog.upstreams import with_upstreams
from stripe_assets.mirror import Owner
from stripe_assets.sync.engine.accounts import Accounts, AccountsPage, account_id_of
from stripe_assets.sync.engine.pool import Pool
from stripe_assets.sync.engine.session import Session
from stripe_assets.sync.engine.task import ListPage, Page, Source
from stripe_assets.sync.planning.freshness import Decision, Decisions, Freshness, Mode
from stripe_assets.sync.planning.plan import Plan, make_plan
from stripe_assets.sync.planning.resume import SweepRun


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is known before a run reads its models."""

    models: Sequence[str]
    """The selected models and those that they are read through, in the catalog's order."""
    pool: Pool
    sweeps: SweepRun
    decisions: Decisions
    """By account, the key's own first."""
    created: Mapping[Owner, int]
    """Account → when it was created, in Unix seconds."""
    lost: Sequence[Owner]
    """The accounts that the key no longer reaches."""
    all_accounts_listed: bool
    plan: Plan

    @property
    def owners(self) -> tuple[Owner, ...]:
        return tuple(self.decisions)


def prepare(session: Session, selected: Sequence[str], mode: Mode, run_id: str) -> Prepared:
    """Raises StripeError, InvalidApiKey and MirrorError."""
    catalog, mirror, alias = session.catalog, session.mirror, session.alias
    accounts, own = session.identify()
    platform = session.platform
    mirror.accounts.set_own_account(alias, platform, session.api.key.fingerprint)
    # The row of the own account is a part of this run's sweeps: these begin when it was observed.
    now = own.answer.observed_at if own else session.api.now()
    # Accounts are read in any case.
    upstreams = with_upstreams(catalog.upstreams, [*selected, ACCOUNT])
    models = list(upstreams)
    listed = [name for name in models if not catalog[name].on_demand_reason]
    nested = nested_lists(catalog, listed, platform.livemode)
    sweeps = SweepRun(mirror, catalog, alias, models, nested, run_id, now)
    sweeps.begin_accounts(platform, now)
    pool = session.pool(upstreams, nested)
    freshness = Freshness(mirror, sweeps, mode, models, now)
    found = _read_accounts(session, pool, freshness, accounts, own)
    covered = () if accounts.refused else mirror.accounts.covered_by(alias)
    swept = {name for decision in found.decisions.values() for name in decision.swept}
    rows = mirror.live_rows.counts(list(found.decisions), swept)
    requests, refused = session.progress.requests, accounts.refused
    return Prepared(
        models=models,
        pool=pool,
        sweeps=sweeps,
        decisions=found.decisions,
        created=found.created,
        lost=[owner for owner in covered if owner not in found.decisions],
        all_accounts_listed=not refused,
        plan=make_plan(catalog, alias, selected, models, found.decisions, rows, requests, refused),
    )


@dataclass(frozen=True, slots=True)
class _Found:
    decisions: dict[Owner, Decision]
    created: dict[Owner, int]


def _read_accounts(
    session: Session,
    pool: Pool,
    freshness: Freshness,
    accounts: Accounts,
    own: AccountsPage | None,
) -> _Found:
    """Asks once for the own account and for the connected ones. They are the owners of all rows,
    and the rows of the accounts' model."""
    platform = session.platform
    found = _Found(freshness.decide([platform]), {})
    under_accounts = listed_under_accounts(session.catalog)
    for page in itertools.chain([own] if own else [], accounts.connected()):
        owners = [Owner(account_id_of(one, page.path), platform.livemode) for one in page.accounts]
        new = [owner for owner in owners if owner not in found.decisions]
        found.decisions.update(freshness.decide(new) if new else {})
        for owner, account in zip(owners, page.accounts, strict=True):
            if type(created := account.get("created")) is int:
                found.created[owner] = created
        swept = {name for owner in owners for name in found.decisions[owner].swept}
        _take(pool, platform, page, under_accounts.intersection(swept))
    for path, reason in accounts.refused.items():
        pool.states.refuse(ACCOUNT, (None, path), reason)
    return found


def _take(pool: Pool, platform: Owner, page: AccountsPage, nested: frozenset[str]) -> None:
    """Writes a page of accounts as a page of a sweep."""
    source = Source(
        model=ACCOUNT, resource=ACCOUNT, reader=platform, path=page.path, endpoint=page.path
    )
    request = ListPage(source=source, handler=pool.sweep.lists, nested=nested, key=page.path)
    pool.states.request(ACCOUNT, platform.account_id)
    pool.reader.take(request, Page(page.accounts, None, page.answer))
