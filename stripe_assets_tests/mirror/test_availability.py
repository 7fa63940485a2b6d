"""The database stores as text how much of a model Stripe shows. Reading it gives the same value."""

from __future__ import annotations

from typing import get_args

import pytest

from stripe_assets.mirror.availability import (
    AVAILABLE,
    REASONS_SHOWN,
    Availability,
    Kind,
    models_by_reason,
)

ALL = [
    AVAILABLE,
    Availability("incomplete", "/v1/reviews: 500 api_error: No. (req_1)"),
    Availability("refused", "403 no permission: No. (req_1)"),
    Availability("not listed", "Stripe has no list of these"),
    Availability("on demand", "a sweep does not list these"),
    Availability("available", "not /v1/reviews: 403 no permission: No. (req_1)"),
]


def test_every_kind_is_among_the_examples() -> None:
    assert {one.kind for one in ALL} == set(get_args(Kind))


def test_the_text_of_an_earlier_release_for_a_part_says_that_it_is_incomplete() -> None:
    text = "partly: not /v1/reviews: 403: No."
    assert Availability.parse(text) == Availability("incomplete", "not /v1/reviews: 403: No.")


@pytest.mark.parametrize("availability", ALL, ids=lambda one: f"{one.kind} {bool(one.reason)}")
def test_the_text_of_each_kind_is_read_as_the_same_value(availability: Availability) -> None:
    assert Availability.parse(str(availability)) == availability


@pytest.mark.parametrize(
    ("availability", "text", "label", "is_reported"),
    [
        (ALL[0], "available", "available", False),
        (ALL[1], f"incomplete: {ALL[1].reason}", "incomplete", False),
        (ALL[2], ALL[2].reason, "unavailable", True),
        (ALL[3], "not listed: Stripe has no list of these", "not listed", False),
        (ALL[4], "on demand: a sweep does not list these", "on demand", False),
        (ALL[5], f"available: {ALL[5].reason}", "available", True),
    ],
    ids=[f"{one.kind} {bool(one.reason)}" for one in ALL],
)
def test_each_kind_has_its_text_and_its_label(
    availability: Availability, text: str, label: str, is_reported: bool
) -> None:
    assert (str(availability), availability.label) == (text, label)
    assert bool(models_by_reason([("review", availability)])) == is_reported
    assert availability.is_refused == (label == "unavailable")


def test_models_are_grouped_by_reason_without_ids() -> None:
    said = [
        ("review", Availability("refused", "403: No. (req_1)")),
        ("charge", Availability("refused", "403: No. [req_2]")),
        ("charge", Availability("refused", "403: No. [req_3]")),
        ("price", Availability("available", "not /v1/prices: 403: No.")),
        ("refund", Availability("incomplete", "/v1/refunds: 500: No.")),
        ("payout", AVAILABLE),
    ]
    assert models_by_reason(said) == {
        "403: No.": ["charge", "review"],
        "not /v1/prices: 403: No.": ["price"],
    }


def test_a_common_reason_is_shown_once() -> None:
    refused = {(None, "/v1/reviews"): "403: No.", ("acct_1", "/v1/reviews"): "403: No."}
    assert Availability.of_refusals(refused, others=False) == Availability("refused", "403: No.")


def test_different_reasons_have_their_places() -> None:
    refused = {(None, "/v1/reviews"): "403: No.", ("acct_1", "/v1/reviews"): "404: Gone."}
    assert Availability.of_refusals(refused, others=False) == Availability(
        "refused", "/v1/reviews: 403: No.; acct_1 /v1/reviews: 404: Gone."
    )


def test_a_part_that_was_refused_is_always_named() -> None:
    refused = {("acct_1", "/v1/reviews"): "403: No."}
    assert Availability.of_refusals(refused, others=True) == Availability(
        "available", "not acct_1 /v1/reviews: 403: No."
    )


def test_the_first_refusals_are_shown_and_the_others_counted() -> None:
    refused = {(f"acct_{n}", "/v1/reviews"): f"403: No. {n}" for n in range(REASONS_SHOWN + 2)}
    reason = Availability.of_refusals(refused, others=False).reason
    assert (
        reason.endswith("; and for 2 more reasons") and reason.count("/v1/reviews") == REASONS_SHOWN
    )
