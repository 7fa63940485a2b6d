"""`stripe-assets keys`: the API keys in the database.

A secret comes from a prompt, from standard input or from an environment variable. It never comes
from an argument: other users of the machine can read those.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from stripe_assets.cli.errors import BadInput, CommandError, reported

if TYPE_CHECKING:
    from stripe_assets.keys import KeyRing
    from stripe_assets.mirror import Mirror, StoredKey
    from stripe_assets.stripe_api import ApiKey, StripeApi

# The mode is part of the pattern, because an alias may begin with `sk_`: sk_shop.
_LOOKS_LIKE_A_KEY = re.compile(r"(sk|rk|pk)_(test|live|org)_")


@click.group(short_help="Add, list and remove API keys.")
def keys() -> None:
    """Add, list and remove API keys.

    A key has an alias, which is also its partition in Dagster.

    You need not add a key that is in the environment. These variables have these aliases:

    \b
    STRIPE_SECRET_KEY         default
    STRIPE_TEST_SECRET_KEY    test
    STRIPE_LIVE_SECRET_KEY    live
    STRIPE_API_KEY__ACME      acme
    """


@keys.command()
@click.argument("alias")
@click.option(
    "--from-env",
    "variable",
    metavar="VAR",
    help="Take the key from this environment variable, and store only the variable's name.",
)
@click.option(
    "--account",
    metavar="acct_…",
    help="The key's account. Needed for a restricted key that may not read its account.",
)
@click.option(
    "--connected",
    metavar="all|none|acct_…,acct_…",
    default="all",
    show_default=True,
    help="The connected accounts to sync with this key.",
)
def add(alias: str, variable: str | None, account: str | None, connected: str) -> None:
    """Check a key with Stripe and store it.

    The command asks for the key and does not show it, or reads it from standard input. It encrypts
    the key with STRIPE_ASSETS_ENCRYPTION_KEY. With --from-env it stores only the variable's name.

    Add a key again under its alias after you have rolled it.
    """
    from stripe_assets.cli.database import opened
    from stripe_assets.mirror import KeyStore
    from stripe_assets.stripe_api import StripeApi, check_alias, parse_api_key

    if _LOOKS_LIKE_A_KEY.match(alias):
        raise BadInput(
            "This is a key, not an alias. It is now in your shell's history: roll it in Stripe's "
            "dashboard. Then run `stripe-assets keys add ALIAS`, which asks for the new key."
        )
    with reported():
        check_alias(alias)
        key = parse_api_key(
            alias, _secret(alias, variable), account_id=account, connected=_connected(connected)
        )
        api = StripeApi(key)
        with opened() as mirror:
            account_id = _checked(api, mirror)
            KeyStore(mirror).add(
                alias,
                None if variable else key.secret.reveal(),
                variable=variable,
                account_id=account_id,
                livemode=key.livemode,
                kind=key.kind,
                last4=key.last4,
                connected=key.connected,
            )
        _register(alias)
    click.echo(
        f"{alias}: {key.kind} key …{key.last4} of {account_id}, {_mode(key.livemode)} mode. "
        f"Next: stripe-assets sync --api-key {alias}"
    )


def _mode(livemode: bool) -> str:
    return "live" if livemode else "test"


def _secret(alias: str, variable: str | None) -> str:
    if variable is not None:
        secret = os.environ.get(variable, "")
        if not secret.strip():
            raise BadInput(
                f"The environment variable {variable} is not set. Set it to the API key."
            )
        return secret
    if sys.stdin.isatty():
        return click.prompt(f"Stripe API key for {alias}", hide_input=True, err=True)
    return sys.stdin.readline()


def _connected(text: str) -> Literal["all", "none"] | tuple[str, ...]:
    if text == "all" or text == "none":
        return text
    accounts = tuple(
        dict.fromkeys(account.strip() for account in text.split(",") if account.strip())
    )
    if not accounts:
        raise BadInput("--connected names no account. Give ids (acct_…,acct_…), all or none.")
    return accounts


def _checked(api: StripeApi, mirror: Mirror) -> str:
    """Asks Stripe for the key's account, and for the chosen connected ones. Returns its id.

    Raises StripeError and InvalidApiKey; BadInput where the alias belongs to another account.
    """
    from stripe_assets.catalog.roles import ACCOUNT
    from stripe_assets.keys import KeyRing
    from stripe_assets.stripe_api import AuthenticationFailed
    from stripe_assets.sync import Accounts

    key = api.key
    owners = Accounts(api, key, mirror.catalog[ACCOUNT])
    try:
        account_id, _ = owners.own()
    except AuthenticationFailed as refusal:
        message = str(refusal).removesuffix(refusal.advice)
        raise CommandError(
            f"{message}Copy the whole key again from Stripe's dashboard. If it was rolled or has "
            "expired, copy the new one."
        ) from None
    if isinstance(key.connected, tuple):
        if account_id in key.connected:
            raise BadInput(
                f"{account_id} is the key's own account, which is always synced. "
                "Leave it out of --connected."
            )
        for _ in owners.chosen():
            pass  # the request is the check
    stored = KeyRing(mirror).stored().get(key.alias)
    if stored is not None and (stored.account_id, stored.livemode) != (account_id, key.livemode):
        raise BadInput(
            f"The alias {key.alias} belongs to {stored.account_id} in "
            f"{_mode(stored.livemode)} mode. This key belongs to {account_id} in "
            f"{_mode(key.livemode)} mode. "
            "Choose another alias, or remove the stored key first."
        )
    return account_id


def _register(alias: str) -> None:
    """Makes the alias a partition, so that Dagster's own commands accept it at once."""
    from stripe_assets.instance import settle_home

    settle_home(Path.cwd(), os.environ)
    from stripe_assets.orchestration.partitions import register_here

    register_here([alias])


@keys.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_keys(as_json: bool) -> None:
    """List the keys of the database and of the environment."""
    from stripe_assets.cli.database import opened_if_there, shown
    from stripe_assets.keys import KeyRing

    with reported(), opened_if_there() as mirror:
        ring = KeyRing(mirror)
        stored = ring.stored()
        rows = [_row(ring, alias, stored.get(alias)) for alias in ring.aliases()]
        missing = None if mirror else f"There is no database yet ({shown()})."
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    if missing:
        click.echo(missing, err=True)
    if rows:
        _print_table(rows)
    else:
        from stripe_assets.keys import HOW_TO_SET_A_KEY

        click.echo(f"There is no API key. {HOW_TO_SET_A_KEY}")


def _row(ring: KeyRing, alias: str, stored: StoredKey | None) -> dict[str, object]:
    from stripe_assets.mirror import KeyStoreError

    key: ApiKey | None = None
    problem: str | None = None
    try:
        key = ring.api_key(alias)
    except (ValueError, KeyStoreError) as error:
        problem = str(error)
    if stored is not None:
        source = f"database ({stored.variable})" if stored.variable else "database (encrypted)"
        return {
            "alias": alias,
            "account": stored.account_id,
            "mode": _mode(stored.livemode),
            "kind": stored.kind,
            "last4": stored.last4,
            "connected": stored.connected,
            "source": source,
            "problem": problem,
        }
    unknown = dict.fromkeys(["account", "mode", "kind", "last4", "connected"])
    row: dict[str, object] = {
        "alias": alias,
        **unknown,
        "source": f"environment ({ring.variables[alias]})",
        "problem": problem,
    }
    return (
        row
        if key is None
        else {
            **row,
            "mode": _mode(key.livemode),
            "kind": key.kind,
            "last4": key.last4,
            "connected": key.connected,
        }
    )


def _print_table(rows: list[dict[str, object]]) -> None:
    from stripe_assets.cli.screen import stdout_console
    from stripe_assets.cli.table import Column, Line, print_table

    columns = [
        Column("alias"),
        Column("account", folds=True),
        Column("mode"),
        Column("kind"),
        Column("last four"),
    ]
    columns += [Column("connected", folds=True), Column("from", folds=True)]
    lines: list[Line] = []
    for row in rows:
        accounts: Any = row["connected"] or ()
        connected = accounts if isinstance(accounts, str) else ", ".join(map(str, accounts))
        cells = [
            row["alias"],
            row["account"] or "read at each sync",
            row["mode"],
            row["kind"],
            row["last4"],
            connected,
            row["source"],
        ]
        lines.append(Line([str(cell or "") for cell in cells], "yellow" if row["problem"] else ""))
    print_table(stdout_console(), "", columns, lines)
    for row in rows:
        if row["problem"]:
            click.echo(f"cannot be used: {row['problem']}", err=True)


@keys.command()
@click.argument("alias")
def remove(alias: str) -> None:
    """Remove a key from the database. The rows that were synced with it stay."""
    from stripe_assets.cli.database import opened_if_there
    from stripe_assets.keys import KeyRing, UnknownAlias
    from stripe_assets.mirror import KeyStore

    with reported(), opened_if_there() as mirror:
        ring = KeyRing(mirror)
        if mirror is None or not KeyStore(mirror).remove(alias):
            if alias in ring.variables:
                raise BadInput(
                    f"The key {alias} is not in the database. It comes from the environment: "
                    f"unset {ring.variables[alias]}."
                )
            raise UnknownAlias(alias, ring.aliases())
    click.echo(f"{alias} is removed.")
