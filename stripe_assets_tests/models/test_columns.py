"""The attributes of a row are its columns, with any engine."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session, aliased
from sqlalchemy.orm.exc import DetachedInstanceError

from stripe_assets import models
from stripe_assets.catalog import catalog
from stripe_assets.mirror import Mirror, Owner
from stripe_assets.models.mapping import map_class, relations
from stripe_assets.models.relations import NAMES_OF_MODEL
from stripe_assets_tests.stored import stored_object

Row = Any


@pytest.fixture
def invoice(session: Session) -> Row:
    invoice: Any = models.Invoice
    return session.scalars(
        sa.select(invoice)
        .where(invoice.status == "paid", invoice.subscription_id.is_not(None))
        .limit(1)
    ).one()


def test_every_column_of_every_table_is_an_attribute() -> None:
    for resource in catalog().resources.values():
        cls: Any = getattr(models, resource.class_name)
        columns = {
            attribute.key: attribute.columns[0].name for attribute in sa.inspect(cls).column_attrs
        }
        assert columns == relations().columns(resource)
        assert set(columns.values()) == set(relations().layout.columns(resource))
        assert not set(columns) & set(type.__dir__(models.Model)), (
            f"{resource.name} has a column that hides what every class has"
        )


def test_every_name_that_a_class_uses_itself_is_reserved() -> None:
    """`relations.py` lists them: it is below the module with the class."""
    names = {*type.__dir__(models.Model), *models.Model.__annotations__}
    assert {name for name in names if not name.startswith("__")} == NAMES_OF_MODEL


def test_values_have_their_types(invoice: Row) -> None:
    assert isinstance(invoice.created, datetime) and invoice.created.tzinfo is UTC
    assert isinstance(invoice.total, int) and isinstance(invoice.auto_advance, bool)
    assert isinstance(invoice.customer.metadata, dict) and isinstance(invoice.parent, dict)
    assert (
        invoice._account_id == "acct_1SandboxPlatform"
        and invoice._livemode is False
        and invoice._deleted_at is None
    )
    assert isinstance(invoice._observed_at, datetime)


def test_decimals_are_exact(session: Session) -> None:
    cls: Any = models.Price
    found = session.scalars(
        sa.select(cls.unit_amount_decimal).where(cls.unit_amount_decimal.is_not(None))
    ).all()
    assert found and all(type(value) is Decimal for value in found)


def test_a_column_that_is_a_word_of_python_has_an_underscore() -> None:
    cls: Any = models.V2MoneyManagementOutboundPayment
    assert cls.from_.property.columns[0].name == "from"


def test_a_session_on_an_engine_of_the_callers_own(mirror: Mirror, invoice: Row) -> None:
    engine = sa.create_engine(mirror.engine.url)
    with Session(engine) as session:
        same = session.get_one(models.Invoice, (invoice._account_id, invoice._livemode, invoice.id))
        assert (same.metadata, same.created, same.total, same.lines[0].id) == (
            invoice.metadata,
            invoice.created,
            invoice.total,
            invoice.lines[0].id,
        )
    engine.dispose()


def test_core_and_orm_statements(mirror: Mirror) -> None:
    cls: Any = models.Invoice
    other = aliased(cls)
    with mirror.connection() as connection:
        assert connection.scalar(
            sa.select(sa.func.count()).select_from(cls)
        ) == mirror.live_rows.count("invoice")
        query = sa.select(cls.id).where(
            ~sa.exists().where(other.id == cls.id, other.total > cls.total)
        )
        assert len(connection.scalars(query).all()) == mirror.live_rows.count("invoice")


def test_a_statement_looks_into_json(session: Session) -> None:
    cls = models.Customer
    names = session.scalars(sa.select(cls.invoice_settings["footer"].as_string()).limit(5)).all()
    assert len(names) == 5
    some = session.scalars(
        sa.select(cls).where(cls.address["country"].as_string().is_not(None)).limit(3)
    ).all()
    assert some and all(one.address["country"] for one in some)


def test_stripe_data_is_the_object(mirror: Mirror, session: Session, invoice: Row) -> None:
    owner = Owner(invoice._account_id, invoice._livemode)
    assert invoice.stripe_data == stored_object(mirror, "invoice", owner, invoice.id)
    assert invoice.stripe_data["lines"]["data"][0]["object"] == "line_item"


def test_stripe_data_takes_a_statement_and_one_for_each_kind_of_item(
    mirror: Mirror, session: Session, invoice: Row
) -> None:
    statements: list[str] = []
    count = lambda *args: statements.append(args[2])  # noqa: E731
    event.listen(mirror.engine, "before_cursor_execute", count)
    assert len(invoice.stripe_data["lines"]["data"]) >= 1
    event.remove(mirror.engine, "before_cursor_execute", count)
    assert len(statements) == 3  # the invoice, its lines, its payments


def test_a_row_without_a_session_says_so(session: Session, invoice: Row) -> None:
    session.expunge(invoice)
    for read in (lambda: invoice.stripe_data, lambda: invoice.discounts, lambda: invoice.customer):
        with pytest.raises(DetachedInstanceError):
            read()


def test_a_row_shows_what_it_is(session: Session, invoice: Row) -> None:
    shown = f"<Invoice {invoice.id} (acct_1SandboxPlatform, test)>"
    assert repr(invoice) == shown
    session.expire(invoice)
    session.expunge(invoice)
    assert "Invoice" in repr(invoice), "showing a row reads nothing"


def test_rows_are_for_reading(session: Session, invoice: Row) -> None:
    invoice.status = "void"
    with pytest.raises(TypeError, match=f"{invoice.id}.*for reading"):
        session.flush()
    session.rollback()
    session.delete(invoice)
    with pytest.raises(TypeError, match="for reading"):
        session.flush()


def test_a_misspelt_attribute_is_an_error(invoice: Row) -> None:
    with pytest.raises(AttributeError, match="'Invoice' object has no attribute 'custmer'"):
        _ = invoice.custmer
    with pytest.raises(AttributeError, match="'Invoice' has no attribute 'custmer'"):
        _ = models.Invoice.custmer  # type: ignore[attr-defined]


def test_mapping_twice_does_nothing() -> None:
    assert map_class(models.Invoice)
