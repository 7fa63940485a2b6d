"""Values are exact on both databases. A value that does not fit its column stays in `_extra`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from stripe_assets.mirror import Mirror
from stripe_assets.mirror.tables.instant_text import instant_text, instant_texts
from stripe_assets_tests.mirror.small import OWNER, write
from stripe_assets_tests.stored import stored_object


def _there_and_back(mirror: Mirror, name: str, field: str, value: Any) -> tuple[Any, Any]:
    """(the column's value, the field as read back)"""
    write(mirror, name, {"id": "x_1", field: value})
    table = mirror.tables[name]
    with mirror.engine.connect() as connection:
        stored = connection.execute(sa.select(table.c[field])).scalar_one()
    back = stored_object(mirror, name, OWNER, "x_1")
    assert back is not None
    return stored, back[field]


@pytest.mark.parametrize(
    "text", ["Zoë 漢字 🎉👩‍👩‍👧‍👦", "", "null", "a'b\"c\\d %s ? :x \\u0000", "\x7f\u2028\n"]
)
def test_text_in_any_language(mirror: Mirror, text: str) -> None:
    assert _there_and_back(mirror, "customer", "name", text) == (text, text)


@pytest.mark.parametrize("amount", [0, 1099, 2**53 + 1, 2**63 - 1, -(2**63)])
def test_amounts_of_64_bits(mirror: Mirror, amount: int) -> None:
    assert _there_and_back(mirror, "customer", "balance", amount) == (amount, amount)


@pytest.mark.parametrize("currency, amount", [("jpy", 500), ("kwd", 1005), ("usd", 1005)])
def test_amounts_stay_in_the_minor_unit(mirror: Mirror, currency: str, amount: int) -> None:
    write(mirror, "customer", {"id": "cus_1", "currency": currency, "balance": amount})
    back = stored_object(mirror, "customer", OWNER, "cus_1")
    assert back and (back["currency"], back["balance"]) == (currency, amount)


@pytest.mark.parametrize(
    "text",
    ["12.50", "0", "0.000000000001", "-1.10", "123456789012345678901234567890.123456789012", "100"],
)
def test_decimals_keep_their_digits(mirror: Mirror, text: str) -> None:
    assert _there_and_back(mirror, "tax_rate", "exact", text) == (Decimal(text), text)


@pytest.mark.parametrize("text", ["1E+3", "+5", ".5", "007", "-0.00"])
def test_a_decimal_in_another_form_keeps_its_form(mirror: Mirror, text: str) -> None:
    assert _there_and_back(mirror, "tax_rate", "exact", text) == (Decimal(text), text)


@pytest.mark.parametrize("seconds", [0, 1_793_178_000, -86_400, 253_402_300_799])
def test_timestamps_of_v1(mirror: Mirror, seconds: int) -> None:
    stored, back = _there_and_back(mirror, "customer", "created", seconds)
    assert (stored, back) == (
        datetime.fromtimestamp(seconds, UTC),
        seconds,
    ) and stored.tzinfo is not None


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-28T09:00:00.000Z",
        "2026-10-28T09:00:00.123Z",
        "2026-10-28T09:00:00.123456Z",
        "2026-10-28T09:00:00Z",
    ],
)
def test_timestamps_of_v2_keep_their_fractions_and_their_form(mirror: Mirror, text: str) -> None:
    assert _there_and_back(mirror, "v2.thing", "created", text) == (
        datetime.fromisoformat(text),
        text,
    )


@pytest.mark.parametrize(
    "text", ["0", "9223372036854775807", "-9223372036854775808", "9007199254740993"]
)
def test_integers_of_v2_come_back_as_strings(mirror: Mirror, text: str) -> None:
    assert _there_and_back(mirror, "v2.thing", "size", text) == (int(text), text)


@pytest.mark.parametrize("text", ["007", "+5", " 5", "-0"])
def test_an_integer_of_v2_in_another_form_keeps_its_form(mirror: Mirror, text: str) -> None:
    assert _there_and_back(mirror, "v2.thing", "size", text) == (int(text), text)


@pytest.mark.parametrize("number", [0.1, 8.875, 1e-300, 1.7976931348623157e308, 3, 2**53 + 1])
def test_floats(mirror: Mirror, number: float) -> None:
    assert _there_and_back(mirror, "coupon", "percent_off", number)[1] == number


@pytest.mark.parametrize(
    "value",
    [
        {"k": [1, 2.5, 2**53 + 1, 2**63 - 1, True, None, "🎉", 1e300]},
        [],
        "text",
        7,
        0.1,
        False,
        {"": {"a b": "ключ"}},
    ],
)
def test_json_is_exact(mirror: Mirror, value: Any) -> None:
    assert _there_and_back(mirror, "customer", "metadata", value) == (value, value)


@pytest.mark.parametrize(
    "name, field, value",
    [
        ("customer", "balance", "12 euros"),
        ("customer", "balance", 2**63),
        ("customer", "balance", 1.5),
        ("customer", "balance", True),
        ("customer", "created", "yesterday"),
        ("customer", "created", 10**18),
        ("customer", "name", 5),
        ("customer", "name", {"first": "Ada"}),
        ("customer", "livemode", "yes"),
        ("coupon", "percent_off", "10%"),
        ("tax_rate", "exact", "a lot"),
        ("tax_rate", "exact", {"value": "1"}),
        ("v2.thing", "created", "2026-10-28T09:00:00"),
        ("v2.thing", "size", "9223372036854775808"),
        ("line_item", "tax_rates", [5]),
    ],
)
def test_a_value_of_another_type_is_kept_in_extra(
    mirror: Mirror, name: str, field: str, value: Any
) -> None:
    write(mirror, name, {"id": "x_1", field: value}, {"id": "x_2"})
    table = mirror.tables[name]
    back = stored_object(mirror, name, OWNER, "x_1")
    assert back and back[field] == value
    if field in table.c:
        with mirror.engine.connect() as connection:
            assert (
                connection.execute(
                    sa.select(table.c[field]).where(table.c.id == "x_1")
                ).scalar_one()
                is None
            )
    assert mirror.live_rows.count(name, OWNER) == 2


def test_a_value_that_fits_again_leaves_extra(mirror: Mirror) -> None:
    write(mirror, "customer", {"id": "cus_1", "balance": "many"})
    write(mirror, "customer", {"id": "cus_1", "balance": 3})
    back = stored_object(mirror, "customer", OWNER, "cus_1")
    assert back and back["balance"] == 3


def test_unknown_fields_survive(mirror: Mirror) -> None:
    unknown = {"brand_new": {"nested": [1, "🎉"]}, "flag": False, "nothing": None}
    write(mirror, "customer", {"id": "cus_1", **unknown})
    back = stored_object(mirror, "customer", OWNER, "cus_1")
    assert back and {name: back[name] for name in unknown} == unknown


def test_times_compare_in_queries(mirror: Mirror) -> None:
    write(mirror, "customer", {"id": "a", "created": 100}, {"id": "b", "created": 200})
    table = mirror.tables["customer"]
    query = sa.select(table.c.id).where(table.c.created > datetime.fromtimestamp(150, UTC))
    with mirror.engine.connect() as connection:
        assert connection.execute(query).scalars().all() == ["b"]


SECOND, MIDNIGHT, FIRST = (
    datetime(2026, 10, 28, 9, 0, 1, tzinfo=UTC),
    datetime(2026, 10, 28, tzinfo=UTC),
    datetime(1, 1, 1, tzinfo=UTC),
)
FRACTION, ELSEWHERE = (
    SECOND.replace(microsecond=5),
    SECOND.astimezone(timezone(timedelta(hours=-3))),
)


@pytest.mark.parametrize(
    "column",
    [
        [],
        [None, None],
        [SECOND],
        [FIRST, None, SECOND, MIDNIGHT, None],
        [SECOND, FRACTION],
        [SECOND, ELSEWHERE],
        [ELSEWHERE, None],
        [SECOND, SECOND.replace(tzinfo=None)],
        [SECOND, SECOND.astimezone(timezone(timedelta(seconds=20)))],
    ],
)
def test_a_column_of_times_equals_its_single_times(
    column: list[datetime | None],
) -> None:
    assert list(instant_texts(column)) == [
        None if value is None else instant_text(value) for value in column
    ]
    assert instant_text(ELSEWHERE) == instant_text(SECOND) == "2026-10-28 09:00:01.000000+00:00"


def test_a_nul_in_text_does_not_fail_the_page(mirror: Mirror) -> None:
    """PostgreSQL's text cannot hold it; nothing else of the page suffers."""
    write(
        mirror,
        "customer",
        {"id": "cus_1", "name": "a\x00b", "metadata": {"k": "\\u0000 \x00"}},
        {"id": "cus_2", "name": "whole"},
    )
    back = stored_object(mirror, "customer", OWNER, "cus_1")
    assert (
        back
        and back["name"] in ("a\x00b", "a\ufffdb")
        and back["metadata"]["k"] in ("\\u0000 \x00", "\\u0000 \ufffd")
    )
