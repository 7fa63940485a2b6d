"""The catalog has what Stripe's API has."""

from __future__ import annotations

import pytest
import stripe

from stripe_assets.catalog import Resource, catalog, shapes

DJ_STRIPE = [
    "Account",
    "AccountV2",
    "ActiveEntitlement",
    "ApplicationFee",
    "ApplicationFeeRefund",
    "BalanceTransaction",
    "Charge",
    "CountrySpec",
    "Coupon",
    "Customer",
    "Dispute",
    "EarlyFraudWarning",
    "Event",
    "Feature",
    "File",
    "FileLink",
    "Invoice",
    "InvoiceItem",
    "IssuingAuthorization",
    "IssuingCard",
    "IssuingCardholder",
    "IssuingDispute",
    "IssuingTransaction",
    "LineItem",
    "PaymentIntent",
    "PaymentMethod",
    "Payout",
    "Price",
    "Product",
    "PromotionCode",
    "Refund",
    "Review",
    "Session",
    "SetupIntent",
    "ShippingRate",
    "Subscription",
    "SubscriptionItem",
    "SubscriptionSchedule",
    "TaxCode",
    "TaxId",
    "TaxRate",
    "Transfer",
    "TransferReversal",
    "VerificationReport",
    "VerificationSession",
    "WebhookEndpoint",
]
"""The models that dj-stripe's own sync goes through."""

DJ_STRIPE_UNLISTED = [
    "BankAccount",
    "Card",
    "Discount",
    "Mandate",
    "ProductFeature",
    "ScheduledQueryRun",
    "Source",
    "SourceTransaction",
]
"""Its models that it does not list."""


def is_filled(resource: Resource) -> bool:
    """By a list of its own, or by a sublist or a reference of another that brings the whole
    object."""
    if resource.routes or resource.singleton:
        return True
    return any(
        resource.name in field.targets
        and (
            field.embedded
            or (field.kind == "sublist" and field.read_to_end)
            or field.name in other.expand
        )
        for other in catalog().resources.values()
        for field in other.fields
    )


@pytest.mark.parametrize("name", [*DJ_STRIPE, *DJ_STRIPE_UNLISTED])
def test_every_model_of_dj_stripe_is_found_and_filled(name: str) -> None:
    assert is_filled(catalog().find(name))


def test_dj_stripe_syncs_46_models() -> None:
    assert len({catalog().find(name).name for name in DJ_STRIPE}) == 46


def lists() -> dict[str, list[str]]:
    """List path → required parameters, over all shapes."""
    return {
        path: route.get("required", [])
        for shape in shapes().values()
        for path, route in shape["gets"].items()
        if route["kind"] == "list"
    }


def test_counts_of_lists() -> None:
    v1 = {path: required for path, required in lists().items() if path.startswith("/v1/")}
    plain = [path for path, required in v1.items() if "{" not in path and not required]
    told = [
        path
        for path, required in v1.items()
        if "{" not in path and required and path != "/v1/credit_notes/preview/lines"
    ]
    assert (len(plain), len(told)) == (78, 18)
    below = {
        name
        for name, shape in shapes().items()
        for path in shape["gets"]
        if "{" in path and path in v1
    }
    assert len(below - {"tax_id", "payment_method", "account"}) == 19
    assert len([path for path in lists() if path.startswith("/v2/")]) == 17 + 1


def test_singletons() -> None:
    singletons = {
        item.name: item.singleton for item in catalog().resources.values() if item.singleton
    }
    assert singletons == {
        "balance": "/v1/balance",
        "balance_settings": "/v1/balance_settings",
        "tax.settings": "/v1/tax/settings",
    }


def test_every_list_is_read_or_has_a_reason_not_to_be() -> None:
    """A list path is some resource's route, or continues a sublist, or its resource says why a
    sweep does not read it."""
    resources = catalog().resources.values()
    read = {route.path for item in resources for route in item.routes}
    continued = {
        field.url.split("?")[0].replace("{id}", "{}")
        for item in resources
        for field in item.fields
        if field.url
    }
    on_demand = {
        path for item in resources if item.on_demand_reason for path in shapes()[item.name]["gets"]
    }
    # A credit note that does not exist yet.
    left = set(lists()) - read - on_demand - {"/v1/credit_notes/preview/lines"}
    assert {path for path in left if plain_placeholders(path) not in continued} == set()


def plain_placeholders(path: str) -> str:
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


def test_a_resource_without_a_list_is_embedded_or_only_retrieved_or_in_events() -> None:
    unfilled = {
        item.name
        for item in catalog().resources.values()
        if not is_filled(item) and not item.on_demand_reason
    }
    assert unfilled == {
        # A balance transaction's source, if it is not one of a dozen listed ones.
        "connect_collection_transfer",
        "reserve_transaction",
        "tax_deducted_at_source",
        # Tokens and sessions live for minutes and are known to those who made them.
        "confirmation_token",
        "financial_connections.session",
        "v2.core.account_person_token",
        "v2.core.account_token",
        # Stripe lists neither; a charge's or an intent's id leads to them.
        "tax.calculation",
        "tax.transaction",
        "v2.money_management.recipient_verification",
        # Only events carry these.
        "billing_portal.session",
        "financial_connections.authorization",
        "reserve.hold",
        "reserve.plan",
        "reserve.release",
    }


def test_versions_are_the_sdk_s() -> None:
    assert catalog().sdk_version == stripe.VERSION
    assert catalog().api_version == stripe.api_version
