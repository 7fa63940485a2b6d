"""What lists and retrieves ask for besides the plain object: a rule over the shapes, not a list of names."""

from __future__ import annotations

from stripe_assets.catalog.generator.sdk import Sdk
from stripe_assets.catalog.generator.shapes import Node
from stripe_assets.catalog.model import Field
from stripe_assets.catalog.overlay.routes import ON_REQUEST

MOST_LEVELS = 4
"""Stripe expands no deeper, `data` of a list counted."""


def expansion(
    sdk: Sdk,
    resource: str,
    fields: dict[str, tuple[Field, ...]],
    unlisted: frozenset[str],
    levels: int = MOST_LEVELS - 1,
) -> tuple[str, ...]:
    """Paths below an object: references to what no list returns, sublists that come on request, and the overlay's fields.

    `levels` is what is left below a list's `data`. A sublist of several resources is not looked into: its fields are
    not those of one shape.
    """
    found = [path for path in ON_REQUEST.get(resource, ()) if path.count(".") < levels]
    for field in fields[resource]:
        path = ".".join(field.path)
        depth = len(field.path)
        if depth > levels or field.derived:
            continue
        # All of a union: for the few that are in no list, the others (a balance transaction's charge) would come along each time.
        if (
            field.targets
            and unlisted.issuperset(field.targets)
            and _expandable(sdk.shapes[resource].get(field.name))
        ):
            found.append(path)
        if field.kind == "sublist" and field.read_to_end:
            if field.nullable:
                found.append(path)
            if len(field.targets) == 1:
                below = expansion(sdk, field.targets[0], fields, unlisted, levels - depth - 1)
                found += [f"{path}.data.{name}" for name in below]
    return tuple(sorted(found))


def _expandable(node: Node | None) -> bool:
    """Stripe refuses to expand an id that its SDK types as a plain string."""
    return node is not None and (
        node["t"] == "ref" or (node["t"] == "array" and node["of"]["t"] == "ref")
    )
