"""Which events a run processes, and what it reports about them."""

from __future__ import annotations

import pytest

from stripe_assets.catalog import catalog
from stripe_assets.mirror import Owner
from stripe_assets.sandbox.keys import CONNECTED_JP
from stripe_assets.sync import EventSelection, InvalidSelection
from stripe_assets_tests.stored import stored_object
from stripe_assets_tests.sync.stage import CONNECTED_US, PLATFORM, Stage


def test_all_events_are_processed_by_reading_their_objects(stage: Stage) -> None:
    customer, product = (
        stage.make("customer", {"name": "Before"}),
        stage.make("product", {"name": "Lamp"}),
    )
    stage.change("customer", customer, {"name": "After"})
    summary = stage.process()
    assert (summary.listed, summary.processed, summary.succeeded) == (3, 3, True)
    assert (
        stage.value("customer", customer, "name") == "After"
        and stage.value("product", product, "name") == "Lamp"
    )
    assert {state.state for state in stage.states().values()} == {"processed"}
    assert (summary.rows["customer"], summary.rows["product"], summary.rows["event"]) == (1, 1, 3)


def test_failed_takes_only_events_that_no_webhook_received(stage: Stage) -> None:
    delivered = stage.make("customer")
    stage.sandbox.control("deliveries", fail=True, types=["customer.*"])
    undelivered, lamp = stage.make("customer"), stage.make("product")
    summary = stage.process(failed=True)
    assert (summary.listed, summary.processed) == (1, 1)
    assert stage.retrieved("/v1/customers") == [undelivered]
    assert stage.row("customer", delivered) is None and stage.row("product", lamp) is None


def test_failed_does_not_take_events_that_failed_in_other_runs(stage: Stage) -> None:
    stage.make("customer")
    [event] = stage.events()
    stage.fail("/v1/customers/*")
    assert stage.process().failed_count == 1
    stage.heal()
    stage.sandbox.control("deliveries", fail=True, types=["product.*"])
    stage.make("product")
    assert stage.process(failed=True).processed == 1
    assert stage.retrieved("/v1/customers") == []
    assert (stage.state(event).state, stage.state(event).attempts) == ("failed", 1)


def test_a_type_with_a_star_takes_the_group(stage: Stage) -> None:
    customer, product = stage.make("customer"), stage.make("product")
    stage.change("product", product, {"name": "Lamp"})
    summary = stage.process(type="product.*")
    assert (summary.listed, summary.processed) == (2, 2)
    assert (
        stage.row("customer", customer) is None
        and stage.value("product", product, "name") == "Lamp"
    )


def test_a_type_takes_its_failed_events_of_earlier_runs_and_no_others(stage: Stage) -> None:
    stage.make("product")
    stage.make("customer")
    stage.fail("/v1/*_*")
    assert stage.process().failed_count == 2
    stage.heal()
    summary = stage.process(type="product.created")
    assert summary.processed == 1 and stage.mirror.live_rows.count("product") == 1
    assert [stage.state(event).state for event in stage.events("customer.created")] == ["failed"]


def test_stored_events_are_processed_without_a_request_for_them(stage: Stage) -> None:
    stage.make("product")
    stage.make("customer")
    stage.sync("event")
    [event] = stage.events("customer.created")
    summary = stage.process(ids=(event,))
    assert (summary.listed, summary.processed, summary.succeeded) == (1, 1, True)
    assert stage.asked("/v1/events") == []
    assert stage.mirror.live_rows.count("product") == 0


def test_an_event_that_is_not_stored_is_retrieved_by_its_id(stage: Stage) -> None:
    customer, product = stage.make("customer"), stage.make("product")
    [event] = stage.events("customer.created")
    summary = stage.process(ids=(event,))
    assert (summary.listed, summary.processed, summary.succeeded) == (1, 1, True)
    assert stage.asked("/v1/events") == [f"/v1/events/{event}?"]
    assert stage.alive("customer") == {customer} and stage.row("product", product) is None
    assert stored_object(stage.mirror, "event", Owner(PLATFORM, False), event)


def test_an_event_of_a_connected_account_is_found_and_read_there(stage: Stage) -> None:
    stage.sync("account")
    customer = stage.make("customer", account=CONNECTED_JP)
    [event] = stage.events("customer.created", CONNECTED_JP)
    assert stage.process(ids=(event,)).processed == 1
    assert stage.row("customer", customer) is None and stage.row("customer", customer, CONNECTED_JP)
    assert {
        entry["stripe_account"] for entry in stage.sandbox.log() if "/customers/" in entry["path"]
    } == {CONNECTED_JP}


def test_only_the_given_account_is_asked_for_an_event(stage: Stage) -> None:
    stage.sync("account")
    stage.make("customer", account=CONNECTED_JP)
    [event] = stage.events("customer.created", CONNECTED_JP)
    assert stage.process(ids=(event,), account=CONNECTED_JP).processed == 1
    assert (
        len(stage.asked("/v1/events")) == len(stage.asked("/v1/events", account=CONNECTED_JP)) == 1
    )


def test_an_unknown_event_fails_and_the_error_names_the_30_days(stage: Stage) -> None:
    customer = stage.make("customer")
    [event] = stage.events()
    summary = stage.process(ids=(event, "evt_unknown"))
    assert summary.processed == 1 and stage.alive("customer") == {customer}
    assert summary.failed.keys() == {"evt_unknown"} and "30 days" in summary.failed["evt_unknown"]
    assert not summary.succeeded
    assert stage.row("event", "evt_unknown") is None


def test_an_event_that_stripe_has_dropped_is_unknown_unless_it_is_stored(stage: Stage) -> None:
    stage.make("customer")
    [stored] = stage.events()
    stage.sync("event")
    product = stage.make("product")
    [dropped] = stage.events("product.created")
    stage.wait(31 * 86_400)
    summary = stage.process(ids=(stored, dropped))
    assert summary.processed == 1 and summary.failed.keys() == {dropped}
    assert stage.row("product", product) is None


def test_an_event_that_the_key_may_not_read_fails_with_stripes_reason(stage: Stage) -> None:
    stage.make("customer")
    [event] = stage.events()
    stage.fail(
        "/v1/events/*", status=403, type="invalid_request_error", message="May not read events."
    )
    summary = stage.process(ids=(event,))
    said = [*summary.failed.values(), *summary.errors]
    assert (
        not summary.succeeded and "May not read events." in str(said) and "30 days" not in str(said)
    )


def test_an_event_that_cannot_be_read_now_is_not_called_unknown(stage: Stage) -> None:
    stage.make("customer")
    [event] = stage.events()
    stage.fail("/v1/events/*", status=500)
    summary = stage.process(ids=(event,))
    assert not summary.succeeded and event in str(summary.errors) and event not in summary.failed


def test_an_event_that_is_named_twice_is_processed_once(stage: Stage) -> None:
    stage.make("customer")
    [event] = stage.events()
    for expected in ((1, 0), (0, 1)):
        summary = stage.process(ids=(event, event))
        assert (summary.processed, summary.already_processed) == expected and summary.listed == 1


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"failed": True, "type": "customer.*"}, "failed and type exclude each other"),
        ({"type": "customer.*", "ids": ("evt_1",)}, "type and ids exclude each other"),
        ({"failed": True, "ids": ("evt_1",)}, "failed and ids exclude each other"),
        ({"type": "custmer.created"}, r"custmer\.created.*customer\.created"),
        ({"type": "nothing.*"}, r"nothing\.\*"),
        ({"ids": ("cus_1",)}, "cus_1"),
        ({"account": "acct_1"}, "ids"),
    ],
)
def test_an_invalid_selection_is_refused_with_the_reason(chosen: dict, said: str) -> None:
    with pytest.raises(InvalidSelection, match=said):
        EventSelection(**chosen)


def test_the_newest_state_wins_however_old_the_event_is(stage: Stage) -> None:
    customer = stage.make("customer", {"name": "First"})
    stage.wait()
    stage.change("customer", customer, {"name": "Second"})
    [first], [second] = stage.events("customer.created"), stage.events("customer.updated")
    stage.process(ids=(second,))
    stage.wait()
    stage.change("customer", customer, {"name": "Third"})
    stage.process(ids=(first,))
    assert stage.value("customer", customer, "name") == "Third"


def test_a_sync_of_the_events_processes_none_of_them(stage: Stage) -> None:
    customer = stage.make("customer")
    results = stage.sync("event")
    assert results["event"].rows_in_mirror == 1
    assert "processed" not in {state.state for state in stage.states().values()}
    assert stage.row("customer", customer) is None
    assert stage.process().processed == 1 and stage.alive("customer") == {customer}


def test_a_processed_event_is_reported_and_not_processed_again(stage: Stage) -> None:
    stage.make("customer")
    assert stage.process().processed == 1
    stage.make("product")
    summary = stage.process()
    assert (summary.listed, summary.processed, summary.already_processed) == (2, 1, 1)
    assert stage.retrieved("/v1/customers") == []
    assert {(report.type, report.state) for report in stage.reports} == {
        ("customer.created", "already processed"),
        ("product.created", "processed"),
    }


def test_each_event_is_reported_with_what_was_done(stage: Stage) -> None:
    customer, coupon = stage.make("customer"), stage.make("coupon", {"id": "WELCOME"})
    stage.delete("coupon", coupon)
    stage.process()
    said = {(report.type, report.account_id, report.did, report.model) for report in stage.reports}
    assert said == {
        ("customer.created", PLATFORM, f"read customer {customer} again", "customer"),
        ("coupon.created", PLATFORM, "coupon WELCOME is deleted", "coupon"),
        ("coupon.deleted", PLATFORM, "coupon WELCOME is deleted", "coupon"),
    }


def test_an_event_that_changes_no_row_is_ignored_with_the_reason(stage: Stage) -> None:
    event = stage.event("invoice.upcoming", {"object": "invoice", "customer": "cus_1"})
    for _ in range(2):
        summary = stage.process()
        assert summary.succeeded and summary.processed == 0
        assert list(summary.ignored.items()) == [
            (catalog().events["invoice.upcoming"].ignored_reason, 1)
        ]
        assert stage.state(event).state == "ignored" and stage.state(event).reason
        assert len(stage.reports) == 1


def test_an_event_of_an_unknown_type_is_stored_and_reported_and_its_object_is_read(
    stage: Stage,
) -> None:
    customer = stage.make("customer", event=False)
    event = stage.event("customer.beamed_up", {"id": customer, "object": "customer"})
    summary = stage.process()
    assert summary.succeeded and summary.processed == 1 and stage.alive("customer") == {customer}
    assert dict(summary.unknown_types) == {"customer.beamed_up": 1}
    assert any("customer.beamed_up" in line for line in summary.lines())
    assert stage.row("event", event)


def test_an_event_of_an_unknown_type_about_an_unknown_object_is_stored_and_ignored(
    stage: Stage,
) -> None:
    event = stage.event("teapot.boiled", {"id": "tea_1", "object": "teapot"})
    summary = stage.process()
    assert summary.succeeded and dict(summary.unknown_types) == {"teapot.boiled": 1}
    assert stage.state(event).state == "ignored" and "teapot" in (stage.state(event).reason or "")
    stored = stored_object(stage.mirror, "event", Owner(PLATFORM, False), event)
    assert stored and stored["data"]["object"] == {"id": "tea_1", "object": "teapot"}


def test_test_and_live_mode_are_kept_apart(stage: Stage) -> None:
    live, _ = stage.make("customer", livemode=True), stage.make("customer")
    assert stage.process(secret="sk_live_sandbox").processed == 1
    assert stage.alive("customer") == {live}


def test_accounts_are_never_mixed(stage: Stage) -> None:
    stage.sync("account")
    for account in (PLATFORM, CONNECTED_US, CONNECTED_JP):
        stage.make("customer", {"id": "cus_same", "name": account}, account=account)
    stage.process(type="customer.created")
    for account in (PLATFORM, CONNECTED_US, CONNECTED_JP):
        assert stage.value("customer", "cus_same", "name", account) == account
        assert stage.states(account).popitem()[1].state == "processed"
    stage.change("customer", "cus_same", {"name": "Other"}, account=CONNECTED_US)
    stage.delete("customer", "cus_same", account=CONNECTED_JP)
    summary = stage.process()
    assert summary.processed == 2 and summary.already_processed == 3
    assert stage.value("customer", "cus_same", "name") == PLATFORM
    assert stage.value("customer", "cus_same", "name", CONNECTED_US) == "Other"
    assert stage.is_deleted("customer", "cus_same", CONNECTED_JP) and not stage.is_deleted(
        "customer", "cus_same"
    )


def test_an_account_that_was_connected_since_the_last_sync_is_covered(stage: Stage) -> None:
    stage.sync("customer")
    stage.make("account", {"id": "acct_1New"})
    customer = stage.make("customer", account="acct_1New")
    assert stage.process().succeeded
    assert stage.alive("customer", "acct_1New") == {customer}
