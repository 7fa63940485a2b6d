"""Which models an incremental run sweeps in full, and from which time on the others follow
events."""

from __future__ import annotations

import pytest

from stripe_assets.mirror import AVAILABLE, Owner
from stripe_assets.sync import SyncAborted
from stripe_assets.sync.engine.holes import FEED
from stripe_assets_tests.sync.stage import CONNECTED_US, KEY_REVOKED, PLATFORM, Stage

DAY = 86_400


def test_each_account_has_a_cursor_of_its_own(stage: Stage) -> None:
    stage.sync("customer", connected="all")
    stage.wait(DAY)
    stage.sync("customer", connected="none")
    stage.wait(DAY)
    stage.make("customer")
    stage.make("customer", account=CONNECTED_US)
    stage.sync("customer")
    own, connected = (Owner(name, False) for name in (PLATFORM, CONNECTED_US))
    since = {
        entry["stripe_account"]: entry["query"]
        for entry in stage.sandbox.log()
        if entry["path"] == "/v1/events"
    }
    gte = {
        account: int(query.partition("created%5Bgte%5D=")[2]) for account, query in since.items()
    }
    assert gte[None] - gte[CONNECTED_US] == pytest.approx(DAY, abs=120)
    current = stage.mirror.sweeps.current_until([own, connected])
    assert current[own, "customer"] == current[connected, "customer"]
    assert len(stage.alive("customer", PLATFORM)) == len(stage.alive("customer", CONNECTED_US)) == 1


def test_a_new_connected_account_is_swept_in_full(stage: Stage) -> None:
    stage.sync("customer", "product")
    stage.wait(DAY)
    stage.make("account", {"id": "acct_1New"})
    customer = stage.make("customer", account="acct_1New", event=False)
    stage.sync("customer", "product")
    assert stage.alive("customer", "acct_1New") == {customer}
    assert stage.asked("/v1/customers", account="acct_1New") and stage.asked(
        "/v1/products", account="acct_1New"
    )
    assert not stage.asked("/v1/customers", account=CONNECTED_US)
    assert any("never swept" in line for line in stage.plan.lines())
    stage.sync("customer", "product")
    assert not stage.asked("/v1/customers"), "it follows events like the others"


def test_a_cursor_older_than_the_events_leads_to_a_full_sweep_with_the_reason(stage: Stage) -> None:
    stage.make("customer")
    stage.sync("customer", "product")
    unseen, gone = stage.make("customer", {"name": "Unseen"}), stage.make("product", event=False)
    stage.wait(365 * DAY)
    results = stage.sync("customer", "product")
    [said] = [line for line in stage.plan.lines() if "30 days" in line]
    assert "swept in full" in said and "not known" in said
    assert {result.status for result in results.values()} == {"ok"}
    assert unseen in stage.alive("customer") and gone in stage.alive("product")
    assert stage.asked("/v1/customers?") and stage.asked("/v1/products?")
    assert not stage.asked("/v1/events"), "Stripe no longer has the events of the gap"
    stage.sync("customer", "product")
    assert not any("swept in full" in line for line in stage.plan.lines())


def test_the_cursors_of_an_account_stay_where_a_page_of_its_events_cannot_be_read(
    stage: Stage,
) -> None:
    customers = [f"cus_{n:03}" for n in range(150)]
    stage.make_many("customer", customers, account=CONNECTED_US)
    stage.make_many("customer", ["cus_own"])
    stage.wait(DAY)
    stage.sync("customer")
    stage.wait(DAY)
    for account, ids in ((CONNECTED_US, customers), (PLATFORM, ["cus_own"])):
        stage.batch(
            (
                "objects/change",
                {"resource": "customer", "id": id, "changes": {"name": "New"}, "account": account},
            )
            for id in ids
        )
    stage.fail("/v1/events", skip=1, account=CONNECTED_US)
    assert stage.sync("customer")["customer"].status == "incomplete"
    assert not stage.asked("/v1/customers?"), "nothing is swept"
    assert stage.value("customer", "cus_own", "name") == "New"
    (hole,) = stage.mirror.holes.all()
    assert (hole.owner.account_id, hole.key) == (CONNECTED_US, FEED)
    stage.heal()
    assert stage.sync("customer")["customer"].status == "ok"
    assert {stage.value("customer", id, "name", CONNECTED_US) for id in customers} == {"New"}
    assert stage.mirror.holes.all() == []


def test_models_that_were_never_swept_are_swept(stage: Stage) -> None:
    stage.make("customer")
    product = stage.make("product", event=False)
    stage.sync("customer")
    stage.wait(DAY)
    stage.sync("customer", "product")
    assert stage.alive("product") == {product}
    assert [line for line in stage.plan.lines() if "product" in line and "never swept" in line]
    assert not stage.asked("/v1/customers?")


def test_events_of_other_models_stay_pending_for_the_run_of_those_models(stage: Stage) -> None:
    stage.sync("customer", "product")
    stage.wait(DAY)
    customer, product = stage.make("customer"), stage.make("product")
    stage.sync("customer")
    assert stage.alive("customer") == {customer} and stage.alive("product") == set()
    assert [stage.state(event).state for event in stage.events("product.created")] == ["pending"]
    stage.wait(DAY)
    stage.sync("product")
    assert stage.alive("product") == {product}
    assert [stage.state(event).state for event in stage.events("product.created")] == ["processed"]


def test_a_run_of_one_model_does_not_move_the_cursors_of_others(stage: Stage) -> None:
    stage.sync("customer", "product")
    stage.wait(20 * DAY)
    stage.sync("customer")
    stage.wait(20 * DAY)
    product = stage.make("product", event=False)
    stage.sync("customer", "product")
    assert stage.alive("product") == {product}, "its last sync was 40 days ago"
    assert not stage.asked("/v1/customers?")


def test_a_full_run_sweeps_however_current_the_mirror_is(stage: Stage) -> None:
    stage.sync("customer")
    customer = stage.make("customer", event=False)
    stage.sync("customer")
    assert stage.alive("customer") == set()
    stage.sync("customer", mode="full")
    assert stage.alive("customer") == {customer} and not stage.asked("/v1/events")


def test_a_cursor_close_to_the_end_of_the_retention_is_too_old(stage: Stage) -> None:
    stage.sync("customer")
    stage.wait(30 * DAY - 1800)
    customer = stage.make("customer", event=False)
    stage.sync("customer")
    assert stage.alive("customer") == {customer}


def test_a_model_follows_events_from_the_start_of_its_interrupted_sweep(
    stage: Stage,
) -> None:
    stage.make_many("customer", [f"cus_{n:03}" for n in range(150)])
    stage.wait(DAY)
    stage.fail("/v1/customers?*starting_after*", **KEY_REVOKED)
    with pytest.raises(SyncAborted, match="401"):
        stage.sync("customer", connected="none")
    stage.heal()
    read = stage.alive("customer")
    assert len(read) == 100
    stage.wait(3600)
    stage.change("customer", min(read), {"name": "New"})
    stage.wait(3600)
    stage.fail("/v1/events*", status=403)
    assert stage.sync("customer", connected="none")["customer"].status == "ok"
    assert any("never swept" in line for line in stage.plan.lines())
    assert (
        len(stage.alive("customer")) == 150 and stage.value("customer", min(read), "name") is None
    )
    stage.heal()
    stage.wait(3600)
    stage.sync("customer", connected="none")
    assert stage.value("customer", min(read), "name") == "New"


def test_where_events_are_refused_everything_is_swept_and_the_reason_is_logged(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.sync("customer")
    stage.wait(DAY)
    customer = stage.make("customer")
    stage.fail(
        "/v1/events", status=403, type="invalid_request_error", message="May not read events."
    )
    assert stage.sync("customer")["customer"].status == "ok"
    assert stage.alive("customer") == {customer}
    assert any("May not read events." in line for line in caplog.messages)


def test_a_model_that_was_refused_stays_unavailable_with_its_reason(stage: Stage) -> None:
    stage.fail("/v1/products", status=403, type="invalid_request_error", message="No.")
    for _ in range(2):
        results = stage.sync("product", "customer")
        assert (
            results["product"].status == "unavailable"
            and "No." in results["product"].availability.reason
        )
        assert results["customer"].status == "ok"
        stage.wait(DAY)


def test_a_model_that_is_refused_for_one_account_is_not_current_there(stage: Stage) -> None:
    coupon = stage.make("coupon", account=CONNECTED_US)
    stage.fail("/v1/coupons*", status=403, account=CONNECTED_US)
    stage.sync("coupon")
    current = stage.mirror.sweeps.current_until(
        [Owner(name, False) for name in (PLATFORM, CONNECTED_US)]
    )
    assert (Owner(PLATFORM, False), "coupon") in current and (
        Owner(CONNECTED_US, False),
        "coupon",
    ) not in current
    stage.heal()
    stage.wait(DAY)
    stage.sync("coupon")
    assert stage.alive("coupon", CONNECTED_US) == {coupon}


def test_a_model_that_was_refused_is_asked_for_again(stage: Stage) -> None:
    product = stage.make("product")
    stage.wait(DAY)
    stage.fail("/v1/products", status=403, type="invalid_request_error", message="No.")
    stage.sync("product", "customer")
    stage.heal()
    stage.wait(DAY)
    results = stage.sync("product", "customer")
    assert results["product"].status == "ok" and results["product"].availability == AVAILABLE
    assert stage.alive("product") == {product}
