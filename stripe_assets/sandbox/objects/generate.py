"""Values for any field of the API, from the shapes: the least that an object must have, or plausible content for all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any

from stripe_assets.sandbox.objects.schema import Node, schemas
from stripe_assets.sandbox.objects.words import NAMES, PLACES, TEXTS

Pick = Callable[[Sequence[str]], str | None]
"""An id of one of these resources, or None."""

VARIANTS = 3
"""From so many type-specific fields on, an object has only the one that its `type` names."""


def complete(resource: str, given: Mapping[str, Any], created: int) -> dict[str, Any]:
    """The whole object: what is given, and for every other field null or the least that is allowed."""
    return _complete(schemas()[resource].fields, given, created)


def _complete(fields: Mapping[str, Node], given: Mapping[str, Any], created: int) -> dict[str, Any]:
    out: dict[str, Any] = {}
    hidden = _hidden_variants(fields, given.get("type"))
    for name, node in fields.items():
        if name in given:
            out[name] = _deepen(node, given[name], created)
        elif name not in hidden and node["t"] != "sublist":
            out[name] = None if node.get("null") else _least(name, node, created)
    for name, value in given.items():
        out.setdefault(name, value)
    return out


def _deepen(node: Node, value: Any, created: int) -> Any:
    if node["t"] == "object" and isinstance(value, dict):
        return _complete(node["fields"], value, created)
    if node["t"] == "array" and isinstance(value, list):
        return [_deepen(node["of"], item, created) for item in value]
    if node["t"] == "map" and isinstance(value, dict) and "of" in node:
        return {name: _deepen(node["of"], item, created) for name, item in value.items()}
    return value


def _least(name: str, node: Node, created: int) -> Any:
    kind = node["t"]
    if kind == "object":
        return _complete(node["fields"], {}, created)
    if kind in ("enum", "literal"):
        return node["enum"][0]
    if kind == "timestamp":
        return created
    if kind == "rfc3339":
        return rfc3339(created)
    return LEAST.get(kind, lambda: "")()


LEAST: dict[str, Callable[[], Any]] = {
    "boolean": lambda: False,
    "integer": lambda: 0,
    "float": lambda: 0.0,
    "decimal": lambda: "0",
    "int64_string": lambda: "0",
    "array": list,
    "map": dict,
    "ref": lambda: None,
    "embed": lambda: None,
    "id": lambda: None,
    "any": lambda: None,
}


def _hidden_variants(fields: Mapping[str, Node], chosen: Any) -> set[str]:
    """Fields that only exist for another `type` than this object's."""
    kind = fields.get("type")
    if kind is None or kind["t"] not in ("enum", "string"):
        return set()
    named = kind.get("enum")
    found = {
        name
        for name, node in fields.items()
        if node.get("null") and node["t"] in ("object", "map", "any") and name != "metadata" and (named is None or name in named)
    }
    return found - {chosen} if len(found) >= VARIANTS else set()


def rfc3339(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


class Content:
    """Plausible values for a whole object. The same random numbers give the same object."""

    def __init__(self, random: Random, pick: Pick, created: int, currency: str, resource: str, own_id: str) -> None:
        self.random, self.pick, self.created, self.currency = random, pick, created, currency
        self.place = random.choice(PLACES)
        self.own_id, self.area = own_id, resource.rpartition(".")[0]
        """The resource's name without its last part: `treasury`. Texts named after another resource of it hold its id."""

    def object(self, fields: Mapping[str, Node], given: Mapping[str, Any] = {}, depth: int = 0) -> dict[str, Any]:
        kind = fields.get("type")
        chosen = given.get("type")
        if chosen is None and kind is not None and kind["t"] in ("enum", "string"):
            chosen = self._type(fields, kind)
        hidden = _hidden_variants(fields, chosen)
        out: dict[str, Any] = {}
        for name, node in fields.items():
            if name in given:
                out[name] = _deepen(node, given[name], self.created)
            elif name == "type" and chosen is not None:
                out[name] = chosen
            elif name in hidden or node["t"] == "sublist":
                continue
            elif name != chosen and kind is not None and node.get("null") and name in kind.get("enum", ()):
                out[name] = None
            else:
                out[name] = self.value(name, node, depth, wanted=name == chosen)
        return out

    def _type(self, fields: Mapping[str, Node], kind: Node) -> str | None:
        """One of the types that there are fields for, if there are any."""
        named = kind.get("enum", sorted(_hidden_variants(fields, None)))
        among = [value for value in named if value in fields] or named
        return self.random.choice(among) if among else None

    def value(self, name: str, node: Node, depth: int, wanted: bool = False) -> Any:
        kind = node["t"]
        if node.get("null") and not wanted and (name in NEVER or self.random.random() > (0.75 if depth == 0 else 0.45)):
            return None
        if kind == "object":
            return self.object(node["fields"], {}, depth + 1)
        if kind == "array":
            most = 0 if depth > 3 else self.random.randint(0 if node.get("null") else 1, 2)
            items = [self.value(name, node["of"], depth + 1, wanted=True) for _ in range(most)]
            return [item for item in items if item is not None]
        if kind in ("ref", "id", "embed"):
            return self.pick(node["to"])
        if kind == "string":
            target = f"{self.area}.{name}" if f"{self.area}.{name}" in schemas() else name if name in MEANS else None
            if target:
                return self.pick([target]) or (None if node.get("null") else self.own_id)
        if kind == "map":
            return {"note": self.random.choice(TEXTS)} if name == "metadata" else {}
        return self.scalar(name, kind, node)

    def scalar(self, name: str, kind: str, node: Node) -> Any:
        random = self.random
        if kind in ("enum", "literal"):
            return random.choice(node["enum"])
        if kind == "boolean":
            return random.random() < 0.5
        if kind == "timestamp":
            return self.created + (random.randrange(1, 90) * 86_400 if name.endswith(("expires_at", "_end", "end", "until")) else 0)
        if kind == "rfc3339":
            return rfc3339(self.created)
        if kind in ("integer", "int64_string"):
            number = self._integer(name)
            return str(number) if kind == "int64_string" else number
        if kind == "float":
            return random.randrange(0, 10_000) / 100
        if kind == "decimal":
            return f"{random.randrange(1, 900)}.{random.randrange(1, 999_999_999):09d}".rstrip("0")
        return self._string(name) if kind == "string" else None

    def _integer(self, name: str) -> int:
        for ending, low, high in INTEGERS:
            if name.endswith(ending):
                return self.random.randint(low, high)
        return self.random.randint(0, 9)

    def _string(self, name: str) -> str | None:
        person, mailbox = self.random.choice(NAMES)
        place = self.place
        known = {
            "country": place.country,
            "city": place.city,
            "line1": place.line1,
            "line2": "Floor 2",
            "postal_code": place.postal_code,
            "state": place.state or place.city,
            "currency": self.currency,
            "email": f"{mailbox}@example.com",
            "phone": "+15550100",
            "phone_number": "+15550199",
            "brand": "Visa",
            "ip": "203.0.113.9",
            "ip_address": "203.0.113.9",
            "user_agent": "Mozilla/5.0",
            "last4": f"{self.random.randrange(10_000):04d}",
            "mcc": "5812",
            "locale": place.locale,
        }
        if name.endswith("_decimal"):
            return self.scalar(name, "decimal", {})
        for ending, text in known.items():
            if name == ending or name.endswith("_" + ending):
                return text
        if name.endswith("name"):
            return person
        if name.endswith(("url", "pdf", "website")):
            return f"https://example.com/{name}/{self.random.randrange(10**9)}"
        if name.endswith(("description", "memo", "comment", "message", "reason", "explanation", "notes")):
            return self.random.choice(TEXTS)
        return f"{name}_{self.random.randrange(10**6):06d}"


NEVER = frozenset({"deleted", "test_clock", "customer_account", "on_behalf_of", "client_secret", "number", "cvc", "secret"})
"""Optional fields that stay null in generated objects: other code decides these."""

MEANS = frozenset(
    {
        *("customer", "payment_method", "charge", "subscription", "invoice", "price", "product", "payment_intent", "refund"),
        *("dispute", "coupon", "mandate", "file", "subscription_item", "setup_intent", "payout", "tax_code"),
    }
)
"""Plain text fields of these names hold an id of that resource."""

INTEGERS: tuple[tuple[str, int, int], ...] = (
    ("exp_month", 1, 12),
    ("exp_year", 2029, 2034),
    ("month", 1, 12),
    ("year", 1960, 1999),
    ("day", 1, 28),
    ("hour", 0, 23),
    ("minute", 0, 59),
    ("amount", 100, 90_000),
    ("total", 100, 90_000),
    ("balance", 0, 90_000),
    ("value", 100, 90_000),
    ("quantity", 1, 9),
    ("size", 1_000, 900_000),
    ("percent", 0, 100),
)
