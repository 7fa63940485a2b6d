"""The rows of deleted objects stay, with the time of the deletion."""

from __future__ import annotations

from stripe_assets.mirror import Mirror
from stripe_assets_tests.mirror.small import OWNER, at, flat, write
from stripe_assets_tests.stored import stored_object


def test_a_stub_sets_the_tombstone_and_keeps_the_row(mirror: Mirror) -> None:
    write(mirror, "customer", {"id": "cus_1", "name": "Ada", "loyalty": "gold"}, observed_at=at(1))
    write(mirror, "customer", {"id": "cus_1", "deleted": True}, observed_at=at(2))
    customer = stored_object(mirror, "customer", OWNER, "cus_1")
    assert customer and (customer["deleted"], customer["name"], customer["loyalty"]) == (
        True,
        "Ada",
        "gold",
    )
    assert mirror.live_rows.count("customer", OWNER) == 0


def test_a_stub_of_an_unknown_object_is_a_row(mirror: Mirror) -> None:
    write(mirror, "customer", {"id": "cus_1", "deleted": True}, observed_at=at(2))
    customer = stored_object(mirror, "customer", OWNER, "cus_1")
    assert customer and customer["deleted"] is True and customer["name"] is None


def test_only_a_newer_observation_brings_a_tombstone_back(mirror: Mirror) -> None:
    write(mirror, "customer", {"id": "cus_1", "deleted": True}, observed_at=at(2))
    write(mirror, "customer", {"id": "cus_1", "name": "older"}, observed_at=at(1))
    assert mirror.live_rows.count("customer", OWNER) == 0
    write(mirror, "customer", {"id": "cus_1", "name": "newer"}, observed_at=at(3))
    assert mirror.live_rows.count("customer", OWNER) == 1
    customer = stored_object(mirror, "customer", OWNER, "cus_1")
    assert customer and "deleted" not in customer and customer["name"] == "newer"


def test_an_embedded_object_revives_no_tombstone(mirror: Mirror) -> None:
    write(mirror, "customer", {"id": "cus_1", "deleted": True}, observed_at=at(1))
    write(
        mirror,
        "invoice",
        {"id": "in_1", "customer": {"id": "cus_1", "object": "customer", "name": "Ada"}},
        observed_at=at(2),
    )
    customer = stored_object(mirror, "customer", OWNER, "cus_1")
    assert customer and customer["deleted"] is True and customer["name"] is None


def test_a_stub_and_a_whole_object_in_one_write(mirror: Mirror) -> None:
    older = flat("customer", {"id": "cus_1", "name": "Ada"}, observed_at=at(1))
    stub = flat("customer", {"id": "cus_1", "deleted": True}, observed_at=at(2))
    mirror.write([stub, older])
    assert mirror.live_rows.count("customer", OWNER) == 0
