"""A part of a JSON column that was not asked for, or was refused, keeps its stored value."""

from __future__ import annotations

from typing import Any

from stripe_assets.catalog import catalog
from stripe_assets.mirror import Mirror, Owner, flatten
from stripe_assets_tests.mirror.small import at
from stripe_assets_tests.stored import stored_object

OWNER = Owner("acct_1Kept", False)
PORTAL, V2 = "billing_portal.configuration", "v2.core.account"
PRODUCTS = "features.subscription_update.products"
CUSTOMER, MERCHANT = "configuration.customer", "configuration.merchant"


def write(mirror: Mirror, name: str, minute: int, asked: tuple[str, ...], **fields: Any) -> Any:
    """Writes an object beside another one that is never the same. Returns what is stored of it."""
    objects = [{"id": id, "object": name, **fields} for id in (f"x_{name}", f"y_{name}_{minute}")]
    given = {"api_version": catalog().api_version, "asked": asked}
    mirror.write([flatten(catalog(), name, objects, OWNER, at(minute), **given)])
    return stored_object(mirror, name, OWNER, f"x_{name}")


def features(enabled: bool, *products: str) -> dict[str, Any]:
    update: dict[str, Any] = {"enabled": enabled} | ({"products": products} if products else {})
    return {"subscription_update": update, "invoice_history": {"enabled": enabled}}


def test_a_part_that_was_not_asked_for_stays_and_the_rest_changes(real_mirror: Mirror) -> None:
    write(real_mirror, PORTAL, 0, (PRODUCTS,), features=features(True, "prod_1"))
    found = write(real_mirror, PORTAL, 1, (), features=features(False))
    assert found["features"] == {
        "subscription_update": {"enabled": False, "products": ["prod_1"]},
        "invoice_history": {"enabled": False},
    }
    found = write(real_mirror, PORTAL, 2, (), features=features(True, "prod_2"))
    assert found["features"]["subscription_update"]["products"] == ["prod_2"], "it came unasked"
    found = write(real_mirror, PORTAL, 3, (PRODUCTS,), features=features(True))
    assert "products" not in found["features"]["subscription_update"]


def test_a_part_has_no_place_where_its_object_is_gone(real_mirror: Mirror) -> None:
    write(real_mirror, PORTAL, 10, (PRODUCTS,), features=features(True, "prod_1"))
    found = write(real_mirror, PORTAL, 11, (), features={"subscription_update": None})
    assert found["features"] == {"subscription_update": None}


def test_each_part_of_a_v2_field_is_its_own(real_mirror: Mirror) -> None:
    whole = {"customer": {"applied": True}, "merchant": {"applied": True}, "recipient": None}
    write(real_mirror, V2, 0, (CUSTOMER, MERCHANT), configuration=whole)
    one = {"customer": {"applied": False}, "merchant": None, "recipient": None}
    found = write(real_mirror, V2, 1, (CUSTOMER,), configuration=one)
    assert found["configuration"] == {**one, "merchant": {"applied": True}}
    found = write(real_mirror, V2, 2, (), configuration=None)
    assert found["configuration"] == {**one, "merchant": {"applied": True}}
    found = write(real_mirror, V2, 3, (CUSTOMER, MERCHANT), configuration=one)
    assert found["configuration"] == one
