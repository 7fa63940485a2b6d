"""What Stripe's lists leave out unless they are asked for it, and what must not be kept."""

from __future__ import annotations

import pytest

from stripe_assets.catalog import Field, Route, catalog, shapes


def routes(name: str) -> dict[tuple[str, str | None], Route]:
    return {(route.path, route.parent): route for route in catalog()[name].routes}


def sublist(name: str, path: str) -> Field:
    return next(
        field for field in catalog()[name].fields if field.name == path and field.kind == "sublist"
    )


@pytest.mark.parametrize(
    ("name", "variants"),
    [
        ("subscription", ({"status": "all"},)),
        ("price", ({"active": True}, {"active": False})),
        ("payment_method", ({}, {"type": "custom"})),
        ("v2.core.account", ({}, {"closed": True})),
        ("tax.registration", ({"status": "all"},)),
        ("tax.location", ({"type": "performance"},)),
    ],
)
def test_lists_are_asked_for_what_they_leave_out(
    name: str, variants: tuple[dict[str, object], ...]
) -> None:
    assert catalog()[name].routes[0].variants == variants


@pytest.mark.parametrize("name", ["customer", "subscription", "quote"])
def test_what_is_on_test_clocks_is_asked_for_by_clock(name: str) -> None:
    route = next(
        route for route in catalog()[name].routes if route.parent == "test_helpers.test_clock"
    )
    assert (dict(route.parent_params), route.modes) == ({"test_clock": "id"}, "test")
    assert route.variants == catalog()[name].routes[0].variants


def test_schedules_on_test_clocks_are_asked_for_by_customer() -> None:
    route = catalog()["subscription_schedule"].routes[1]
    assert (route.parent, route.parent_where, route.modes) == (
        "customer",
        ("test_clock", None),
        "test",
    )


def test_attached_payment_methods_are_read_under_their_customers() -> None:
    assert ("/v1/customers/{customer}/payment_methods", "customer") in routes("payment_method")


def test_customers_tax_ids_come_with_the_customers() -> None:
    assert "tax_ids" in catalog()["customer"].expand
    assert sublist("customer", "tax_ids").url == "/v1/customers/{id}/tax_ids"
    assert sublist("customer", "tax_ids").read_to_end
    assert list(routes("tax_id")) == [("/v1/tax_ids", None)]


def test_attempts_are_read_only_for_intents_that_had_one() -> None:
    assert catalog()["setup_attempt"].routes[0].parent_where == ("latest_attempt", None)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("price", "tiers"),
        ("price", "currency_options"),
        ("plan", "tiers"),
        ("coupon", "applies_to"),
        ("customer", "tax"),
        ("customer", "sources"),
        ("checkout.session", "line_items"),
        ("payment_link", "line_items"),
        ("quote", "line_items"),
        ("quote", "computed.upfront.line_items"),
        ("account", "external_accounts"),
        ("invoice", "discounts"),
        ("invoice", "lines.data.discounts"),
        ("subscription", "items.data.discounts"),
        ("setup_intent", "mandate"),
        ("checkout.session", "total_details.breakdown"),
        ("shipping_rate", "fixed_amount.currency_options"),
    ],
)
def test_what_comes_only_when_asked_for_is_asked_for(name: str, field: str) -> None:
    assert field in catalog()[name].expand


def test_what_is_mostly_listed_elsewhere_is_not_asked_for_with_every_row() -> None:
    """A balance transaction's source is a charge, a refund or a payout; whole ones would come along
    with each row."""
    assert catalog()["balance_transaction"].expand == ()


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("charge", "refunds"),
        ("customer", "subscriptions"),
        ("file", "links"),
        ("invoice", "payments"),
        ("treasury.transaction", "entries"),
    ],
)
def test_what_another_list_returns_whole_is_not_asked_for_twice(name: str, field: str) -> None:
    assert not sublist(name, field).read_to_end
    assert field not in catalog()[name].expand


def test_payment_records_filter_by_another_name() -> None:
    assert catalog()["payment_record"].routes[0].created_filter == "created_after"
    assert catalog()["charge"].routes[0].created_filter == "created"
    assert catalog()["tax_id"].routes[0].created_filter is None


def test_paging() -> None:
    paging = {
        (route.paging, route.limit)
        for item in catalog().resources.values()
        for route in item.routes
    }
    assert paging == {("starting_after", 100), ("next_page_url", 100), ("none", None)}
    assert catalog()["capability"].routes[0].paging == "none"


def test_lists_that_cannot_be_enumerated_say_why() -> None:
    on_demand = {item.name for item in catalog().resources.values() if item.on_demand_reason}
    assert on_demand == {"apps.secret", "billing.meter_event_summary"}
    assert not any(catalog()[name].routes for name in on_demand)


def test_events_are_kept_for_a_month() -> None:
    assert {item.name for item in catalog().resources.values() if item.retention_days == 30} == {
        "event",
        "v2.core.event",
    }


def test_secrets_have_no_column_and_are_not_asked_for() -> None:
    secrets = {
        (item.name, ".".join(path))
        for item in catalog().resources.values()
        for path in item.secrets
    }
    assert secrets >= {
        ("apps.secret", "payload"),
        ("checkout.session", "client_secret"),
        ("invoice", "confirmation_secret"),
        ("issuing.card", "cvc"),
        ("issuing.card", "number"),
        ("payment_intent", "client_secret"),
        ("setup_intent", "client_secret"),
        ("v2.core.event_destination", "webhook_endpoint.signing_secret"),
        ("webhook_endpoint", "secret"),
    }
    for item in catalog().resources.values():
        hidden = {".".join(path) for path in item.secrets}
        assert hidden.isdisjoint({field.name for field in item.fields} | set(item.expand)), (
            item.name
        )


def test_references_that_cross_accounts_name_whose_they_are() -> None:
    owners = {
        (item.name, field.name): field.owner
        for item in catalog().resources.values()
        for field in item.fields
    }
    assert owners["charge", "application_fee"] == "platform"
    assert owners["charge", "source_transfer"] == "platform"
    assert owners["transfer", "destination_payment"] == "field:destination"
    assert owners["application_fee", "charge"] == "field:account"
    assert owners["charge", "customer"] == "own"
    to_account = [
        f
        for item in catalog().resources.values()
        for f in item.fields
        if f.kind == "reference" and f.targets == ("account",)
    ]
    assert to_account and {field.owner for field in to_account} == {"self"}


def test_an_owner_that_a_field_names_is_a_reference_of_the_same_row_to_an_account() -> None:
    for item in catalog().resources.values():
        by_name = {field.name: field for field in item.fields}
        for field in item.fields:
            kind, _, naming = field.owner.partition(":")
            assert kind in {"own", "platform", "self", "field"}
            if naming:
                assert by_name[naming].targets == ("account",), f"{item.name}.{field.name}"


def test_every_expansion_is_one_that_stripe_takes() -> None:
    for item in catalog().resources.values():
        for path in item.expand:
            assert len(path.split(".")) <= 3, (
                f"with a list's `data`, {item.name}.{path} is more than four levels deep"
            )
            assert is_expandable(item.name, path.split(".")), f"{item.name}.{path}"


def is_expandable(resource: str, path: list[str]) -> bool:
    nodes = shapes()[resource]["fields"]
    for index, name in enumerate(path):
        node = nodes[name]
        rest = path[index + 1 :]
        if node["t"] == "sublist":
            return not rest or (
                rest[0] == "data" and all(is_expandable(target, rest[1:]) for target in node["to"])
            )
        if (
            node.get("on_request")
            or node["t"] == "ref"
            or (node["t"] == "array" and node["of"]["t"] == "ref")
        ):
            return not rest
        nodes = node["fields"]
    return False


def test_a_closed_account_is_answered_with_an_error_of_its_own() -> None:
    codes = {
        item.name: item.retrieve.gone_codes
        for item in catalog().resources.values()
        if item.retrieve and item.retrieve.gone_codes
    }
    assert codes == {"account": ("account_invalid",)}


def test_the_link_into_a_customer_s_portal_is_never_kept() -> None:
    session = catalog()["billing_portal.session"]
    assert session.secrets == (("url",),)
    assert "url" not in {field.name for field in session.fields}
