"""What is stored of a model that lacks something, and of a model that has all of it again."""

from __future__ import annotations

import pytest

from stripe_assets_tests.sync.stage import CONNECTED_US, PLATFORM, Stage

INVOICES = "/v1/invoices"


def incomplete(stage: Stage) -> set[tuple[str, str]]:
    """Returns the account and the model of each sweep that the database calls incomplete."""
    return {
        (one.owner.account_id, one.resource)
        for one in stage.mirror.sweeps.results.statuses()
        if one.availability and one.availability.kind == "incomplete"
    }


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """The own account has an invoice and a coupon, and all was read before."""
    stage.make("invoice", {"customer": stage.make("customer"), "status": "draft"})
    stage.make("coupon")
    stage.sync()
    return stage


def test_a_hole_makes_its_model_incomplete_and_the_models_that_come_with_it(stage: Stage) -> None:
    stage.fail(INVOICES, account="")
    results = stage.sync("invoice", "line_item", "customer", mode="full")
    statuses = {name: result.status for name, result in results.items()}
    assert statuses == {"invoice": "incomplete", "line_item": "incomplete", "customer": "ok"}
    assert {(PLATFORM, "invoice"), (PLATFORM, "line_item")} <= incomplete(stage)


def test_a_hole_of_one_account_makes_no_model_of_another_account_incomplete(stage: Stage) -> None:
    stage.fail(INVOICES, account="")
    stage.sync("invoice", mode="full")
    assert incomplete(stage) == {(PLATFORM, "invoice")}
    stage.heal()
    stage.fail(INVOICES, account=CONNECTED_US)
    stage.sync("invoice", mode="full")
    assert incomplete(stage) == {(CONNECTED_US, "invoice")}


def test_models_are_whole_again_when_the_hole_is_read(stage: Stage) -> None:
    stage.fail(INVOICES, account="")
    stage.sync("invoice", "line_item", mode="full")
    stage.heal()
    assert stage.sync("invoice", "line_item")["line_item"].status == "ok"
    assert incomplete(stage) == set()


def test_models_are_whole_again_when_the_hole_was_read_by_a_run_without_them(stage: Stage) -> None:
    stage.fail(INVOICES)
    stage.sync("invoice", "line_item", mode="full")
    stage.heal()
    stage.sync("invoice")
    stage.sync()
    assert stage.mirror.holes.all() == [] and incomplete(stage) == set()


def test_a_model_without_a_list_is_whole_again_when_the_hole_is_read(stage: Stage) -> None:
    stage.fail("/v1/coupons")
    assert stage.sync(mode="full")["discount"].status == "incomplete"
    stage.heal()
    stage.sync("coupon")
    assert stage.sync()["discount"].status == "ok"
    assert stage.mirror.holes.all() == [] and incomplete(stage) == set()
