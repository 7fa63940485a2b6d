"""What Stripe has: resources, fields, references, list routes and event types, as data.

Reading the catalog takes the two data files beside this and imports neither stripe nor anything of the other rooms.
`python -m stripe_assets.catalog` makes the files from the installed SDK and the overlay.
"""

from stripe_assets.catalog.catalog import Catalog, UnknownModel, catalog, shapes
from stripe_assets.catalog.model import EventTarget, EventType, Field, Resource, Retrieve, Route

__all__ = [
    "Catalog",
    "EventTarget",
    "EventType",
    "Field",
    "Resource",
    "Retrieve",
    "Route",
    "UnknownModel",
    "catalog",
    "shapes",
]
