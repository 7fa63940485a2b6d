"""Tables of a program's own beside the mirror's, in one database and one session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    aliased,
    foreign,
    mapped_column,
    relationship,
)

from stripe_assets.mirror import Mirror
from stripe_assets.models import Customer, Invoice


class Base(DeclarativeBase):
    pass


class Shop(Base):
    __tablename__ = "shop"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[str]
    customer: Mapped[Customer] = relationship(
        Customer,
        primaryjoin=lambda: foreign(Shop.customer_id) == Customer.id,
        viewonly=True,
        uselist=False,
    )


class OwnCustomer(Base):
    """Its table has the name of one of the mirror's, which is in another schema on PostgreSQL."""

    __tablename__ = "customer"
    id: Mapped[int] = mapped_column(primary_key=True)
    stripe_id: Mapped[str]


@pytest.fixture
def shop(mirror: Mirror) -> Iterator[Session]:
    owned = [Base.metadata.tables["shop"]]
    if mirror.engine.name == "postgresql":
        owned.append(Base.metadata.tables["customer"])
    engine = sa.create_engine(mirror.engine.url)
    Base.metadata.create_all(engine, owned)
    with Session(engine) as session:
        id = session.scalars(
            sa.select(Invoice.customer_id).where(Invoice.customer_id.is_not(None)).limit(1)
        ).one()
        session.add(Shop(id=1, customer_id=id))
        if len(owned) == 2:
            session.add(OwnCustomer(id=1, stripe_id=id))
        session.commit()
        yield session
    Base.metadata.drop_all(engine, owned)
    engine.dispose()


def test_a_relationship_to_a_model(shop: Session) -> None:
    mine = shop.get_one(Shop, 1)
    assert mine.customer.id == mine.customer_id and mine.customer.invoices
    assert (
        shop.scalars(
            sa.select(Shop).join(Shop.customer).where(Customer.id == mine.customer_id)
        ).one()
        is mine
    )


def test_tables_of_the_same_name_in_one_statement(shop: Session) -> None:
    if shop.get_bind().dialect.name != "postgresql":
        pytest.skip("SQLite has one table of a name")
    stripes = aliased(Customer)
    found = shop.execute(
        sa.select(OwnCustomer, stripes).join(stripes, stripes.id == OwnCustomer.stripe_id)
    ).one()
    assert found[0].stripe_id == found[1].id
