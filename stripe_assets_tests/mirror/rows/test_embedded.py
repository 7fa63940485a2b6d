"""Objects that stand where an id could stand: references, fills, objects without a route."""

from __future__ import annotations

from stripe_assets.mirror import Mirror
from stripe_assets_tests.mirror.small import NOON, OWNER, at, flat, lines, write
from stripe_assets_tests.stored import stored_object

CUSTOMER = {"id": "cus_1", "object": "customer", "name": "Ada"}


def test_a_reference_is_its_id_however_it_was_sent(mirror: Mirror) -> None:
    deleted = {"id": "cus_1", "object": "customer", "deleted": True}
    objects = [
        {"id": f"in_{n}", "customer": sent} for n, sent in enumerate(["cus_1", CUSTOMER, deleted])
    ]
    write(mirror, "invoice", *objects)
    assert [
        obj["customer"]
        for obj in mirror.rows.read_many("invoice", OWNER, ["in_0", "in_1", "in_2"]).values()
    ] == ["cus_1"] * 3


def test_an_embedded_object_fills_only_a_missing_row(mirror: Mirror) -> None:
    assert write(
        mirror, "invoice", {"id": "in_1", "customer": CUSTOMER}, observed_at=at(9)
    ).fills == {"customer": 1}
    assert not write(
        mirror,
        "invoice",
        {"id": "in_2", "customer": {**CUSTOMER, "name": "Eve"}},
        observed_at=at(10),
    ).fills
    customer = stored_object(mirror, "customer", OWNER, "cus_1")
    assert customer and customer["name"] == "Ada"
    write(mirror, "customer", {"id": "cus_1", "name": "Observed"}, observed_at=at(1))
    customer = stored_object(mirror, "customer", OWNER, "cus_1")
    assert customer and customer["name"] == "Observed", "any observation beats a fill"


def test_a_deleted_stub_in_place_of_a_reference_fills_nothing() -> None:
    assert not flat(
        "invoice",
        {"id": "in_1", "customer": {"id": "cus_1", "object": "customer", "deleted": True}},
    ).fills


def test_an_object_without_a_route_is_observed_where_embedded(mirror: Mirror) -> None:
    write(
        mirror,
        "customer",
        {
            **CUSTOMER,
            "discount": {"id": "di_1", "object": "discount", "start": 1, "coupon": "co_1"},
        },
        observed_at=at(1),
    )
    write(
        mirror,
        "customer",
        {
            **CUSTOMER,
            "discount": {"id": "di_1", "object": "discount", "start": 2, "coupon": "co_1"},
        },
        observed_at=at(2),
    )
    discount = stored_object(mirror, "discount", OWNER, "di_1")
    assert discount and discount["start"] == 2


def test_within_a_fill_nothing_is_observed() -> None:
    embedded = {**CUSTOMER, "discount": {"id": "di_1", "object": "discount", "start": 1}}
    batch = flat("invoice", {"id": "in_1", "customer": embedded})
    assert set(batch.rows) == {"invoice"} and set(batch.fills) == {"customer", "discount"}
    assert all(row["_observed_at"] is None for rows in batch.fills.values() for row in rows)


def test_a_union_is_resolved_by_the_field_object() -> None:
    batch = flat(
        "customer",
        {"id": "cus_1", "default_source": {"id": "card_1", "object": "card", "brand": "visa"}},
    )
    assert [row["id"] for row in batch.rows["card"]] == ["card_1"]
    assert next(iter(batch.rows["customer"]))["default_source_id"] == "card_1"


def test_lists_of_references_are_lists_of_ids(mirror: Mirror) -> None:
    line = {
        "id": "il_1",
        "object": "line_item",
        "tax_rates": ["txr_1", {"id": "txr_2", "object": "tax_rate", "percentage": 19.0}],
    }
    line["discounts"] = [{"id": "di_1", "object": "discount", "start": 5}]
    write(mirror, "invoice", {"id": "in_1", "lines": {**lines(), "data": [line]}})
    back = stored_object(mirror, "line_item", OWNER, "il_1")
    assert back and (back["tax_rates"], back["discounts"]) == (["txr_1", "txr_2"], ["di_1"])
    assert stored_object(mirror, "tax_rate", OWNER, "txr_2")
    assert stored_object(mirror, "discount", OWNER, "di_1")


def test_a_reference_inside_json_is_a_column_too() -> None:
    parent = {"details": {"subscription": {"id": "sub_1", "object": "subscription"}}}
    rows = list(
        flat(
            "invoice",
            {"id": "in_1", "parent": parent},
            {"id": "in_2", "parent": None},
            {"id": "in_3"},
        ).rows["invoice"]
    )
    assert rows[0]["subscription_id"] == "sub_1" and rows[0]["parent"] == parent
    assert rows[1]["subscription_id"] is None
    assert "subscription_id" not in rows[2], "absent stays absent"


def test_an_object_of_the_platform_is_filled_for_the_platform() -> None:
    invoice = {"id": "in_1", "application_fee": {"id": "fee_1", "object": "coupon"}}
    assert not flat("invoice", invoice).fills
    assert (
        next(iter(flat("invoice", invoice, platform_id="acct_p").fills["coupon"]))["_account_id"]
        == "acct_p"
    )


def test_a_page_can_be_fills_only() -> None:
    batch = flat("customer", CUSTOMER, fill=True)
    assert not batch.rows and next(iter(batch.fills["customer"]))["_observed_at"] is None


def test_an_observed_row_carries_its_owner_time_and_version() -> None:
    row = next(iter(flat("customer", CUSTOMER).rows["customer"]))
    assert (row["_account_id"], row["_livemode"], row["_observed_at"], row["_api_version"]) == (
        OWNER.account_id,
        OWNER.livemode,
        NOON,
        "2026-10-28.endive",
    )


def test_secrets_are_left_out_at_any_depth() -> None:
    obj = {
        "id": "cus_1",
        "client_secret": "cs_top",
        "metadata": {"deep": [{"client_secret": "cs_deep", "kept": 1}]},
        "invoice_settings": {"pin": "cs_path", "kept": 2},
        "unheard_of": {"client_secret": "cs_extra"},
    }
    batch = flat("customer", obj)
    assert "cs_" not in repr(batch)
    assert next(iter(batch.rows["customer"]))["metadata"] == {"deep": [{"kept": 1}]}
    assert next(iter(batch.rows["customer"]))["_extra"] == {
        "invoice_settings": {"kept": 2},
        "unheard_of": {},
    }
