"""The seeded business: its shapes, references and money. All of it follows from the seed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from stripe_assets.sandbox.behaviour.world import World
from stripe_assets.sandbox.keys import PLATFORM
from stripe_assets.sandbox.objects.render import as_bytes
from stripe_assets.sandbox.objects.schema import schemas
from stripe_assets.sandbox.objects.store import Record, Space
from stripe_assets.sandbox.settings import Settings
from stripe_assets_tests.sandbox.conftest import NOW

PYTHON: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("string", "decimal", "int64_string", "rfc3339"), (str,)),
    **dict.fromkeys(("integer", "timestamp"), (int,)),
    "float": (float, int),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "map": (dict,),
}


def records(world: World) -> Iterator[tuple[Space, Record]]:
    for space in world.store.spaces.values():
        for table in space.tables.values():
            for record in table.by_id.values():
                yield space, record


def leaves(
    node: Mapping[str, Any], value: Any, path: str
) -> Iterator[tuple[str, Mapping[str, Any], Any]]:
    """Every value of an object with its place and shape."""
    yield path, node, value
    if value is None:
        return
    if node["t"] == "object":
        for name, below in node["fields"].items():
            if name in value:
                yield from leaves(below, value[name], f"{path}.{name}")
    elif node["t"] in ("array", "map") and "of" in node and isinstance(value, list):
        for item in value:
            yield from leaves(node["of"], item, f"{path}[]")


def all_leaves(world: World) -> Iterator[tuple[Space, str, Mapping[str, Any], Any]]:
    for space, record in records(world):
        for name, node in schemas()[record.resource].fields.items():
            if name in record.body:
                for path, below, value in leaves(
                    node, record.body[name], f"{record.resource}.{name}"
                ):
                    yield space, path, below, value


def test_every_value_has_the_type_that_the_sdk_declares(world: World) -> None:
    wrong = set()
    for _, path, node, value in all_leaves(world):
        if value is None:
            if not node.get("null") and node["t"] != "any":
                wrong.add(f"{path} is null")
        elif node["t"] in ("enum", "literal"):
            if value not in node["enum"]:
                wrong.add(f"{path} is {value!r}")
        elif (kinds := PYTHON.get(node["t"])) and (
            not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds)
        ):
            wrong.add(f"{path} is {value!r}")
    assert wrong == {path for path in wrong if path.startswith("event.data.object")}


def test_no_object_has_a_field_that_the_sdk_does_not_know(world: World) -> None:
    assert {
        f"{r.resource}.{name}"
        for _, r in records(world)
        for name in r.body.keys() - schemas()[r.resource].fields.keys()
    } == set()


def test_references_point_at_existing_objects(world: World) -> None:
    dangling = set()
    for space, path, node, value in all_leaves(world):
        if node["t"] not in ("ref", "embed", "id") or not isinstance(value, str):
            continue
        if (
            space.find(value, node["to"]) is None
            and world.store.elsewhere(space, value, node["to"]) is None
        ):
            dangling.add(f"{path} = {value}")
    assert dangling == set()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(world: World) -> None:
    def everything(one: World) -> list[bytes]:
        return [as_bytes(one.store, space, record) for space, record in records(one)]

    mine = everything(world)
    assert everything(World.of(Settings(now=NOW))) == mine
    other = everything(World.of(Settings(now=NOW, seed=2)))
    assert len(set(mine) & set(other)) < len(mine) / 20


def test_two_processes_give_the_same_bytes() -> None:
    code = f"""
import hashlib
from stripe_assets.sandbox.objects.render import as_bytes, as_object
from stripe_assets.sandbox.settings import Settings
from stripe_assets.sandbox.behaviour.world import World
world, found = World.of(Settings(now={NOW})), hashlib.sha256()
for space in world.store.spaces.values():
    for table in space.tables.values():
        for record in table.by_id.values():
            tree = {{"tax_ids": {{}}, "sources": {{}}}} if record.resource == "customer" else {{}}
            found.update(as_bytes(world.store, space, record, tree))
print(found.hexdigest())
"""
    digests = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            timeout=30,
        ).stdout
        for seed in ("1", "2")
    ]
    assert digests[0] == digests[1]


@pytest.mark.parametrize("livemode", [False, True])
def test_the_balance_is_the_sum_of_the_transactions(world: World, livemode: bool) -> None:
    for (_, mode), space in world.store.spaces.items():
        if mode != livemode:
            continue
        moved = [record.body for record in space.listed("balance_transaction")]
        assert moved and all(
            one["amount"] - one["fee"]
            == one["net"]
            == one["amount"] - sum(f["amount"] for f in one["fee_details"])
            for one in moved
        )
        balance = space.listed("balance")[0].body
        for status in ("available", "pending"):
            for part in balance[status]:
                own = [
                    one["net"]
                    for one in moved
                    if one["status"] == status and one["currency"] == part["currency"]
                ]
                assert part["amount"] == sum(own)


def test_a_payout_is_what_its_transactions_come_to(world: World) -> None:
    space = world.store.space(PLATFORM, False)
    moved = space.listed("balance_transaction")
    for payout in space.listed("payout"):
        paid = [
            r.body["net"]
            for r in moved
            if r.links.get("payout") == payout.id and r.body["type"] != "payout"
        ]
        assert payout.body["amount"] == sum(paid) > 0


def test_paid_invoices_were_paid_by_a_charge(world: World) -> None:
    space = world.store.space(PLATFORM, False)
    by_invoice = {record.body["invoice"]: record.body for record in space.listed("invoice_payment")}
    paid = [record.body for record in space.listed("invoice") if record.body["status"] == "paid"]
    assert len(paid) > 200
    for invoice in paid:
        intent = (
            space.table("payment_intent")
            .by_id[by_invoice[invoice["id"]]["payment"]["payment_intent"]]
            .body
        )
        charge = space.table("charge").by_id[intent["latest_charge"]].body
        assert (
            charge["amount"]
            == intent["amount_received"]
            == invoice["amount_paid"]
            == invoice["total"]
        )


def test_the_business_is_as_wide_as_it_says(world: World) -> None:
    space = world.store.space(PLATFORM, False)
    assert len(space.listed("customer")) > 120 and len(space.listed("invoice")) > 300
    assert {record.body["currency"] for record in space.listed("invoice")} == {
        "usd",
        "eur",
        "jpy",
        "kwd",
    }
    assert {record.body["status"] for record in space.listed("invoice")} == {
        "draft",
        "open",
        "paid",
        "void",
        "uncollectible",
    }
    names = "".join(record.body["name"] or "" for record in space.listed("customer"))
    assert all(letter in names for letter in "ß山م🦊Ł")


def test_events_lie_within_thirty_days(world: World) -> None:
    for space in world.store.spaces.values():
        for event in space.listed("event"):
            assert NOW - 30 * 86_400 < event.created < NOW
            assert event.body["type"] in schemas()["event"].fields["type"]["enum"]
            assert (
                "id" in event.body["data"]["object"]
                or event.body["data"]["object"]["object"] == "balance"
            )


def test_scale_adds_customers_and_invoices(world: World) -> None:
    grown = World.of(Settings(now=NOW, customers=300, invoices=500)).store.space(PLATFORM, False)
    usual = world.store.space(PLATFORM, False)
    assert len(grown.listed("customer")) == len(usual.listed("customer")) + 300
    assert len(grown.listed("invoice")) == len(usual.listed("invoice")) + 500


def test_scale_enlarges_what_it_is_told_to(world: World) -> None:
    wish = Settings(
        now=NOW, customers=30, more=("charge=40", "refund=50"), enlarge="sk_live_sandbox"
    )
    grown, usual = World.of(wish).store.space(PLATFORM, True), world.store.space(PLATFORM, True)
    for resource, many in (("customer", 30), ("charge", 40), ("refund", 50), ("invoice", 0)):
        assert len(grown.listed(resource)) == len(usual.listed(resource)) + many
