"""From a row to the rows that it refers to, and back."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session, joinedload, selectinload

from stripe_assets.catalog import catalog, shapes
from stripe_assets.mirror import Mirror, Owner, flatten
from stripe_assets.models import (
    Account,
    ApplicationFee,
    BalanceTransaction,
    Charge,
    CheckoutSession,
    Customer,
    Invoice,
    IssuingAuthorization,
    Product,
    Quote,
    Subscription,
    model,
)
from stripe_assets.models.mapping import relations
from stripe_assets_tests.generated import Generator
from stripe_assets_tests.mirror.small import NOON


@pytest.fixture
def statements(mirror: Mirror) -> Iterator[list[str]]:
    """The statements that the database gets."""
    found: list[str] = []

    def note(*args: object) -> None:
        if args[2] != "BEGIN":
            found.append(str(args[2]))

    event.listen(mirror.engine, "before_cursor_execute", note)
    yield found
    event.remove(mirror.engine, "before_cursor_execute", note)


def test_a_reference_and_what_refers_back(session: Session) -> None:
    invoice = session.scalars(
        sa.select(Invoice).where(Invoice.subscription_id.is_not(None)).limit(1)
    ).one()
    assert invoice.customer and (invoice.customer.id, invoice.customer._account_id) == (
        invoice.customer_id,
        invoice._account_id,
    )
    assert invoice in invoice.customer.invoices
    assert invoice.subscription and invoice.subscription.customer is invoice.customer
    assert invoice.subscription in invoice.customer.subscriptions
    assert {one.customer_id for one in invoice.customer.invoices} == {invoice.customer_id}


def test_a_reference_to_nothing_is_none(session: Session) -> None:
    invoice = session.scalars(
        sa.select(Invoice).where(Invoice.latest_revision_id.is_(None)).limit(1)
    ).one()
    assert invoice.latest_revision is None and invoice.default_source is None


def test_a_reference_to_a_row_that_is_there_asks_the_database_once(
    session: Session, statements: list[str]
) -> None:
    invoices = session.scalars(sa.select(Invoice).where(Invoice.customer_id.is_not(None))).all()
    customer = invoices[0].customer
    before = len(statements)
    assert customer and all(one.customer is customer for one in customer.invoices)
    assert len(statements) == before + 1


def test_relations_are_joined_and_loaded_ahead(session: Session, statements: list[str]) -> None:
    query = (
        sa.select(Invoice)
        .join(Invoice.customer)
        .where(Customer.id.is_not(None), Invoice.lines.any())
    )
    found = session.scalars(
        query.options(joinedload(Invoice.customer), selectinload(Invoice.lines)).limit(20)
    ).all()
    asked = len(statements)
    assert len(found) == 20 and all(one.customer and one.lines for one in found)
    assert len(statements) == asked == 2


def test_an_account_is_its_own_owner(session: Session) -> None:
    fee = session.scalars(sa.select(ApplicationFee).limit(1)).one()
    assert fee.account and fee.account.id == fee.account._account_id == fee.account_id
    assert fee in fee.account.application_fees


def test_what_another_account_owns(session: Session) -> None:
    """A fee belongs to the platform, its charge to the account that the fee names."""
    charge = session.scalars(
        sa.select(Charge).where(Charge.application_fee_id.is_not(None)).limit(1)
    ).first()
    assert charge and charge.application_fee
    assert charge.application_fee._account_id == "acct_1SandboxPlatform" != charge._account_id
    assert charge.application_fee.charge is charge
    assert charge in charge.application_fee.charges


def test_a_union_is_found_by_the_id(session: Session) -> None:
    found = Counter[str]()
    for transaction in session.scalars(
        sa.select(BalanceTransaction).where(BalanceTransaction.source_id.is_not(None)).limit(200)
    ):
        if transaction.source:
            assert transaction.source.id == transaction.source_id
            found[type(transaction.source).__name__] += 1
    assert found["Charge"] and found["Payout"], found


def test_a_union_refers_back_by_the_name_of_its_field(session: Session) -> None:
    charge = session.scalars(
        sa.select(Charge).where(Charge.balance_transaction_id.is_not(None)).limit(1)
    ).one()
    assert charge.balance_transaction in charge.balance_transactions_by_source
    assert charge.balance_transaction and charge.balance_transaction.charges == [charge]


def test_a_list_of_references_is_in_order(session: Session) -> None:
    authorization = session.scalars(
        sa.select(IssuingAuthorization)
        .where(sa.func.length(sa.cast(IssuingAuthorization.balance_transaction_ids, sa.Text)) > 4)
        .limit(1)
    ).one()
    ids = authorization.balance_transaction_ids
    assert ids and [one.id for one in authorization.balance_transactions] == ids
    subscription = session.scalars(sa.select(Subscription).limit(1)).one()
    assert [one.id for one in subscription.discounts] == subscription.discount_ids


def test_a_sublist_is_in_order_and_without_tombstones(mirror: Mirror, session: Session) -> None:
    invoice = session.scalars(sa.select(Invoice).where(Invoice.lines.any()).limit(50)).all()
    longest = max(invoice, key=lambda one: len(one.lines))
    assert len(longest.lines) > 1 and [one._position for one in longest.lines] == list(
        range(len(longest.lines))
    )
    assert [one.id for one in longest.lines] == [
        one["id"] for one in longest.stripe_data["lines"]["data"]
    ]
    assert longest.lines[0]._parent is longest and longest.lines[0].invoice is longest

    obj = longest.stripe_data
    owner = Owner(longest._account_id, longest._livemode)
    kept, whole = obj["lines"]["data"][:1], [*obj["lines"]["data"]]
    later = longest._observed_at + timedelta(minutes=1) if longest._observed_at else NOON
    for minutes, lines in ((0, kept), (1, whole)):  # at last as before, for the other tests
        obj["lines"]["data"] = lines
        at = later + timedelta(minutes=minutes)
        mirror.write(
            [flatten(catalog(), "invoice", [obj], owner, at, api_version="2026-10-28.endive")]
        )
        session.rollback()
        session.expire_all()
        assert [one.id for one in longest.lines] == [one["id"] for one in lines]


def test_a_sublist_of_several_models(session: Session) -> None:
    accounts = session.scalars(sa.select(Account)).all()
    assert any(account.external_accounts for account in accounts)
    for account in accounts:
        listed = account.stripe_data.get("external_accounts")
        assert (
            [one.id for one in account.external_accounts] == [one["id"] for one in listed["data"]]
            if listed
            else True
        )
        assert all(
            one._parent is account and one._account_id == account.id
            for one in account.external_accounts
        )


def test_a_sublist_that_is_no_field_of_its_items(session: Session) -> None:
    checkout = session.scalars(
        sa.select(CheckoutSession).where(CheckoutSession.line_items.any()).limit(1)
    ).one()
    assert checkout.line_items[0]._parent is checkout
    quote = session.scalars(
        sa.select(Quote).where(Quote.computed_upfront_line_items.any()).limit(1)
    ).one()
    assert not {one.id for one in quote.line_items} & {
        one.id for one in quote.computed_upfront_line_items
    }


def test_a_sublist_that_has_its_own_list_is_found_by_what_its_items_name(session: Session) -> None:
    charge = session.scalars(sa.select(Charge).where(Charge.refunds.any()).limit(1)).one()
    assert [refund.charge_id for refund in charge.refunds] == [charge.id] * len(charge.refunds)


def test_a_nested_list_whose_items_name_no_parent(session: Session) -> None:
    product = session.scalars(
        sa.select(Product).where(Product.product_features.any()).limit(1)
    ).one()
    assert all(one._parent is product for one in product.product_features)


def test_names() -> None:
    """Only a reference that has the name of its target gets the plain name."""

    def reverse(name: str, child: str) -> set[str]:
        return {
            one.name
            for one in relations().of(catalog()[name]).values()
            if one.targets == (child,) and one.kind == "reverse"
        }

    assert reverse("customer", "invoice") == {"invoices"}
    assert reverse("payment_method", "invoice") == {"invoices_by_default_payment_method"}
    assert reverse("balance_transaction", "charge") == {
        "charges",
        "charges_by_failure_balance_transaction",
    }
    assert reverse("payout", "balance_transaction") == {
        "balance_transactions",
        "balance_transactions_by_source",
    }
    assert reverse("account", "charge") == {"charges_by_on_behalf_of", "charges_by_source"}
    assert reverse("test_helpers.test_clock", "customer") == {"customers"}
    assert reverse("customer", "tax_id") == {"tax_ids_by_customer"}, "tax_ids is the sublist"
    assert reverse("customer", "subscription") == {"subscriptions"}, (
        "the sublist and what refers back are the same"
    )


def test_no_name_is_there_twice_and_every_reference_is_a_relation() -> None:
    for resource in catalog().resources.values():
        found = relations().of(resource)
        assert not found.keys() & relations().columns(resource).keys()
        assert all(name.isidentifier() for name in found)
        for field in resource.fields:
            if field.kind in ("reference", "references") and field.targets:
                assert found[field.name].targets == field.targets
                for target in field.targets if field.kind == "reference" else ():
                    back = relations().of(catalog()[target]).values()
                    assert any(
                        one.field == field and one.targets == (resource.name,) for one in back
                    ), (resource.name, field.name)


def test_what_is_no_join_belongs_to_the_rows_own_owner() -> None:
    """A property looks for rows of that owner only."""
    for resource in catalog().resources.values():
        for relation in relations().of(resource).values():
            if not relation.joinable and relation.field is not None:
                assert relation.field.owner == "own"
                assert relation.kind != "references" or len(relation.targets) == 1


def test_every_relation_of_every_model_can_be_read(mirror: Mirror) -> None:
    owner = Owner("acct_generated", True)
    generated = {
        name: Generator(shapes(), seed=len(name)).object(name) for name in catalog().resources
    }
    mirror.write(
        [
            flatten(catalog(), name, [obj], owner, NOON, api_version="2026-10-28.endive")
            for name, obj in generated.items()
        ]
    )
    with Session(mirror.engine) as session:
        for name, resource in catalog().resources.items():
            cls = model(name)
            row = session.scalars(sa.select(cls).where(cls._livemode).limit(1)).one()  # type: ignore[attr-defined]
            for relation in relations().of(resource).values():
                value = getattr(row, relation.name)
                assert (
                    isinstance(value, list)
                    if relation.many
                    else value is None or type(value).resource.name in relation.targets
                )
    with mirror.transaction() as connection:
        for table in mirror.tables.values():
            connection.execute(table.delete().where(table.c._livemode))


def test_a_pickled_row_keeps_what_was_loaded(tmp_path: Path) -> None:
    objects = {
        "invoice": {"id": "in_1", "total": 5, "customer": "cus_1"},
        "customer": {"id": "cus_1"},
    }
    with (
        Mirror.open(f"sqlite:///{tmp_path}/mirror.db") as mirror,
        Session(mirror.engine) as session,
    ):
        for name, obj in objects.items():
            mirror.write(
                [
                    flatten(
                        catalog(),
                        name,
                        [obj],
                        Owner("acct_1", True),
                        NOON,
                        api_version="2026-10-28.endive",
                    )
                ]
            )
        invoice = session.get_one(Invoice, ("acct_1", True, "in_1"))
        assert invoice.customer
        pickled = pickle.dumps(invoice)
    program = """if True:
        import pickle, sys
        invoice = pickle.load(sys.stdin.buffer)
        print(invoice.id, invoice.total, invoice.customer.id)
    """
    printed = subprocess.run(
        [sys.executable, "-c", program], input=pickled, check=True, capture_output=True
    ).stdout
    assert printed.decode().split() == ["in_1", "5", "cus_1"]


def test_threads_that_begin_together(mirror: Mirror) -> None:
    def read(_: int) -> list[object]:
        with Session(mirror.engine) as session:
            payouts = session.scalars(sa.select(model("treasury.outbound_payment")))
            return [one.financial_account for one in payouts]  # type: ignore[attr-defined]

    with ThreadPoolExecutor(8) as pool:
        assert len(list(pool.map(read, range(8)))) == 8
