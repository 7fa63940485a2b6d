"""Event types: the objects in each, and what a run reads after it."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from typing import Any

import pytest
import stripe

from stripe_assets.catalog import EventType, catalog, shapes


def read_after(item: EventType) -> set[str]:
    """The models of which a run reads one object."""
    return {target.resource for target in item.targets} or set(item.objects)


def test_every_type_of_the_sdk_is_known_and_no_other() -> None:
    assert set(catalog().events) == set(typing.get_args(stripe.Event.__annotations__["type"]))
    assert len(catalog().events) == 275


def test_every_type_leads_to_models_or_says_why_nothing_is_done() -> None:
    nowhere = {
        item.name
        for item in catalog().events.values()
        if not item.ignored_reason and not read_after(item) <= set(catalog().resources)
    }
    assert nowhere == set()
    assert {item.name for item in catalog().events.values() if item.ignored_reason} == {
        "invoice.upcoming"
    }


def test_what_an_event_carries_is_an_object_of_the_sdk() -> None:
    for item in catalog().events.values():
        assert item.objects, item.name
        assert set(item.objects) <= set(shapes()), item.name


@pytest.mark.parametrize(
    ("name", "objects"),
    [
        ("account.external_account.deleted", ("bank_account", "card")),
        ("application_fee.refund.updated", ("fee_refund",)),
        ("charge.dispute.closed", ("dispute",)),
        ("charge.refund.updated", ("refund",)),
        ("charge.refunded", ("charge",)),
        ("customer.source.expiring", ("bank_account", "card", "source")),
        ("customer.subscription.trial_will_end", ("subscription",)),
        ("customer.tax_id.created", ("tax_id",)),
        ("customer_cash_balance_transaction.created", ("customer_cash_balance_transaction",)),
        ("issuing_authorization.request", ("issuing.authorization",)),
        ("sigma.scheduled_query_run.created", ("scheduled_query_run",)),
        ("source.chargeable", ("source",)),
        ("treasury.outbound_payment.returned", ("treasury.outbound_payment",)),
    ],
)
def test_what_a_type_carries_is_not_always_what_its_name_begins_with(
    name: str, objects: tuple[str, ...]
) -> None:
    assert catalog().events[name].objects == objects


def test_deletions_are_those_that_remove_the_object() -> None:
    ending = {name for name in catalog().events if name.endswith(".deleted")}
    assert {item.name for item in catalog().events.values() if item.deletes} == ending - {
        "customer.subscription.deleted"
    }
    for name in (
        "payment_method.detached",
        "account.application.deauthorized",
        "customer.subscription.deleted",
        "payout.canceled",
    ):
        assert not catalog().events[name].deletes


def test_targets_stand_where_their_path_says() -> None:
    for item in catalog().events.values():
        for target in item.targets:
            if target.path[:2] == ("data", "object"):
                (name,) = target.path[2:]
                for carried in item.objects:
                    assert can_mean(name, shapes()[carried]["fields"][name], target.resource), (
                        f"{item.name}: {target}"
                    )
            else:
                (name,) = target.path
                assert can_mean(name, shapes()["event"]["fields"][name], target.resource), (
                    f"{item.name}: {target}"
                )


def can_mean(name: str, node: Mapping[str, Any], resource: str) -> bool:
    """A reference to it; or a plain string that is named like it."""
    return resource in node.get("to", ()) or (
        node["t"] == "string" and name == resource.rpartition(".")[2]
    )


@pytest.mark.parametrize(
    ("name", "resources"),
    [
        ("customer.discount.deleted", ["subscription", "customer"]),
        ("cash_balance.funds_available", ["customer"]),
        ("account.application.deauthorized", ["account"]),
        ("source.transaction.updated", ["source"]),
        ("billing.alert.triggered", ["billing.alert"]),
    ],
)
def test_what_cannot_be_retrieved_makes_what_holds_it_be_read(
    name: str, resources: list[str]
) -> None:
    assert [target.resource for target in catalog().events[name].targets] == resources


def test_what_is_read_has_a_route_or_only_the_event_has_it() -> None:
    carried = set()
    for item in catalog().events.values():
        for name in read_after(item) if not item.ignored_reason else ():
            resource = catalog()[name]
            if resource.retrieve is None and not resource.singleton:
                carried.add(name)
                assert not resource.routes
    assert carried == {
        "billing_portal.session",
        "financial_connections.authorization",
        "reserve.hold",
        "reserve.plan",
        "reserve.release",
    }


def test_the_carried_object_names_the_parents_that_its_retrieve_wants() -> None:
    for item in catalog().events.values():
        for name in item.objects if not item.targets else ():
            resource = catalog()[name]
            retrieves = (resource.retrieve, *resource.other_retrieves) if resource.retrieve else ()
            wanted = {field for retrieve in retrieves for field in retrieve.params.values()}
            assert wanted <= set(shapes()[name]["fields"]), item.name


def test_the_lists_of_an_event_are_nested_under_its_target() -> None:
    with_lists = [item for item in catalog().events.values() if item.lists]
    assert with_lists
    for item in with_lists:
        for parent in read_after(item):
            for child in item.lists:
                assert is_listed_below(parent, child), (
                    f"{item.name}: {child} is in no list of one {parent}"
                )


def is_listed_below(parent: str, child: str) -> bool:
    return any(route.parent == parent for route in catalog()[child].routes) or any(
        field.kind == "sublist" and child in field.targets and field.url
        for field in catalog()[parent].fields
    )


def test_refunds_are_read_with_a_refunded_charge() -> None:
    assert catalog().events["charge.refunded"].lists == ("refund",)


def test_models_with_events_are_those_that_an_event_makes_a_run_read() -> None:
    with_events = catalog().with_events
    assert {
        "invoice",
        "account",
        "customer",
        "refund",
        "card",
        "balance",
        "billing.alert",
        "reserve.hold",
    } <= with_events
    assert with_events.isdisjoint(
        {
            "balance_transaction",
            "subscription_item",
            "line_item",
            "application",
            "discount",
            "source_transaction",
        }
    )
    assert with_events <= set(catalog().resources)


def test_the_list_of_an_append_only_model_takes_created() -> None:
    append_only = {item.name: item for item in catalog().resources.values() if item.append_only}
    assert {"balance_transaction", "forwarding.request"} <= set(append_only)
    for name, item in append_only.items():
        assert item.routes[0].parent is None and item.routes[0].created_filter == "created"
        assert item.events_incomplete == (name in catalog().with_events)
        if name not in catalog().with_events:  # then no route of the API changes an object
            assert {route["kind"] for route in shapes()[name]["posts"].values()} <= {"create"}
            assert not shapes()[name]["deletes"]


def test_a_model_without_an_event_for_a_new_object_has_incomplete_events() -> None:
    made = ("created", "opened", "succeeded", "authorized", "attached", "updated")
    for name in catalog().with_events:
        item = catalog()[name]
        types = [
            one.name
            for one in catalog().events.values()
            if name in one.objects or name in {t.resource for t in one.targets}
        ]
        listed = item.singleton or any(route.parent is None for route in item.routes)
        if listed and not item.events_incomplete:
            assert any(type.endswith(made) for type in types), name


def test_a_column_shows_that_a_row_is_not_final() -> None:
    for item in catalog().resources.values():
        if item.not_final_when:
            assert any(
                field.name == item.not_final_when[0] and field.column for field in item.fields
            )
