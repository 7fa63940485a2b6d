"""Control calls that change the conditions under which the sandbox answers."""

from __future__ import annotations

from typing import Any

from stripe_assets.sandbox.behaviour.conditions import ListDelay
from stripe_assets.sandbox.behaviour.faults import Fault
from stripe_assets.sandbox.behaviour.world import World

Given = dict[str, Any]


def _add_fault(world: World, given: Given) -> Any:
    faults = world.conditions.faults.active
    faults.append(Fault.of(given))
    return {"active": len(faults)}


def _clear_faults(world: World, given: Given) -> Any:
    world.conditions.faults.active.clear()
    return {}


def _set_limits(world: World, given: Given) -> Any:
    limits = world.conditions.limits
    limits.enabled = given.get("enabled", True)
    limits.per_account = given.get("per_account")
    limits.per_endpoint = given.get("per_endpoint")
    return {}


def _set_latency(world: World, given: Given) -> Any:
    world.conditions.latency = float(given["seconds"])
    return {}


def _set_only(world: World, given: Given) -> Any:
    world.conditions.only = tuple(given["prefixes"])
    return {}


def _set_list_delay(world: World, given: Given) -> Any:
    delay = None
    if given["seconds"]:
        delay = ListDelay(int(given["seconds"]), tuple(given.get("resources", ())))
    world.conditions.list_delay = delay
    return {}


def _set_event_version(world: World, given: Given) -> Any:
    world.conditions.event_version = given["api_version"]
    return {}


CALLS = {
    ("POST", "faults"): _add_fault,
    ("POST", "faults/clear"): _clear_faults,
    ("POST", "limits"): _set_limits,
    ("POST", "latency"): _set_latency,
    ("POST", "only"): _set_only,
    ("POST", "eventual"): _set_list_delay,
    ("POST", "rendering"): _set_event_version,
}
