"""Control calls about the sandbox as a whole: its log, its clock, and a new start."""

from __future__ import annotations

from typing import Any

from stripe_assets.sandbox.behaviour.world import World

Given = dict[str, Any]


def _log(world: World, given: Given) -> Any:
    return world.log.since(int(given.get("since", 0)))


def _clear_log(world: World, given: Given) -> Any:
    world.log.entries.clear()
    return {}


def _state(world: World, given: Given) -> Any:
    objects = {
        f"{account}/{'live' if livemode else 'test'}": {
            name: len(table.by_id) for name, table in sorted(space.tables.items()) if table.by_id
        }
        for (account, livemode), space in world.store.spaces.items()
    }
    return {
        "now": world.clock.now(),
        "seed": world.settings.seed,
        "requests": world.log.count,
        "objects": objects,
    }


def _set_clock(world: World, given: Given) -> Any:
    if "now" in given:
        world.clock.set(int(given["now"]))
    else:
        world.clock.set(world.clock.now() + int(given["advance"]))
    world.catch_up()
    return {"now": world.clock.now()}


def _reset(world: World, given: Given) -> Any:
    world.conditions.reset()
    world.log.entries.clear()
    return {}


def _start_over(world: World, given: Given) -> Any:
    world.start_over()
    return {}


CALLS = {
    ("GET", "log"): _log,
    ("POST", "log/clear"): _clear_log,
    ("GET", "state"): _state,
    ("POST", "clock"): _set_clock,
    ("POST", "reset"): _reset,
    ("POST", "start-over"): _start_over,
}
