"""Copies of an object: a benchmark's million rows are rendered like any other row."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from stripe_assets.sandbox.behaviour.world import World
from stripe_assets.sandbox.keys import PLATFORM
from stripe_assets.sandbox.objects.copies import Copy
from stripe_assets.sandbox.objects.render import as_bytes, as_object
from stripe_assets.sandbox.settings import Settings
from stripe_assets_tests.sandbox.conftest import NOW

TREES = (
    ("customer", {}),
    ("customer", {"sources": {}, "tax_ids": {}, "tax": {}}),
    ("invoice", {}),
    ("invoice", {"customer": {}}),
)
DEEP = {"discounts": {}, "lines": {"data": {"discounts": {}}}, "customer": {"sources": {}}}


@pytest.mark.parametrize(
    ("resource", "tree"),
    [*TREES, ("invoice", DEEP), ("line_item", {}), ("charge", {"refunds": {}, "customer": {}})],
)
def test_copies_are_rendered_as_any_other_object(resource: str, tree: dict[str, Any]) -> None:
    grown = World.of(Settings(now=NOW, customers=3, invoices=3, more=("charge=3",)))
    space = grown.store.space(PLATFORM, False)
    copies = [record for record in space.listed(resource) if isinstance(record, Copy)]
    assert len(copies) == 3
    for record in (*copies, *copies):
        assert as_bytes(grown.store, space, record, tree) == orjson.dumps(
            as_object(grown.store, space, record, tree)
        )
    copies[0].body = {**copies[0].body, "metadata": {"changed": "yes"}}
    grown.store.version += 1
    assert b"changed" in as_bytes(
        grown.store, space, copies[0], tree
    ) and b"changed" not in as_bytes(grown.store, space, copies[1], tree)
