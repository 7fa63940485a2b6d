"""Rows as pandas DataFrames."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import event

from stripe_assets.catalog import catalog
from stripe_assets.mirror import Mirror, MirrorError, Owner, flatten
from stripe_assets.models import (
    Coupon,
    Customer,
    Invoice,
    Price,
    Product,
    TaxRate,
    V2MoneyManagementOutboundPayment,
)
from stripe_assets.models.mapping import relations
from stripe_assets.models.mirrors import the_mirror
from stripe_assets_tests.mirror.small import NOON


def test_a_whole_table(mirror: Mirror) -> None:
    frame = Invoice.frame(mirror=mirror)
    assert len(frame) == mirror.live_rows.count("invoice") > 100
    assert list(frame.columns) == list(relations().columns(Invoice.resource).values())
    assert {"id", "_account_id", "_livemode", "customer_id", "metadata", "total"} <= set(
        frame.columns
    )


def test_dtypes(mirror: Mirror) -> None:
    dtypes = {name: str(dtype) for name, dtype in Invoice.frame(mirror=mirror).dtypes.items()}
    assert dtypes["id"] == dtypes["customer_id"] == dtypes["status"] == "string"
    assert dtypes["total"] == dtypes["subtotal_excluding_tax"] == "Int64"
    assert dtypes["auto_advance"] == dtypes["_livemode"] == "boolean"
    assert dtypes["created"] == dtypes["due_date"] == dtypes["_deleted_at"] == "datetime64[us, UTC]"
    assert dtypes["parent"] == dtypes["metadata"] == "object"
    rates = TaxRate.frame(mirror=mirror)
    assert str(rates.dtypes["percentage"]) == "Float64"
    assert rates["percentage"].dropna().size > 0


def test_an_empty_table_has_the_same_dtypes(mirror: Mirror) -> None:
    all, none = Invoice.frame(mirror=mirror), Invoice.frame(Invoice.id == "none", mirror=mirror)
    assert len(none) == 0 and list(none.dtypes) == list(all.dtypes)
    assert list(
        next(Invoice.frame(Invoice.id == "none", mirror=mirror, chunksize=10)).dtypes
    ) == list(all.dtypes)


def test_values_are_exact(mirror: Mirror) -> None:
    owner = Owner("acct_exact", True)
    price = {
        "id": "price_1",
        "object": "price",
        "created": 1_750_000_000,
        "unit_amount": 9_007_199_254_740_993,
        "unit_amount_decimal": "0.10",
        "metadata": {"a": "b"},
        "active": None,
        "nickname": None,
    }
    mirror.write(
        [flatten(catalog(), "price", [price], owner, NOON, api_version="2026-10-28.endive")]
    )
    row = Price.frame(Price._account_id == "acct_exact", mirror=mirror).iloc[0]
    assert row["unit_amount"] == 9_007_199_254_740_993, "which a float does not have"
    assert type(row["unit_amount_decimal"]) is Decimal and str(row["unit_amount_decimal"]) == "0.10"
    assert row["created"] == pd.Timestamp(datetime.fromtimestamp(1_750_000_000, UTC))
    assert row["metadata"] == {"a": "b"}
    assert (
        row["active"] is pd.NA
        and row["nickname"] is pd.NA
        and row["_deleted_at"] is pd.NaT
        and row["recurring"] is None
    )


def test_a_condition_and_columns(mirror: Mirror) -> None:
    frame = Invoice.frame(
        Invoice.status == "paid", mirror=mirror, columns=["id", Invoice.total, "discount_ids"]
    )
    assert list(frame.columns) == ["id", "total", "discounts"]
    assert 0 < len(frame) < mirror.live_rows.count("invoice")
    of_customers = Invoice.frame(
        Invoice.customer.has(Customer.email.is_not(None)), mirror=mirror, columns=["id"]
    )
    assert 0 < len(of_customers) <= mirror.live_rows.count("invoice")


def test_a_column_whose_attribute_has_another_name(mirror: Mirror) -> None:
    cls = V2MoneyManagementOutboundPayment
    assert list(cls.frame(mirror=mirror, columns=["from_", "from", cls.from_]).columns) == ["from"]


def test_an_unknown_column_is_refused_by_name(mirror: Mirror) -> None:
    with pytest.raises(ValueError, match=r"Invoice has no column 'totl'\. Did you mean total"):
        Invoice.frame(mirror=mirror, columns=["totl"])


def test_tombstones_are_left_out_unless_asked_for(mirror: Mirror) -> None:
    owner = Owner("acct_deleting", True)
    for id, deleted in (("cus_1", False), ("cus_2", True)):
        obj = {"id": id, "object": "customer", **({"deleted": True} if deleted else {})}
        mirror.write(
            [flatten(catalog(), "customer", [obj], owner, NOON, api_version="2026-10-28.endive")]
        )
    mine = Customer._account_id == "acct_deleting"
    assert list(Customer.frame(mine, mirror=mirror)["id"]) == ["cus_1"]
    assert sorted(Customer.frame(mine, mirror=mirror, deleted=True)["id"]) == ["cus_1", "cus_2"]


def test_chunks_are_the_whole(mirror: Mirror) -> None:
    whole = Invoice.frame(mirror=mirror)
    chunks = Invoice.frame(mirror=mirror, chunksize=100)
    assert isinstance(chunks, Iterator)
    parts = list(chunks)
    assert [len(part) for part in parts[:-1]] == [100] * (len(parts) - 1) and 0 < len(
        parts[-1]
    ) <= 100
    assert all(list(part.dtypes) == list(whole.dtypes) for part in parts)
    joined = pd.concat(parts).sort_values("id", ignore_index=True)
    pd.testing.assert_frame_equal(joined, whole.sort_values("id", ignore_index=True))


def test_a_frame_is_one_statement(mirror: Mirror) -> None:
    statements: list[str] = []

    def note(*args: object) -> None:
        if args[2] != "BEGIN":
            statements.append(str(args[2]))

    event.listen(mirror.engine, "before_cursor_execute", note)
    Invoice.frame(mirror=mirror)
    list(Invoice.frame(mirror=mirror, chunksize=10))
    event.remove(mirror.engine, "before_cursor_execute", note)
    assert len(statements) == 2


def test_chunks_do_not_fill_the_memory(mirror: Mirror) -> None:
    """The database returns one chunk at a time.

    A later part of a large table is not read yet when the first chunk is there.
    """
    owner = Owner("acct_large", True)
    products = [
        {"id": f"prod_{number}", "object": "product", "description": "x" * 7000}
        for number in range(3_000)
    ]
    mirror.write(
        [flatten(catalog(), "product", products, owner, NOON, api_version="2026-10-28.endive")]
    )
    program = f"""if True:
        import psutil
        from stripe_assets.mirror import Mirror
        from stripe_assets.models import Coupon, Product
        memory = lambda: psutil.Process().memory_info().rss // 1024
        with Mirror.open({mirror.engine.url.render_as_string(hide_password=False)!r}) as mirror:
            large = Product._account_id == "acct_large"
            list(Coupon.frame(mirror=mirror, chunksize=500))
            if mirror.engine.name == "sqlite":
                with mirror.connection() as connection:
                    connection.exec_driver_sql("PRAGMA cache_size = -100")  # pages that it keeps
            before = memory()
            parts = Product.frame(large, mirror=mirror, chunksize=100)
            used = [(len(part), memory() - before) for part in parts]
            print(sum(rows for rows, _ in used), max(kilobytes for _, kilobytes in used))
    """
    rows, kilobytes = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout.split()
    assert int(rows) == 3_000
    assert int(kilobytes) < 12_000, "all of it would be 20,000 and more"


def test_an_iterator_that_is_left_gives_its_connection_back(mirror: Mirror) -> None:
    chunks = Invoice.frame(mirror=mirror, chunksize=10)
    next(chunks)
    assert mirror.engine.pool.checkedout() == 1  # type: ignore[attr-defined]
    chunks.close()  # type: ignore[attr-defined]
    assert mirror.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_the_mirror_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path}/stripe.db"
    with Mirror.open(url) as mirror:
        coupon = {"id": "half", "object": "coupon", "percent_off": 50.0}
        mirror.write(
            [
                flatten(
                    catalog(),
                    "coupon",
                    [coupon],
                    Owner("acct_1", True),
                    NOON,
                    api_version="2026-10-28.endive",
                )
            ]
        )
    monkeypatch.setenv("STRIPE_ASSETS_DATABASE_URL", url)
    assert list(Coupon.frame()["percent_off"]) == [50.0]
    assert the_mirror() is the_mirror()
    monkeypatch.delenv("STRIPE_ASSETS_DATABASE_URL")
    monkeypatch.chdir(tmp_path)
    assert list(Coupon.frame()["id"]) == ["half"], "stripe.db in the working directory"
    assert the_mirror(mirror) is mirror


def test_a_database_that_is_not_there_is_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRIPE_ASSETS_DATABASE_URL", f"sqlite:///{tmp_path}/nowhere/stripe.db")
    with pytest.raises(MirrorError):
        Product.frame()
