"""Objects that are retrieved one by one, where Stripe does not answer all of the request."""

from __future__ import annotations

from collections.abc import Mapping

from stripe_assets.sync.engine.holes import EXPANSION
from stripe_assets_tests.stand_in import NOW, Reply, customer, error
from stripe_assets_tests.sync.acme import OWNER, Acme

CHARGE = {"id": "ch_1", "object": "charge", "created": NOW, "customer": "cus_00001"}
CUSTOMER = "/v1/customers/cus_00001"
TAX_ID = {"id": "txi_1", "object": "tax_id", "customer": "cus_00001", "created": NOW}


def refuse_tax_ids(path: str, query: Mapping[str, str], true: Reply | None) -> Reply | None:
    """An answer has its tax ids only where they were asked for, and that is refused."""
    if path != CUSTOMER or true is None:
        return true
    if "tax_ids" in query.values():
        return error(400, "This property cannot be expanded.")
    body = {name: value for name, value in customer(1).items() if name != "tax_ids"}
    return 200, body


def test_an_expansion_that_is_refused_costs_neither_the_object_nor_its_sublist(acme: Acme) -> None:
    acme.lists["/v1/charges"] = [CHARGE]
    acme.lists[f"{CUSTOMER}/tax_ids"] = [TAX_ID]
    acme.replies[CUSTOMER] = (200, customer(1))
    acme.fault = refuse_tax_ids
    assert acme.status("charge") == "ok"
    rows = {name: acme.mirror.live_rows.count(name) for name in ("charge", "customer", "tax_id")}
    assert rows == dict.fromkeys(rows, 1)
    (hole,) = acme.holes(unavailable=True)
    expected = (OWNER, "customer", f"{EXPANSION}/v1/customers/{{id}} expand tax_ids")
    assert (hole.owner, hole.model, hole.key) == expected
