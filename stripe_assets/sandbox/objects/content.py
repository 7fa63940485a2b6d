"""Plausible values for every field of an object, by the field's kind and name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from stripe_assets.sandbox.objects.complete import deepen, hidden_variants, rfc3339
from stripe_assets.sandbox.objects.schema import Node, schemas
from stripe_assets.sandbox.objects.words import NAMES, PLACES, TEXTS

Pick = Callable[[Sequence[str]], str | None]
"""Returns an id of one of these resources, or None."""


NEVER = frozenset(
    {
        "deleted",
        "test_clock",
        "customer_account",
        "on_behalf_of",
        "client_secret",
        "number",
        "cvc",
        "secret",
    }
)
"""Optional fields that stay null here. Other code fills them where they are needed."""

IDS = frozenset(
    {
        "customer",
        "payment_method",
        "charge",
        "subscription",
        "invoice",
        "price",
        "product",
        "payment_intent",
        "refund",
        "dispute",
        "coupon",
        "mandate",
        "file",
        "subscription_item",
        "setup_intent",
        "payout",
        "tax_code",
    }
)
"""Text fields with one of these names hold an id of the resource of that name."""

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
"""(end of the field's name, least value, greatest value): the first that fits."""

PROSE = ("description", "memo", "comment", "message", "reason", "explanation", "notes")
"""Ends of the names of fields that hold a sentence."""


class Content:
    """Plausible values for the fields of one object. Equal random numbers give equal values."""

    def __init__(
        self, random: Random, pick: Pick, created: int, currency: str, resource: str, own_id: str
    ) -> None:
        self.random, self.pick, self.created, self.currency = random, pick, created, currency
        self.place = random.choice(PLACES)
        self.own_id = own_id
        self.area = resource.rpartition(".")[0]
        """The resource's name without its last part: `treasury`. A text field that is named after
        another resource of the area holds an id of that resource."""

    def object(
        self, fields: Mapping[str, Node], given: Mapping[str, Any] = {}, depth: int = 0
    ) -> dict[str, Any]:
        """Values for all fields. `depth` is 0 for the object itself, more for nested objects."""
        kind = fields.get("type")
        chosen = given.get("type")
        if chosen is None and kind is not None and kind["t"] in ("enum", "string"):
            chosen = self._type(fields, kind)
        hidden = hidden_variants(fields, chosen)
        out: dict[str, Any] = {}
        for name, node in fields.items():
            if name in given:
                out[name] = deepen(node, given[name], self.created)
            elif name == "type" and chosen is not None:
                out[name] = chosen
            elif name in hidden or node["t"] == "sublist":
                continue
            elif name != chosen and node.get("null") and kind and name in kind.get("enum", ()):
                out[name] = None  # it belongs to another type
            else:
                out[name] = self.value(name, node, depth, wanted=name == chosen)
        return out

    def _type(self, fields: Mapping[str, Node], kind: Node) -> str | None:
        """One of the types, of those that have fields of their own if there are any."""
        named = kind.get("enum", sorted(hidden_variants(fields, None)))
        among = [value for value in named if value in fields] or named
        return self.random.choice(among) if among else None

    def value(self, name: str, node: Node, depth: int, wanted: bool = False) -> Any:
        """A value for one field. `wanted`: never null by chance."""
        kind = node["t"]
        if node.get("null") and not wanted and self._stays_null(name, depth):
            return None
        if kind == "object":
            return self.object(node["fields"], {}, depth + 1)
        if kind == "array":
            most = 0 if depth > 3 else self.random.randint(0 if node.get("null") else 1, 2)
            items = [self.value(name, node["of"], depth + 1, wanted=True) for _ in range(most)]
            return [item for item in items if item is not None]
        if kind in ("ref", "id", "embed"):
            return self.pick(node["to"])
        if kind == "string" and (target := self._target(name)):
            return self.pick([target]) or (None if node.get("null") else self.own_id)
        if kind == "map":
            return {"note": self.random.choice(TEXTS)} if name == "metadata" else {}
        return self.scalar(name, kind, node)

    def _stays_null(self, name: str, depth: int) -> bool:
        return name in NEVER or self.random.random() > (0.75 if depth == 0 else 0.45)

    def _target(self, name: str) -> str | None:
        """The resource whose id a text field of this name holds, if it holds one."""
        if f"{self.area}.{name}" in schemas():
            return f"{self.area}.{name}"
        return name if name in IDS else None

    def scalar(self, name: str, kind: str, node: Node) -> Any:
        random = self.random
        if kind in ("enum", "literal"):
            return random.choice(node["enum"])
        if kind == "boolean":
            return random.random() < 0.5
        if kind == "timestamp":
            is_later = name.endswith(("expires_at", "_end", "end", "until"))
            return self.created + (random.randrange(1, 90) * 86_400 if is_later else 0)
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
        if name.endswith(PROSE):
            return self.random.choice(TEXTS)
        return f"{name}_{self.random.randrange(10**6):06d}"
