"""What is asked for, on whose behalf, and whose rows the answer becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from stripe_assets.catalog.lists import list_params
from stripe_assets.catalog.model import Resource, Route
from stripe_assets.mirror import Owner, ParentRef

Endpoint = tuple[str, str]
"""The account that is asked, and the route's template. Stripe limits the requests of each pair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What is asked for, on whose behalf, and whose rows the answer becomes."""

    model: str
    """The model that the work counts for."""
    resource: str
    """What the items are. The items of a union name their resource themselves, in `object`."""
    reader: Owner
    """The account that is asked: `Stripe-Account`, unless it is the key's own account."""
    path: str
    endpoint: str
    """The route's template, `/v1/customers/{customer}/payment_methods`."""
    params: Mapping[str, Any] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    """Parameters that name the parent. Without them Stripe would list something else."""
    parent: ParentRef | None = None
    """The parent row of a nested list."""
    owned_by: Owner | None = None
    """The owner of the items where that is not the reader. The persons of a connected account
    belong to that account, and the platform reads them."""

    @classmethod
    def of_list(
        cls,
        resource: Resource,
        route: Route,
        reader: Owner,
        variant: Mapping[str, str | bool] | None = None,
        **filters: Any,
    ) -> Self:
        """A list that is read once for an account."""
        return cls(
            model=resource.name,
            resource=resource.name,
            reader=reader,
            path=route.path,
            endpoint=route.path,
            params=list_params(resource, route, variant or {}) | filters,
        )

    @property
    def owner(self) -> Owner:
        """The owner of the items."""
        return self.owned_by or self.reader
