"""What Stripe has, as data: resources with their fields, references, lists and retrieve routes, and
event types.

It imports nothing of the other packages, and not the stripe SDK: the generator parses the SDK's
source files.

- `model`: the records. `catalog`: the loaded catalog. `roles`, `limits`: constants. Both data files
  are JSON.
- `upstreams`, `lists`, `retrieval`, `incremental`: what follows from the records alone.
- `generator`, `overlay`, `generate`, `codec`: how `python -m stripe_assets.catalog` makes the data
  files from the installed SDK and from hand-written facts.
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
