"""How Stripe says that a field has no value, and what it expands."""

from __future__ import annotations

import pytest

from stripe_assets.catalog import catalog, shapes
from stripe_assets.catalog.generator import presence


def test_each_fact_is_about_a_resource_and_has_one_word_for_a_field() -> None:
    for name, facts in presence.facts().items():
        assert name in catalog().resources
        assert not set(facts["absent"]) & set(facts["either"])


@pytest.mark.parametrize(
    ("resource", "field", "unset"),
    [
        ("refund", "next_action", "absent"),
        ("charge", "description", "either"),
        ("charge", "amount", "never"),
        ("customer", "id", "never"),
        ("invoice", "customer_email", "either"),
        ("v2.core.account", "identity", "null"),
    ],
)
def test_the_catalog_has_the_facts(resource: str, field: str, unset: str) -> None:
    (found,) = (one for one in catalog()[resource].fields if one.name == field)
    assert found.unset == unset
    node = shapes()[resource]["fields"][field]
    assert node.get("unset") == (unset if unset in ("absent", "either") else None)


def test_an_expansion_that_nothing_names_is_an_error() -> None:
    presence.require_expandable("customer", ("tax", "invoice_credit_balance", "sources.data.x"))
    for resource, path in (("customer", "email"), ("v2.core.account", "identity")):
        with pytest.raises(ValueError, match="nothing says"):
            presence.require_expandable(resource, (path,))
