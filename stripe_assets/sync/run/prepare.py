"""The first step of a run: it finds the accounts, writes their rows, and decides what is swept."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from stripe_assets.catalog.lists import listed_under_accounts, nested_lists
from stripe_assets.catalog.roles import ACCOUNT
from stripe_assets.catalog.upstreams import with_upstreams
from stripe_assets.mirror import Batch, Owner
from stripe_assets.sync.engine.account_list import AccountList
from stripe_assets.sync.engine.accounts import Accounts, AccountsPage, account_id_of
from stripe_assets.sync.engine.page import Page
from stripe_assets.sync.engine.pool import Pool
from stripe_assets.sync.engine.session import Session
from stripe_assets.sync.engine.source import Source
from stripe_assets.sync.engine.task import ListPage
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
    accounts_unread: str | None
    """Why the list of accounts was not read to its end."""
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
    session.before.holes.asks_for_all = mode == "full"
    pool = session.pool(upstreams, nested)
    chosen = len(selected) < len(catalog.resources)
    freshness = Freshness(mirror, sweeps, mode, models, now, at_once=chosen)
    found = _read_accounts(session, pool, freshness, accounts, own)
    refused = accounts.refused | found.refused
    complete = not refused and found.unread is None
    covered = mirror.accounts.covered_by(alias) if complete else ()
    swept = {name for decision in found.decisions.values() for name in decision.swept}
    rows = mirror.live_rows.counts(list(found.decisions), swept)
    requests = session.progress.requests
    unread = {"the list of accounts": found.unread} if found.unread else {}
    return Prepared(
        models=models,
        pool=pool,
        sweeps=sweeps,
        decisions=found.decisions,
        created=found.created,
        lost=[owner for owner in covered if owner not in found.decisions],
        all_accounts_listed=complete,
        accounts_unread=found.unread,
        plan=make_plan(
            catalog, alias, selected, models, found.decisions, rows, requests, refused | unread
        ),
    )


@dataclass(slots=True)
class _Found:
    decisions: dict[Owner, Decision]
    created: dict[Owner, int] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    """What Stripe does not show of the accounts → its reason."""
    unread: str | None = None
    """Why the list of accounts was not read to its end."""


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
    found = _Found(freshness.decide([platform]))
    _learn(session, found.decisions)
    under_accounts = listed_under_accounts(session.catalog)
    session.before.holes.begin_sweep(platform, ACCOUNT)

    def took(page: AccountsPage) -> None:
        owners = [Owner(account_id_of(one, page.path), platform.livemode) for one in page.accounts]
        _decide(session, freshness, owners, found)
        for owner, account in zip(owners, page.accounts, strict=True):
            if type(created := account.get("created")) is int:
                found.created[owner] = created
        swept = {name for owner in owners for name in found.decisions[owner].swept}
        _take(pool, platform, page, under_accounts.intersection(swept))

    for page in itertools.chain([own] if own else [], accounts.chosen()):
        took(page)
    if accounts.are_listed:
        _read_list(session, pool, freshness, took, found)
    for path, reason in accounts.refused.items():
        pool.states.refuse(ACCOUNT, (None, path), reason)
    return found


def _read_list(
    session: Session,
    pool: Pool,
    freshness: Freshness,
    took: Callable[[AccountsPage], None],
    found: _Found,
) -> None:
    """Where the list is not read to its end, the accounts of before are followed all the same."""
    covered = session.mirror.accounts.covered_by(session.alias)
    accounts = AccountList(session, took)
    accounts.read(known=len(covered) > 1)
    if accounts.hole:
        session.mirror.write([Batch(holes={accounts.hole.id: accounts.hole})])
    if accounts.unread:
        found.unread = accounts.unread
        _decide(session, freshness, covered, found)
    elif accounts.not_shown:
        found.refused[accounts.path] = accounts.not_shown


def _decide(session: Session, freshness: Freshness, owners: Iterable[Owner], found: _Found) -> None:
    if new := [owner for owner in owners if owner not in found.decisions]:
        decisions = freshness.decide(new)
        _learn(session, decisions)
        found.decisions.update(decisions)


def _learn(session: Session, decisions: Decisions) -> None:
    """Tells the session what is known of accounts from the runs before."""
    before = session.before
    for owner, decision in decisions.items():
        refusals = decision.refusals
        session.learn(owner, refusals.wholly, refusals.partly, decision.holes.all)
        before.readable[owner] = decision.readable
        before.kept[owner] = decision.kept


def _take(pool: Pool, platform: Owner, page: AccountsPage, nested: frozenset[str]) -> None:
    """Writes a page of accounts as a page of a sweep."""
    source = Source(
        model=ACCOUNT, resource=ACCOUNT, reader=platform, path=page.path, endpoint=page.path
    )
    request = ListPage(source=source, handler=pool.sweep.lists, nested=nested, key=page.path)
    pool.states.request(ACCOUNT, platform.account_id)
    pool.reader.take(request, Page(page.accounts, None, page.answer, asked=page.asked))
