"""`stripe-assets accept`: what Stripe refuses from now on is no failure."""
# ruff: noqa: PLC0415

from __future__ import annotations

import click

from stripe_assets.cli.errors import BadInput, reported


@click.command(short_help="Accept that Stripe no longer shows something.")
@click.argument("alias")
@click.argument("models", metavar="[MODEL]...", nargs=-1)
@click.option("--account", metavar="ACCT", help="Only of this account.  [default: every account]")
def accept(alias: str, models: tuple[str, ...], account: str | None) -> None:
    """Accept that Stripe no longer shows something.

    What was readable before and is refused now makes each sync fail: a permission of the key may be
    missing by mistake. Where the refusal is right, accept it. Then the models are unavailable for
    the accounts of the key, and a sync of them does not fail.

    \b
    stripe-assets accept acme                          everything that is refused now
    stripe-assets accept acme Person --account acct_1  one model of one account
    """
    from stripe_assets.cli.database import opened_if_there
    from stripe_assets.cli.sync import resource_names
    from stripe_assets.sync import accept as accept_holes
    from stripe_assets.sync import refused_now

    with reported(), opened_if_there() as mirror:
        names = set(resource_names(models))
        owners = mirror.accounts.covered_by(alias) if mirror else ()
        if mirror is None or not owners:
            raise BadInput(f"No sync of the key {alias} is in the database.")
        if account and account not in {owner.account_id for owner in owners}:
            raise BadInput(f"The key {alias} does not cover the account {account}.")
        wanted = [owner for owner in owners if account in (None, owner.account_id)]
        holes = [hole for hole in refused_now(mirror, wanted) if hole.model in names]
        accept_holes(mirror, holes)
    if not holes:
        click.echo("Nothing to accept: Stripe refuses nothing of this that was readable before.")
    for hole in holes:
        click.echo(f"accepted: {hole.owner.account_id}: {hole.model}")
