"""Loading the catalog and finding in it."""

from __future__ import annotations

import subprocess
import sys
import time
import timeit

import pytest

from stripe_assets.catalog import UnknownModel, catalog


@pytest.mark.parametrize(
    "name",
    [
        "CheckoutSession",
        "checkout.session",
        "checkout_session",
        "CHECKOUT_SESSION",
        "Session",
        "checkout-session",
        "checkoutsession",
    ],
)
def test_a_model_is_found_by_any_of_its_names(name: str) -> None:
    assert catalog().find(name).name == "checkout.session"


@pytest.mark.parametrize(
    ("name", "resource"),
    [
        ("AccountV2", "v2.core.account"),
        ("ApplicationFeeRefund", "fee_refund"),
        ("EarlyFraudWarning", "radar.early_fraud_warning"),
        ("Feature", "entitlements.feature"),
        ("InvoiceItem", "invoiceitem"),
        ("LineItem", "line_item"),
        ("Card", "card"),
        ("Event", "event"),
    ],
)
def test_names_that_could_mean_something_else(name: str, resource: str) -> None:
    assert catalog().find(name).name == resource


def test_no_two_models_answer_to_one_name() -> None:
    names = [
        (spelling.replace(".", "").replace("_", "").lower(), item.name)
        for item in catalog().resources.values()
        for spelling in {item.name, item.class_name, item.table, *item.aliases}
    ]
    by_spelling: dict[str, set[str]] = {}
    for spelling, resource in names:
        by_spelling.setdefault(spelling, set()).add(resource)
    assert {spelling: found for spelling, found in by_spelling.items() if len(found) > 1} == {}


def test_an_unknown_name_is_refused_with_what_was_perhaps_meant() -> None:
    with pytest.raises(UnknownModel, match=r"'invocie'.*Invoice"):
        catalog().find("invocie")
    with pytest.raises(ValueError, match="no model 'xyzzy'"):
        catalog().find("xyzzy")


def test_an_object_says_what_it_is() -> None:
    found = catalog().by_object({"object": "issuing.card"})
    assert found and found.name == "issuing.card"
    assert catalog().by_object({"object": "card"}, ["charge", "refund"]) is None
    assert catalog().by_object({"object": "login_link"}) is None
    assert catalog().by_object({}) is None


def test_a_union_s_targets_are_told_apart_by_prefix() -> None:
    targets = {field.name: field.targets for field in catalog()["balance_transaction"].fields}[
        "source"
    ]
    by_id = {
        "py_1": "charge",
        "pyr_1": "refund",
        "trr_1": "transfer_reversal",
        "tr_1": "transfer",
        "iauth_1": "issuing.authorization",
    }
    assert {id: catalog().by_id(id, targets) for id in by_id} == by_id
    assert catalog().by_id("unheard_of_1", targets) is None
    assert catalog().by_id("anything", ["customer"]) == "customer"


def test_every_target_of_a_union_has_a_prefix() -> None:
    unions = {
        t
        for item in catalog().resources.values()
        for field in item.fields
        if len(field.targets) > 1
        for t in field.targets
    }
    assert {name for name in unions if not catalog()[name].id_prefixes} == {"reserve_transaction"}


def test_dependencies_come_first() -> None:
    seen: set[str] = set()
    for item in catalog().resources.values():
        assert seen.issuperset(item.depends_on), item.name
        seen.add(item.name)


def test_parents_are_dependencies() -> None:
    """But for the account that may stand among a customer's sources: accounts need no customer."""
    resources = catalog().resources
    parents = {
        (item.name, route.parent)
        for item in resources.values()
        for route in item.routes
        if route.parent
    }
    parents |= {
        (target, item.name)
        for item in resources.values()
        for field in item.fields
        if field.kind == "sublist" and field.read_to_end
        for target in field.targets
    }
    assert {
        (child, parent) for child, parent in parents if parent not in resources[child].depends_on
    } == {("account", "customer")}


def test_loading_is_quick_and_imports_nothing_heavy() -> None:
    code = (
        "import sys; from stripe_assets.catalog import catalog; catalog(); "
        "heavy = ('stripe', 'dagster', 'pandas', 'sqlalchemy'); "
        "print(*[name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
    assert (
        min(timeit.repeat(catalog.__wrapped__, timer=time.process_time, number=1, repeat=5)) < 0.05
    )  # a garbage collection may be in one
