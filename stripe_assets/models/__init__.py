"""Stripe's objects as Python classes: one for each resource, mapped with SQLAlchemy's ORM on the mirror's tables.

    from sqlalchemy import select
    from sqlalchemy.orm import Session
    from stripe_assets.models import Invoice

    with Session(mirror.engine) as session:
        for invoice in session.scalars(select(Invoice).where(Invoice.status == "open")):
            invoice.customer, invoice.lines, invoice.customer_id

A class is made when it is first named and mapped when it is first used, its relationships likewise: importing one is quick
and loads neither SQLAlchemy, pandas, dagster nor the stripe SDK. `relations.py` says which attributes there are besides the
columns. Editors and type checkers read `__init__.pyi`, which `python -m stripe_assets.catalog` makes.

Rows are for reading: what changes is written to Stripe, and comes back by a sync.

May import `catalog`, `mirror`, `stripe_api`, `sync` and `keys`.
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
