"""The account and mode that a control call names."""

from __future__ import annotations

from typing import Any

from stripe_assets.sandbox.behaviour.world import World
from stripe_assets.sandbox.keys import PLATFORM
from stripe_assets.sandbox.objects.store import Space


def space_of(world: World, given: dict[str, Any]) -> Space:
    """The data of `account` in `livemode`, or the platform's test data.

    Raises ValueError for an account that has no data in this mode.
    """
    key = (given.get("account", PLATFORM), given.get("livemode", False))
    if key not in world.store.spaces:
        raise ValueError(f"there is no account {key[0]} in this mode")
    return world.store.spaces[key]
