"""`stripe-assets sync Invoice:in_123`: single objects, without a run in Dagster."""
# ruff: noqa: PLC0415

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from stripe_assets.cli.errors import BadInput
from stripe_assets.cli.runs import checked_aliases

if TYPE_CHECKING:
    from stripe_assets.cli.table import Line
    from stripe_assets.sync import SyncedObject


ACCOUNTS_TRIED = 20
"""Connected accounts of a key in which an object is looked for."""


class Named(NamedTuple):
    """An argument `Invoice:in_123`, with the resource's name for the model."""

    model: str
    id: str


class Found(NamedTuple):
    """An object that a key has."""

    named: Named
    alias: str
    deleted: bool
    done: SyncedObject


def objects_named(models: Sequence[str]) -> list[Named]:
    """Returns the objects that the arguments name; empty where they name models.

    Raises BadInput where they name both, or an object that cannot be read; UnknownModel.
    """
    from stripe_assets.catalog import catalog

    split = [(text, *text.partition(":")) for text in models]
    if not any(colon for _, _, colon, _ in split):
        return []
    for text, model, colon, id in split:
        if not colon:
            raise BadInput(
                f"{text!r} is a model, and other arguments are objects. "
                "Sync models and objects with two commands."
            )
        if not id:
            raise BadInput(f"{text!r} has no id. Name an object like this: Invoice:in_123.")
        resource = catalog().find(model)
        if not resource.retrieve and not resource.singleton:
            raise BadInput(
                f"Stripe has no route that returns one {resource.name} by its id. "
                "Sync the model, or the object that contains it."
            )
    return list(dict.fromkeys(Named(catalog().find(model).name, id) for _, model, _, id in split))


def sync_and_show_objects(
    objects: Sequence[Named], aliases: tuple[str, ...], as_json: bool
) -> bool:
    """Returns True when all objects were found. Tries one key after another for each object."""
    checked = checked_aliases(aliases)
    chosen = [alias for alias, error in checked.items() if error is None]
    found: list[Found] = []
    failed: list[str] = []
    for named in objects:
        one = _sync(named, chosen)
        if isinstance(one, Found):
            found.append(one)
        else:
            failed.append(f"{named.model} {named.id}: {one}")
    if failed:  # a key that cannot be used may be the one that has the object
        failed += [error for error in checked.values() if error]
    _print_json(found, failed) if as_json else _print_tables(found, failed)
    return not failed


def _sync(named: Named, aliases: Sequence[str]) -> Found | str:
    """Returns the object with the first key that has it, or the error that says why none has.

    Tries each key's own account, then its connected accounts.
    """
    from stripe_assets.cli.database import opened
    from stripe_assets.models import model
    from stripe_assets.models.syncing import sync_one
    from stripe_assets.stripe_api import StripeError
    from stripe_assets.sync import NotRetrievable, SyncAborted

    cls, first = model(named.model), ""
    with opened() as mirror:
        for alias in aliases:
            others = (
                ()
                if cls.resource.rows_are_accounts or cls.resource.singleton
                else mirror.accounts.covered_by(alias)[1:]
            )
            for account in (None, *(owner.account_id for owner in others[:ACCOUNTS_TRIED])):
                try:
                    row, done = sync_one(
                        cls,
                        named.id,
                        {},
                        None,
                        api_key=alias,
                        stripe_account=account,
                        session=None,
                        mirror=mirror,
                    )
                except StripeError as error:
                    first = first or str(error)
                    if not error.refused:
                        return str(error)
                except (NotRetrievable, SyncAborted) as error:
                    return str(error)
                else:
                    return Found(named, alias, row._deleted_at is not None, done)
    return first


def _print_json(found: Sequence[Found], failed: Sequence[str]) -> None:
    click.echo(
        json.dumps({"objects": [_plain(one) for one in found], "failed": list(failed)}, indent=2)
    )


def _plain(found: Found) -> dict[str, Any]:
    done = found.done
    return {
        "model": found.named.model,
        "id": found.named.id,
        "alias": found.alias,
        "account": done.owner.account_id,
        "livemode": done.owner.livemode,
        "deleted": found.deleted,
        "requests": done.requests,
        "rows": {
            name: count
            for counts in (done.counts.rows, done.counts.fills)
            for name, count in counts.items()
        },
        "related": dict(done.closed.closed),
        "absent": [
            {"model": missing.resource, "id": missing.id, "reason": absence.reason}
            for missing, absence in done.absent.items()
        ],
    }


def _print_tables(found: Sequence[Found], failed: Sequence[str]) -> None:
    from stripe_assets.cli.screen import stdout_console
    from stripe_assets.cli.summary import say
    from stripe_assets.cli.table import Column, print_table

    console = stdout_console()
    if found:
        columns = [
            Column("object"),
            Column("key"),
            Column("account"),
            Column("rows", number=True),
            Column("requests", number=True),
            Column(""),
        ]
        print_table(console, "", columns, [_line(one) for one in found])
    for one in found:
        say(console, f"{one.named.id}: {one.done.closed.line()}")
        for missing, absence in one.done.absent.items():
            say(
                console,
                f"{one.named.id}: {missing.resource} {missing.id} is absent: {absence.reason}",
                "yellow",
            )
    for line in failed:
        say(console, f"failed: {line}", "red")


def _line(found: Found) -> Line:
    from stripe_assets.cli.table import Line

    written = found.done.counts.total
    cells = (
        f"{found.named.model} {found.named.id}",
        found.alias,
        found.done.owner.account_id,
        f"{written:,}",
        f"{found.done.requests:,}",
    )
    return Line((*cells, "deleted" if found.deleted else ""), "yellow" if found.deleted else "")
