"""The columns that the shapes become."""

from __future__ import annotations

from collections import Counter

from stripe_assets.catalog import Field, catalog, shapes


def columns(name: str) -> dict[str, Field]:
    return {field.column: field for field in catalog()[name].fields if field.column}


def test_no_two_fields_share_a_column() -> None:
    for item in catalog().resources.values():
        counts = Counter(field.column.lower() for field in item.fields if field.column)
        assert {column for column, count in counts.items() if count > 1} == set(), item.name
        assert not any(column.startswith("_") for column in counts), item.name
        assert len({field.name for field in item.fields}) == len(item.fields), item.name


def test_class_names_and_tables_are_unique_identifiers() -> None:
    resources = catalog().resources.values()
    for names in ([item.class_name for item in resources], [item.table for item in resources]):
        assert len(set(names)) == len(names)
        assert all(name.isidentifier() for name in names)
    assert all(item.group.isidentifier() for item in resources)


def test_every_top_level_field_is_kept_but_secrets_and_the_deleted_flag() -> None:
    for item in catalog().resources.values():
        kept = {field.path[0] for field in item.fields} | {
            path[0] for path in item.secrets if len(path) == 1
        }
        assert set(shapes()[item.name]["fields"]) - kept <= {"deleted"}, item.name


def test_what_has_rows_has_an_id() -> None:
    for item in catalog().resources.values():
        if not item.singleton:
            assert columns(item.name)["id"].kind == "string", item.name


def test_kinds() -> None:
    invoice = columns("invoice")
    kinds = {name: field.kind for name, field in invoice.items()}
    assert kinds["amount_due"] == "integer"
    assert kinds["created"] == kinds["due_date"] == kinds["webhooks_delivered_at"] == "timestamp"
    assert kinds["auto_advance"] == "boolean"
    assert kinds["customer_id"] == "reference"
    assert kinds["discounts"] == "references"
    assert kinds["metadata"] == kinds["parent"] == "json"
    assert kinds["status"] == kinds["object"] == "string"
    assert columns("price")["unit_amount_decimal"].kind == "decimal"
    assert columns("tax_rate")["percentage"].kind == "float"


def test_v2_sends_times_and_large_integers_as_text() -> None:
    assert (
        columns("v2.core.account")["created"].kind,
        columns("v2.core.account")["created"].wire,
    ) == ("timestamp", "rfc3339")
    wires = {
        field.wire
        for item in catalog().resources.values()
        if item.api == "v1"
        for field in item.fields
    }
    assert wires == {"plain"}


def test_integers_that_are_no_times() -> None:
    for name, column in [
        ("invoice", "amount_due"),
        ("card", "exp_month"),
        ("plan", "trial_period_days"),
        ("file", "size"),
    ]:
        assert columns(name)[column].kind == "integer"
    for name, column in [
        ("subscription", "trial_start"),
        ("scheduled_query_run", "data_load_time"),
        ("coupon", "redeem_by"),
    ]:
        assert columns(name)[column].kind == "timestamp"


def test_references_typed_as_plain_strings() -> None:
    assert columns("charge")["payment_method_id"].targets == ("payment_method",)
    assert columns("subscription_item")["subscription_id"].targets == ("subscription",)
    assert columns("person")["account_id"].targets == ("account",)
    assert columns("financial_connections.transaction")["account_id"].targets == (
        "financial_connections.account",
    )


def test_objects_that_stand_in_place_of_an_id() -> None:
    assert columns("subscription_item")["price_id"].embedded
    assert columns("customer")["discount_id"].embedded
    assert columns("subscription")["default_tax_rates"].kind == "references"
    assert columns("subscription")["default_tax_rates"].embedded
    # It has no id, so it could not be a row.
    assert columns("customer")["cash_balance"].kind == "json"


def test_nested_references_that_are_columns_too() -> None:
    assert columns("invoice")["subscription_id"].path == (
        "parent",
        "subscription_details",
        "subscription",
    )
    for item in catalog().resources.values():
        for field in item.fields:
            if field.derived and field.column not in {
                route.parent_id_column for route in item.routes
            }:
                assert nested(item.name, field.path)["t"] in {"ref", "string"}, (
                    f"{item.name}.{field.name}"
                )
                assert field.column and field.column.endswith("_id")


def nested(resource: str, path: tuple[str, ...]) -> dict[str, object]:
    nodes: list[dict] = [{"fields": shapes()[resource]["fields"]}]
    for name in path:
        inner = [node.get("fields", {}) for node in nodes]
        nodes = [fields[one] for fields in inner for one in fields if name in ("*", one)]
    return nodes[0]


def test_sublists_have_no_column_and_a_route_that_continues_them() -> None:
    for item in catalog().resources.values():
        for field in item.fields:
            if field.kind == "sublist":
                assert field.column is None
                assert field.targets
                if field.read_to_end:
                    assert field.url and "{id}" in field.url, f"{item.name}.{field.name}"
            elif not field.derived:
                assert field.path == (field.name,)


def test_a_name_that_python_reserves_is_the_api_s_again() -> None:
    assert "from" in columns("v2.money_management.outbound_payment")
    assert "from_" not in columns("v2.money_management.outbound_payment")
