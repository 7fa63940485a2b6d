"""The mirror has the same content as a plain walk of the API, for every model, account and mode."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from stripe_assets.catalog import catalog
from stripe_assets.mirror import Mirror, Owner
from stripe_assets.sandbox import Sandbox
from stripe_assets_tests.dangling import dangling
from stripe_assets_tests.generated import as_mirrored, sublists_as_lists
from stripe_assets_tests.sync.conftest import run_sync
from stripe_assets_tests.sync.walk import Walk

BOOKKEEPING = ("_observed_at", "_synced_at", "_read_at", "_unlisted_at")


@pytest.mark.parametrize("secret", ["sk_test_sandbox", "sk_live_sandbox"])
def test_the_mirror_equals_a_plain_walk(server: Sandbox, database_url: str, secret: str) -> None:
    with Mirror.open(database_url) as mirror:
        results = run_sync(mirror, secret=secret)
        assert {result.status for result in results.values()} == {"ok"}
        found = Walk(catalog(), server.base, secret).all()
        livemode = "_live_" in secret
        ids: dict[tuple[str, str], list[str]] = {}
        for name, account, id_ in found:
            ids.setdefault((name, account), []).append(id_)
        for (name, account), wanted in ids.items():
            rows = mirror.rows.read_many(name, Owner(account, livemode), wanted)
            for id_ in wanted:
                expected = as_mirrored(catalog(), catalog()[name], found[name, account, id_])
                assert id_ in rows, f"{name} {id_} of {account} is not in the mirror"
                got = sublists_as_lists(catalog(), catalog()[name], rows[id_])
                different = {
                    field for field in expected | got if expected.get(field) != got.get(field)
                }
                assert not different, (
                    name,
                    id_,
                    {field: (expected.get(field), got.get(field)) for field in different},
                )
        besides = {
            key
            for key in observed_rows(mirror)
            if catalog()[key[0]].routes or catalog()[key[0]].singleton
        } - found.keys()
        for name, account, id_ in besides:  # no list has them, but rows refer to them
            there = server.control(
                f"objects?resource={name}&account={account}&livemode={str(livemode).lower()}", "GET"
            )
            assert any(one["id"] == id_ for one in there), (name, account, id_)


def test_the_mirror_has_every_object_that_the_server_lists(server: Sandbox, mirror: Mirror) -> None:
    """Compares with the server's own counts. They show a list that leaves objects out unless it is
    asked for them."""
    run_sync(mirror, connected="none")
    there = server.control("state", "GET")["objects"]["acct_1SandboxPlatform/test"]
    with mirror.connection() as connection:
        rows = {
            name: connection.scalar(sa.select(sa.func.count()).select_from(table))
            for name, table in mirror.tables.items()
        }
    missing = {
        name: (rows[name], count)
        for name, count in there.items()
        if name in rows and rows[name] < count
    }
    assert missing.keys() <= NEVER_LISTED, missing


def test_running_twice_changes_no_content(server: Sandbox, database_url: str) -> None:
    with Mirror.open(database_url) as mirror:
        run_sync(mirror)
        first = content(mirror)
        run_sync(mirror)
        assert content(mirror) == first


def test_two_keys_of_two_accounts_share_a_database(server: Sandbox, mirror: Mirror) -> None:
    run_sync(mirror, "customer")
    ours = mirror.live_rows.count("customer")
    run_sync(mirror, "customer", secret="sk_test_second")
    run_sync(mirror, "customer", secret="sk_live_sandbox")
    with mirror.connection() as connection:
        table = mirror.tables["customer"]
        owners = connection.execute(
            sa.select(table.c._account_id, table.c._livemode).distinct()
        ).all()
    assert mirror.live_rows.count("customer") > ours
    assert ("acct_1SandboxSecond00", False) in {tuple(owner) for owner in owners} and (
        "acct_1SandboxPlatform",
        True,
    ) in {tuple(owner) for owner in owners}


NEVER_LISTED = {
    "account",  # the connected accounts, which this run leaves out
    *(
        "person",
        "capability",
        "bank_account",
        "card",
    ),  # of connected accounts and deleted customers
    *(
        "payment_method",
        "tax_id",
        "customer",
        "source_transaction",
    ),  # of deleted customers, and these customers themselves
    *("review", "price", "product"),  # closed reviews; made inline and not embedded
    *("apps.secret", "billing.meter_event_summary"),  # their lists require a filter
    *(
        "token",
        "confirmation_token",
        "v2.core.account_token",
        "v2.core.account_person_token",
        "financial_connections.session",
    ),
    *(
        "tax.calculation",
        "tax.calculation_line_item",
        "tax.transaction",
        "tax.transaction_line_item",
    ),
    *(
        "v2.money_management.recipient_verification",
        "financial_connections.account_ownership",
        "financial_connections.account_owner",
    ),
    *("connect_collection_transfer", "reserve_transaction", "tax_deducted_at_source"),
    *("payment_intent_amount_details_line_item", "treasury.received_debit"),
    *(
        "reserve.hold",
        "reserve.plan",
        "reserve.release",
        "billing_portal.session",
        "financial_connections.authorization",
    ),  # only in events
}


def observed_rows(mirror: Mirror) -> set[tuple[str, str, str]]:
    """Returns the rows that a list or a retrieve returned, without those that were only embedded
    elsewhere."""
    keys: set[tuple[str, str, str]] = set()
    with mirror.connection() as connection:
        for name, table in mirror.tables.items():
            query = sa.select(table.c._account_id, table.c.id).where(
                table.c._observed_at.is_not(None), table.c._deleted_at.is_(None)
            )
            keys.update((name, account, id_) for account, id_ in connection.execute(query))
    return keys


def content(mirror: Mirror) -> dict[str, list[tuple[Any, ...]]]:
    with mirror.connection() as connection:
        return {
            name: sorted(
                connection.execute(
                    sa.select(*(c for c in table.c if not c.name.endswith(BOOKKEEPING)))
                ).all(),
                key=repr,
            )
            for name, table in mirror.tables.items()
        }


def test_every_reference_has_a_row_or_a_recorded_absence_after_a_full_run(
    server: Sandbox, database_url: str
) -> None:
    """Checks every reference column of every table."""
    with Mirror.open(database_url) as mirror:
        run_sync(mirror)
        assert dangling(mirror, "acct_1SandboxPlatform") == []
        absence = mirror.tables.own["_absence"]
        with mirror.connection() as connection:
            absent = set(connection.scalars(sa.select(absence.c.resource)))
        assert absent <= {
            "connect_collection_transfer",
            "reserve_transaction",
            "tax_deducted_at_source",
        }, "only resources that no route returns may be absent"
