"""Control calls under `/_sandbox/`, without a key: what tests tell the sandbox and ask it.

| call | body | does |
| --- | --- | --- |
| `GET log?since=N` | | the requests after the N-th |
| `GET state` | | clock, settings, and how many objects of each resource every account has |
| `POST reset` | | ends faults, latency, limits, `only`, outages, `eventual` and `rendering`; empties the log |
| `POST start-over` | | all data is again what it was at the start |
| `POST log/clear` | | empties the log |
| `POST faults` | a `Fault`'s fields | adds one; `kind` is `status`, `drop`, `truncate` or `hang`; `times: null` is always |
| `POST faults/clear` | | |
| `POST limits` | `enabled`, `per_account`, `per_endpoint` | rate limits |
| `POST latency` | `seconds` | |
| `POST only` | `prefixes` | knows only these URLs; an empty list: all |
| `POST clock` | `now` or `advance` (seconds) | |
| `POST objects` | `resource`, `object`, and optionally `account`, `livemode`, `parent`, `links`, `event`, `listed` | creates |
| `GET objects?resource=R` | also `account`, `fields` (with commas; `*`: all) | all that exist, as first made: their id and these fields |
| `POST objects/change` | `resource`, `id`, `changes`, `links`, … `event` | changes top-level fields |
| `POST objects/delete` | `resource`, `id`, … `event` | deletes, and what ends with it: a customer's sources, a connected account's access |
| `POST discounts` | `resource` (customer or subscription), `id`, `coupon`, … `event` | a discount for it, instead of the one it had |
| `POST events` | `type`, `object`, and optionally `account`, `created`, `api_version`, `previous`, `data` | an event without any change |
| `POST deliveries` | `fail`, `account`, `types` (with `*`), `delay` | webhooks fail from now on, or work again |
| `POST deliveries/mark` | `delivered`, and optionally `ids`, `account`, `livemode` | what became of earlier events' webhooks |
| `POST eventual` | `seconds`, `resources` | new objects are in lists only so much later; 0 ends it |
| `POST rendering` | `api_version` | new events are rendered in it, an older one in its older shape; null ends it |
| `POST batch` | `calls`: a list of [name, body] | several POST calls at once; their answers in order, up to the first that is refused |

Deleting an `account` closes a connected one: its platform has no access any more (403 `account_invalid`) and does not list it;
`account.application.deauthorized` is among the platform's events. Creating one opens a connected account.

`POST events` takes any type, also unknown ones, and any `object`, also null; `data` replaces all that is in the event's `data`.

An event's webhooks fail while `deliveries` said `fail`, if an enabled endpoint of its account takes its type (`enabled_events`;
endpoints made with `connect` take the connected accounts'), or if `account` or `types` named it. It has `pending_webhooks` then and
is listed for `delivery_success=false`. With `delay` it arrives so many seconds later, and until then it is pending; this alone,
without `fail`, is a slow endpoint. `fail` false (without a `delay`) ends all outages, or an `account`'s; what did not arrive before
stays so until `deliveries/mark` says `delivered` (a retry that succeeded); without `ids` that is all of the account's that have not.

`account` is the platform and `livemode` false where they are not given. `event` is false for none, or a type; left out, it is the
type that Stripe would send. `parent` is [id, last part of the nested route], where no field of the object names its parent. `links`
is what a list filters by although no field says it: `{"payout": …}` of a balance transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import orjson

from stripe_assets.sandbox.behaviour import connected
from stripe_assets.sandbox.behaviour.changes import Changes
from stripe_assets.sandbox.behaviour.deliveries import Deliveries, Outage, mark, undelivered
from stripe_assets.sandbox.behaviour.discounts import grant
from stripe_assets.sandbox.behaviour.endings import delete
from stripe_assets.sandbox.behaviour.faults import Fault
from stripe_assets.sandbox.behaviour.world import Eventual, World
from stripe_assets.sandbox.calls.call import Reply
from stripe_assets.sandbox.keys import PLATFORM
from stripe_assets.sandbox.objects.store import Space

Given = dict[str, Any]


def answer(world: World, method: str, path: str, query: str, body: bytes) -> Reply:
    name = path.removeprefix("/_sandbox/").strip("/")
    call = CALLS.get((method, name))
    if call is None:
        return Reply(404, orjson.dumps({"error": f"no control call {method} {name}"}))
    try:
        given = {**dict(parse_qsl(query)), **(orjson.loads(body) if body else {})}
        return Reply(200, orjson.dumps(call(world, given)))
    except (ValueError, TypeError, KeyError) as wrong:
        return Reply(400, orjson.dumps({"error": f"{name}: {type(wrong).__name__}: {wrong}"}))


def _log(world: World, given: Given) -> Any:
    return world.log.since(int(given.get("since", 0)))


def _state(world: World, given: Given) -> Any:
    objects = {
        f"{account}/{'live' if livemode else 'test'}": {
            name: len(table.by_id) for name, table in sorted(space.tables.items()) if table.by_id
        }
        for (account, livemode), space in world.store.spaces.items()
    }
    return {"now": world.clock.now(), "seed": world.settings.seed, "requests": world.log.count, "objects": objects}


def _reset(world: World, given: Given) -> Any:
    world.faults.active.clear()
    world.limits.enabled, world.limits.per_account, world.limits.per_endpoint = False, None, None
    world.latency, world.only = 0.0, ()
    world.deliveries, world.eventual, world.rendering = Deliveries(), None, None
    world.log.entries.clear()
    return {}


def _start_over(world: World, given: Given) -> Any:
    world.start_over()
    return {}


def _clear_log(world: World, given: Given) -> Any:
    world.log.entries.clear()
    return {}


def _fault(world: World, given: Given) -> Any:
    world.faults.active.append(Fault.of(given))
    return {"active": len(world.faults.active)}


def _clear_faults(world: World, given: Given) -> Any:
    world.faults.active.clear()
    return {}


def _limits(world: World, given: Given) -> Any:
    world.limits.enabled = given.get("enabled", True)
    world.limits.per_account = given.get("per_account")
    world.limits.per_endpoint = given.get("per_endpoint")
    return {}


def _latency(world: World, given: Given) -> Any:
    world.latency = float(given["seconds"])
    return {}


def _only(world: World, given: Given) -> Any:
    world.only = tuple(given["prefixes"])
    return {}


def _clock(world: World, given: Given) -> Any:
    world.clock.set(int(given["now"]) if "now" in given else world.clock.now() + int(given["advance"]))
    world.catch_up()
    return {"now": world.clock.now()}


def _space(world: World, given: Given) -> Space:
    key = (given.get("account", PLATFORM), given.get("livemode", False))
    if key not in world.store.spaces:
        raise ValueError(f"there is no account {key[0]} in this mode")
    return world.store.spaces[key]


def _existing(world: World, given: Given) -> Any:
    table = _space(world, {**given, "livemode": given.get("livemode") == "true"}).table(given["resource"])
    fields = ["id", *filter(None, given.get("fields", "").split(","))]
    bodies = [record.body for record in table.by_id.values() if not record.deleted]
    return bodies if "*" in fields else [{name: body.get(name) for name in fields} for body in bodies]


def _create(world: World, given: Given) -> Any:
    changes = Changes(world, _space(world, given))
    if opening := OPENINGS.get(given["resource"]):
        return changes.shown(opening(changes, given.get("object", {}), given.get("event", True)))
    parent = tuple(given["parent"]) if given.get("parent") else None
    record = changes.create(
        given["resource"],
        given.get("object", {}),
        parent=parent,
        links=given.get("links"),
        listed=given.get("listed", True),
        event=given.get("event", True),
    )
    return changes.shown(record)


def _change(world: World, given: Given) -> Any:
    changes = Changes(world, _space(world, given))
    record = changes.existing(given["resource"], given["id"])
    record.links.update(given.get("links", {}))
    changes.change(record, given.get("changes", {}), event=given.get("event", True))
    return changes.shown(record)


def _delete(world: World, given: Given) -> Any:
    changes = Changes(world, _space(world, given))
    return delete(changes, changes.existing(given["resource"], given["id"]), given.get("event", True))


def _discount(world: World, given: Given) -> Any:
    changes = Changes(world, _space(world, given))
    owner = changes.existing(given["resource"], given["id"])
    return changes.shown(grant(changes, owner, changes.existing("coupon", given["coupon"]).id, given.get("event", True)))


def _event(world: World, given: Given) -> Any:
    event = Changes(world, _space(world, given)).announce(
        given["type"],
        given.get("object"),
        created=given.get("created"),
        api_version=given.get("api_version"),
        previous=given.get("previous"),
    )
    if "data" in given:
        event.body["data"] = given["data"]
    return event.body


def _deliveries(world: World, given: Given) -> Any:
    account, delay = given.get("account"), given.get("delay")
    if given["fail"] or delay is not None:
        world.deliveries.outages.append(Outage(account, tuple(given.get("types", ())), None if delay is None else int(delay)))
    else:
        world.deliveries.recover(account)
    return {"outages": len(world.deliveries.outages)}


def _mark(world: World, given: Given) -> Any:
    """Raises KeyError for an id that is no event of the account."""
    events = _space(world, given).table("event").by_id
    ids = given["ids"] if "ids" in given or not given["delivered"] else [id for id, event in events.items() if undelivered(event)]
    for event in [events[id] for id in ids]:
        mark(event, given["delivered"])
    world.store.version += 1
    return {"marked": len(ids)}


def _eventual(world: World, given: Given) -> Any:
    world.eventual = Eventual(int(given["seconds"]), tuple(given.get("resources", ()))) if given["seconds"] else None
    return {}


def _rendering(world: World, given: Given) -> Any:
    world.rendering = given["api_version"]
    return {}


def _batch(world: World, given: Given) -> Any:
    return [CALLS["POST", name](world, body) for name, body in given["calls"]]


OPENINGS = {"account": connected.open}
"""Resources that are more than an object when they begin."""

CALLS: dict[tuple[str, str], Callable[[World, Given], Any]] = {
    ("GET", "log"): _log,
    ("GET", "state"): _state,
    ("POST", "reset"): _reset,
    ("POST", "start-over"): _start_over,
    ("POST", "log/clear"): _clear_log,
    ("POST", "faults"): _fault,
    ("POST", "faults/clear"): _clear_faults,
    ("POST", "limits"): _limits,
    ("POST", "latency"): _latency,
    ("POST", "only"): _only,
    ("POST", "clock"): _clock,
    ("GET", "objects"): _existing,
    ("POST", "objects"): _create,
    ("POST", "objects/change"): _change,
    ("POST", "objects/delete"): _delete,
    ("POST", "discounts"): _discount,
    ("POST", "events"): _event,
    ("POST", "deliveries"): _deliveries,
    ("POST", "deliveries/mark"): _mark,
    ("POST", "eventual"): _eventual,
    ("POST", "rendering"): _rendering,
    ("POST", "batch"): _batch,
}
