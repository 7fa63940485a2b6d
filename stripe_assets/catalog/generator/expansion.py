"""Which fields lists and retrieves ask Stripe to expand: a rule over the shapes, not a list of
names."""

from __future__ import annotations

from stripe_assets.catalog.generator.sdk import Sdk
from stripe_assets.catalog.generator.shapes import Node
from stripe_assets.catalog.model import Field
from stripe_assets.catalog.overlay.routes import ON_REQUEST

MOST_LEVELS = 4
"""Stripe's limit for the depth of an expanded path. The `data` of a list is a level."""


def expansion(
    sdk: Sdk,
    resource: str,
    fields: dict[str, tuple[Field, ...]],
    unlisted: frozenset[str],
    levels: int = MOST_LEVELS - 1,
) -> tuple[str, ...]:
    """The paths to expand, below an object: references to resources that no list returns, sublists
    that Stripe sends only on request, and the fields of the overlay's ON_REQUEST.

    `levels`: how many levels are left. Nothing is expanded inside a sublist of several resources,
    because its items do not have one shape.
    """
    found = [path for path in ON_REQUEST.get(resource, ()) if path.count(".") < levels]
    for field in fields[resource]:
        path = ".".join(field.path)
        depth = len(field.path)
        if depth > levels or field.derived:
            continue
        # Only if no list returns any of the targets: otherwise Stripe would also send each target
        # that a list returns, such as the charge of every balance transaction.
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
    """Whether Stripe can expand the field.

    It refuses to expand an id that the SDK types as a string.
    """
    return node is not None and (
        node["t"] == "ref" or (node["t"] == "array" and node["of"]["t"] == "ref")
    )
