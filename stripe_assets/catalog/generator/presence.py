"""How Stripe says that a field has no value, and what it expands: facts that the SDK does not have.

The SDK types a field that may be null and one that may be left out alike. `presence.json` of the
overlay, which names its source, tells them apart for the top-level fields of v1's resources.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TypedDict

import orjson

from stripe_assets.catalog.generator.shapes import Node
from stripe_assets.catalog.model import Unset
from stripe_assets.catalog.overlay.routes import DOCUMENTED

FACTS = Path(__file__).parent.parent / "overlay" / "presence.json"


class Facts(TypedDict):
    """Names of top-level fields."""

    absent: list[str]
    """Left out where they have no value, and never null."""
    either: list[str]
    """Left out or null."""
    expandable: list[str]


@cache
def facts() -> dict[str, Facts]:
    """Resource → what is known of it."""
    return orjson.loads(FACTS.read_bytes())["resources"]


def unset(resource: str, name: str, node: Node) -> Unset:
    """How Stripe says that a top-level field has no value."""
    known = facts().get(resource)
    if name == "id":
        return "never"
    if known and name in known["absent"]:
        return "absent"
    if known and name in known["either"]:
        return "either"
    return "null" if node.get("null") else "never"


def require_expandable(resource: str, expand: tuple[str, ...]) -> None:
    """Raises ValueError for a path that neither the facts nor the overlay call expandable: Stripe
    would refuse it."""
    known = facts().get(resource)
    names = {path.partition(".")[0] for path in expand}
    names -= {*(known["expandable"] if known else ()), *DOCUMENTED.get(resource, ())}
    if names:
        raise ValueError(f"nothing says that Stripe expands {sorted(names)} of {resource}")
