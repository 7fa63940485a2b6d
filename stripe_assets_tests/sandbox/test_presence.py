"""The sandbox leaves out what Stripe leaves out, and sends null where Stripe does."""

from __future__ import annotations

import pytest

from stripe_assets.catalog import catalog, shapes
from stripe_assets.catalog.generator import presence
from stripe_assets.sandbox import Sandbox
from stripe_assets_tests.sync.walk import Walk

NEWER = {"payment_method": {"paypay", "sequra"}, "source": {"sepa_credit_transfer"}}
"""Resource → fields of one kind of object, which the facts do not have."""


@pytest.mark.parametrize("secret", ["sk_test_sandbox", "sk_live_sandbox"])
def test_every_answer_keeps_to_the_facts(sandbox: Sandbox, secret: str) -> None:
    wrong, seen = set(), set()
    for (name, _, _), obj in Walk(catalog(), sandbox.base, secret).all().items():
        if (facts := presence.facts().get(name)) is None or obj.get("deleted"):
            continue
        seen.add(name)
        optional = {*facts["absent"], *facts["either"], *NEWER.get(name, ())}
        fields = shapes()[name]["fields"].keys() - {"deleted"}
        wrong |= {(name, field, "missing") for field in fields - optional - obj.keys()}
        wrong |= {(name, field, "null") for field in facts["absent"] if obj.get(field, "") is None}
    assert not wrong, sorted(wrong)[:20]
    assert "_live_" in secret or len(seen) > 100
