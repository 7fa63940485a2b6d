"""The database finds the objects that rows refer to and the mirror lacks, for all references."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from stripe_assets.catalog import catalog
from stripe_assets.mirror import Absence, Batch, Gone, Mirror, ObjectRef, Owner
from stripe_assets_tests.mirror.small import OWNER, at, write

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
OTHER = Owner("acct_other", False)


def _missing(
    mirror: Mirror, *owners: Owner, of: Mapping[str, list[str] | None] | None = None
) -> set[tuple[str, str, str]]:
    found = mirror.references.missing(LONG_AGO, owners or [OWNER], of)
    return {(missing.owner.account_id, missing.resource, missing.id) for missing in found}


@contextmanager
def _statements(mirror: Mirror) -> Iterator[list[tuple[str, Any]]]:
    """What the database is asked meanwhile, with the parameters."""
    seen: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if "FROM" in statement:
            seen.append((statement, parameters))

    sa.event.listen(mirror.engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(mirror.engine, "before_cursor_execute", note)


def test_each_item_of_a_list_is_looked_up(mirror: Mirror) -> None:
    write(mirror, "tax_rate", {"id": "txr_1"}, {"id": "txr_2"})
    write(mirror, "line_item", {"id": "il_1", "tax_rates": ["txr_1", "txr_2"], "discounts": []})
    write(
        mirror, "line_item", {"id": "il_2", "tax_rates": ["txr_1", "txr_3"], "discounts": ["di_1"]}
    )
    write(mirror, "line_item", {"id": "il_3", "tax_rates": None})
    assert _missing(mirror) == {
        ("acct_platform", "tax_rate", "txr_3"),
        ("acct_platform", "discount", "di_1"),
    }
    assert _missing(mirror, of={"line_item": ["il_1", "il_3"]}) == set()


def test_one_row_closes_a_reference_with_several_targets(mirror: Mirror) -> None:
    write(mirror, "card", {"id": "card_1"})
    write(mirror, "bank_account", {"id": "ba_1"})
    write(
        mirror,
        "customer",
        *(
            {"id": f"cus_{source}", "default_source": source}
            for source in ("card_1", "ba_1", "card_2")
        ),
    )
    assert {id for _, _, id in _missing(mirror)} == {"card_2"}


def test_a_row_closes_references_of_its_owner_only(mirror: Mirror) -> None:
    write(mirror, "customer", {"id": "cus_1"}, owner=OTHER)
    write(mirror, "coupon", {"id": "fee_1"})
    write(mirror, "invoice", {"id": "in_1", "customer": "cus_1"})
    write(
        mirror,
        "invoice",
        {"id": "in_2", "customer": "cus_1", "application_fee": "fee_1"},
        owner=OTHER,
    )
    write(mirror, "invoice", {"id": "in_3", "application_fee": "fee_2"}, owner=OTHER)
    assert _missing(mirror, OWNER, OTHER) == {
        ("acct_platform", "customer", "cus_1"),
        ("acct_platform", "coupon", "fee_2"),
    }
    assert _missing(mirror) == {("acct_platform", "customer", "cus_1")}


def test_tombstones_and_absences_close_references(mirror: Mirror) -> None:
    write(mirror, "customer", {"id": "cus_1"})
    mirror.write([Batch(gone=[Gone("customer", OWNER, ("cus_1",), at(1))])])
    mirror.references.record_absences(
        {ObjectRef("customer", OWNER, "cus_2"): Absence("No such customer", lasting=True)}
    )
    write(
        mirror,
        "invoice",
        *({"id": f"in_{id}", "customer": id} for id in ("cus_1", "cus_2", "cus_3")),
    )
    assert {id for _, _, id in _missing(mirror)} == {"cus_3"}


def test_a_table_is_read_once_for_all_its_references(mirror: Mirror) -> None:
    write(mirror, "customer", {"id": "cus_1"})
    write(mirror, "invoice", {"id": "in_1", "customer": "cus_1", "application_fee": None})
    with _statements(mirror) as statements:
        assert _missing(mirror, of={"invoice": None, "customer": None, "coupon": None}) == set()
    assert len(statements) == 2


def test_a_target_is_not_read_for_each_row(database_url: str) -> None:
    """PostgreSQL would plan a join by its statistics. It has none for tables just filled."""
    with Mirror.open(database_url) as mirror:
        write(
            mirror,
            "invoice",
            {"id": "in_1", "customer": "cus_1", "default_tax_rates": ["txr_1"]},
            catalog=catalog(),
        )
        with _statements(mirror) as statements:
            _missing(mirror, of={"invoice": None})
        with mirror.connection() as connection:
            explain = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
            plan = "\n".join(
                str(row)
                for row in connection.exec_driver_sql(explain + statements[0][0], statements[0][1])
            )
        assert "tax_rate" in plan
        assert "Join" not in plan
        assert "SCAN target" not in plan


def test_only_rows_written_since_then_are_read(mirror: Mirror) -> None:
    write(mirror, "invoice", {"id": "in_1", "customer": "cus_1"})
    since = datetime.now(UTC)
    write(mirror, "invoice", {"id": "in_2", "customer": "cus_2"})
    assert {missing.id for missing in mirror.references.missing(since, [OWNER])} == {"cus_2"}


def test_a_missing_object_has_the_parents_for_its_route(database_url: str) -> None:
    with Mirror.open(database_url) as mirror:
        customers = [
            {"id": f"cus_{number}", "default_source": f"card_{number}"} for number in (1, 2)
        ]
        write(mirror, "card", {"id": "card_2"}, catalog=catalog())
        write(mirror, "customer", *customers, catalog=catalog())
        assert [
            (missing.id, missing.parents)
            for missing in mirror.references.missing(LONG_AGO, [OWNER], {"customer": None})
        ] == [("card_1", {"customer": "cus_1"})]


def test_an_account_is_its_own_owner(database_url: str) -> None:
    with Mirror.open(database_url) as mirror:
        write(
            mirror,
            "transfer",
            {"id": "tr_1", "destination": "acct_new", "destination_payment": "py_1"},
            catalog=catalog(),
        )
        assert _missing(mirror, of={"transfer": None}) == {
            ("acct_new", "account", "acct_new"),
            ("acct_new", "charge", "py_1"),
        }
