"""A decision about the models of an account is a value. A later change makes a new value."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from stripe_assets.sync.planning.freshness import Decision
from stripe_assets.sync.planning.refusals import Refusals

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
MODELS = ("customer", "product", "coupon", "person", "shipping_rate")
"""`person` is listed under accounts. No events are about `shipping_rate`."""
DECISION = Decision(
    MODELS,
    swept=frozenset({"customer", "shipping_rate"}),
    events_since=SINCE,
    kept=frozenset(MODELS),
    reasons={"never swept to the end before": ["customer"]},
)


def test_models_that_are_not_swept_follow_events_where_they_have_some() -> None:
    assert DECISION.followed == ["product", "coupon", "person"]
    assert Decision(MODELS, frozenset()).followed == ["customer", "product", "coupon", "person"]


def test_a_model_that_was_refused_wholly_follows_no_events() -> None:
    refusals = Refusals(wholly={"product": "No."}, partly=frozenset({"coupon"}))
    assert replace(DECISION, refusals=refusals).followed == ["coupon", "person"]


def test_a_finished_model_is_not_swept_and_follows_events() -> None:
    decision = DECISION.with_finished(frozenset({"customer"}))
    assert (decision.swept, decision.finished) == ({"shipping_rate"}, {"customer"})
    assert decision.wanted == DECISION.wanted
    assert "customer" in decision.followed and decision.events_since == SINCE


def test_a_model_that_is_no_longer_finished_is_swept() -> None:
    decision = DECISION.with_finished(frozenset({"customer"})).with_finished(
        frozenset({"shipping_rate"})
    )
    assert (decision.swept, decision.finished) == ({"customer"}, {"shipping_rate"})


def test_without_events_all_models_but_those_under_accounts_are_swept() -> None:
    decision = DECISION.without_events("its events cannot be read")
    assert decision.swept == {"customer", "product", "coupon", "shipping_rate"}
    assert decision.events_since is None and decision.kept == DECISION.kept


def test_without_events_the_reason_names_the_models_that_would_have_followed_them() -> None:
    decision = DECISION.without_events("its events cannot be read")
    assert decision.reasons == {"its events cannot be read": ("product", "coupon", "person")}


def test_without_events_only_models_that_finished_just_now_are_not_swept_again() -> None:
    finished = replace(DECISION, fresh=frozenset({"product", "coupon"})).with_finished(
        frozenset({"customer", "product"})
    )
    decision = finished.without_events("its events cannot be read")
    assert decision.finished == {"product"}
    assert decision.swept == {"customer", "coupon", "shipping_rate"}
