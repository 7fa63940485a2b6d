"""A stored object, for the tests of several packages."""

from __future__ import annotations

from typing import Any

from stripe_assets.mirror import Mirror, Owner


def stored_object(mirror: Mirror, resource: str, owner: Owner, id: str) -> dict[str, Any] | None:
    """The object of a row as the API would send it. None where there is no row."""
    return mirror.rows.read_many(resource, owner, [id]).get(id)
