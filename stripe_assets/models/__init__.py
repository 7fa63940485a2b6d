"""Stripe's objects as Python classes: one class per resource, mapped on the mirror's tables.

May import `catalog`, `mirror`, `stripe_api`, `sync` and `keys`. Within the package: `relations` ←
`joins` ← `mapping` ← `mirrors`, `frames`, `place`, `syncing` ← `model`, and `relations` ← `stubs`.

    from sqlalchemy import select
    from sqlalchemy.orm import Session
    from stripe_assets.models import Invoice

    with Session(mirror.engine) as session:
        for invoice in session.scalars(select(Invoice).where(Invoice.status == "open")):
            invoice.customer, invoice.lines, invoice.customer_id

A class is made when it is first named, and mapped with SQLAlchemy's ORM when it is first used. So
an import is quick: it loads neither SQLAlchemy, pandas, dagster nor the stripe SDK. `relations.py`
says which attributes there are besides the columns. Editors and type checkers read `__init__.pyi`,
which `python -m stripe_assets.models` makes.

Rows are for reading only. Change an object through Stripe's API; a sync brings the change.
"""

from __future__ import annotations

from stripe_assets.models.model import Model, model, model_names

__all__ = ["Model", "model"]


def __getattr__(name: str) -> type[Model]:
    found = None if name.startswith("_") else model_names().get(name)
    if found is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
    return model(found)


def __dir__() -> list[str]:
    return sorted([*globals(), *model_names()])
