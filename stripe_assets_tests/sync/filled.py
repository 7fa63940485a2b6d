"""A sandbox that has objects of every resource."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from stripe_assets.catalog import catalog
from stripe_assets.sandbox.business.filler import fill
from stripe_assets.sandbox.keys import PLATFORM
from stripe_assets.sandbox.objects.relations import SUBLISTS
from stripe_assets.sandbox.objects.store import Record, Space
from stripe_assets.sandbox.settings import DAY
from stripe_assets_tests.sync.holes.server import FaultySandbox

EACH = 2
"""Objects of each resource."""
SHOWN = 1
"""Items of a sublist that come with their parent. So most sublists have a rest."""


@contextmanager
def filled_sandbox() -> Iterator[FaultySandbox]:
    """A sandbox with a few objects of every resource. `STRIPE_API_BASE` names it, and nothing
    waits."""
    with (
        pytest.MonkeyPatch.context() as patch,
        FaultySandbox(page=None) as sandbox,
    ):
        patch.setattr("stripe_assets.sandbox.objects.render.SUBLIST_LENGTH", SHOWN)
        patch.setenv("STRIPE_API_BASE", sandbox.base)
        patch.setenv("STRIPE_ASSETS_MAX_RPS", "0")
        patch.setenv("STRIPE_ASSETS_MAX_RPS_PER_ENDPOINT", "0")
        patch.setattr("stripe_assets.sync.constants.ASKED_AGAIN_AFTER", 0.01, raising=False)
        now = int(time.time()) - DAY
        sandbox.begin(now)
        space = sandbox.world.store.space(PLATFORM, False)
        fill(space, 1, now, EACH, leave=("event",))
        _add_items(space)
        yield sandbox


def _add_items(space: Space) -> None:
    """Each sublist of which an item names its parent gets more items."""
    for (parent, _), (_, name) in SUBLISTS.items():
        for child in catalog().resources if name != "parent" else ():
            table = space.table(child)
            found = [one for one in space.listed(child) if space.find(one.body.get(name), [parent])]
            for n in range(2 if found else 0):
                one, id = found[0], f"{found[0].id}{n}"
                table.put(Record(child, id, {**one.body, "id": id}, one.created, one.parent))
