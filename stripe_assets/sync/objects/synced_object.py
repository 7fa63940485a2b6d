"""What became of one object that was synced, or why it cannot be."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from stripe_assets.catalog.model import Resource
from stripe_assets.mirror import Absence, ObjectRef, Owner, WriteCounts
from stripe_assets.stripe_api import StripeError
from stripe_assets.sync.retrieval.closure import NO_ROUTE, ClosureResult

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SyncedObject:
    """What became of one object."""

    resource: str
    owner: Owner
    id: str
    counts: WriteCounts
    closed: ClosureResult
    absent: Mapping[ObjectRef, Absence]
    """What the object and its related objects refer to, and could not be read this time."""
    requests: int
    rows: frozenset[ObjectRef]
    """All rows that were written, or were there in a newer state."""
    refusal: StripeError | None = None
    """Why Stripe did not return the object that was asked for."""


class NotRetrievable(ValueError):
    """No route of Stripe's returns such an object by what is known of it."""


def log_absences(alias: str, ref: ObjectRef, absent: Mapping[ObjectRef, Absence]) -> None:
    """Logs what an object or its related objects refer to, and could not be read."""
    for one, absence in absent.items():
        logger.log(
            logging.DEBUG if absence == NO_ROUTE else logging.WARNING,
            "%s: %s %s, or an object related to it, refers to %s %s, which is absent: %s",
            *(alias, ref.resource, ref.id, one.resource, one.id, absence.reason),
        )


def why_not_retrievable(resource: Resource) -> str:
    routes = [route for route in (resource.retrieve, *resource.other_retrieves) if route]
    name = resource.name
    if routes:
        ways = ", or its ".join(" and ".join(route.params.values()) for route in routes)
        return f"Stripe returns a {name} by its id and its {ways}: name that too"
    parents = " or ".join(dict.fromkeys(route.parent for route in resource.routes if route.parent))
    said = f"Stripe has no route that returns one {name} by its id"
    return said + (f": sync its {parents}, or the model" if parents else "")
