"""What an `EventWatch` finds for a sensor. It sends few requests and writes nothing."""

from __future__ import annotations

import time
from datetime import UTC
from typing import Any

import pytest
import sqlalchemy as sa

from stripe_assets.mirror import Owner
from stripe_assets.stripe_api import InvalidApiKey, StripeError
from stripe_assets.sync import EventWatch, WatchedEvent
from stripe_assets_tests.sync.stage import CONNECTED_US, PLATFORM, Stage

DAY = 86_400
OWN, CONNECTED = Owner(PLATFORM, False), Owner(CONNECTED_US, False)


def failing(stage: Stage, *types: str, **more: Any) -> None:
    stage.sandbox.control("deliveries", fail=True, types=list(types), **more)


def ids(found: tuple[WatchedEvent, ...] | None) -> list[str]:
    assert found is not None
    return [event.id for event in found]


def test_the_accounts_are_those_of_the_last_run(stage: Stage) -> None:
    stage.make("account", {"id": "acct_1Another"})
    stage.sync("customer")
    owners = stage.watch().owners()
    assert owners[0] == OWN and {owner.account_id for owner in owners} >= {
        PLATFORM,
        CONNECTED_US,
        "acct_1Another",
    }
    stage.delete("account", "acct_1Another")
    stage.sync("customer")
    assert Owner("acct_1Another", False) not in stage.watch().owners()
    assert stage.asked() == []


def test_a_key_that_was_never_used_finds_its_own_account(stage: Stage) -> None:
    watch = stage.watch()
    assert watch.owners() == (OWN,)
    assert [url.partition("?")[0] for url in stage.asked()] == ["/v1/account"]
    assert watch.new_events(OWN) is None, "a full sweep has to come first"
    assert watch.failed_deliveries(OWN) == ()


def test_events_that_no_webhook_received_are_found_oldest_first(stage: Stage) -> None:
    stage.make("customer")
    failing(stage, "customer.*")
    for _ in range(3):
        stage.make("customer")
        stage.wait()
    watch = stage.watch()
    watch.owners()
    assert ids(watch.failed_deliveries(OWN)) == stage.events("customer.created")[1:]
    found = watch.failed_deliveries(OWN)[0]
    assert (found.type, found.attempts) == ("customer.created", 0)
    assert (
        found.created.tzinfo is UTC
        and found.created.timestamp() == stage.exists("event", "created")[1]["created"]
    )


def test_a_platforms_and_a_connected_accounts_events_are_kept_apart(stage: Stage) -> None:
    stage.sync("customer")
    failing(stage, "customer.*")
    stage.make("customer", account=CONNECTED_US)
    watch = stage.watch()
    watch.owners()
    assert watch.failed_deliveries(OWN) == ()
    assert ids(watch.failed_deliveries(CONNECTED)) == stage.events("customer.created", CONNECTED_US)


def test_a_settled_event_is_not_found_again(stage: Stage) -> None:
    failing(stage, "customer.*", "invoice.upcoming")
    stage.make("customer")
    stage.event("invoice.upcoming", {"object": "invoice"})
    stage.process(failed=True)
    assert len(stage.states()) == 2
    watch = stage.watch()
    watch.owners()
    assert watch.failed_deliveries(OWN) == ()


def test_a_failed_event_is_found_again_when_it_is_due(stage: Stage) -> None:
    failing(stage, "customer.*")
    stage.make("customer")
    stage.fail("/v1/customers/*")
    stage.process(failed=True)
    watch = stage.watch()
    watch.owners()
    assert watch.failed_deliveries(OWN) == ()
    stage.due()
    [again] = watch.failed_deliveries(OWN)
    assert again.attempts == 1


def test_at_most_a_hundred_events_are_found_at_once(stage: Stage) -> None:
    failing(stage, "customer.*")
    stage.make_many("customer", [f"cus_{n}" for n in range(130)])
    watch = stage.watch()
    watch.owners()
    assert len(watch.failed_deliveries(OWN)) == 100
    stage.process(ids=tuple(ids(watch.failed_deliveries(OWN))))
    stage.sandbox.control(
        "deliveries/mark",
        delivered=True,
        ids=[id for id, one in stage.states().items() if one.state == "processed"],
    )
    assert len(watch.failed_deliveries(OWN)) == 30


def test_new_events_name_the_models_that_have_to_be_read(stage: Stage) -> None:
    stage.sync()
    assert stage.watch().new_events(OWN) == ()
    customer = stage.make("customer")
    watch = stage.watch()
    watch.owners()
    events = watch.new_events(OWN)
    assert events and len(events) == 1
    found = events[0]
    assert found.type == "customer.created" and {"customer", "event"} <= set(found.models)
    assert "customer_balance_transaction" in found.models, "it has no events of its own"
    assert "product" not in found.models
    stage.sync(*found.models)
    assert stage.alive("customer") == {customer}
    assert stage.watch().new_events(OWN) == ()


def test_the_models_that_only_events_fill_are_named_too(stage: Stage) -> None:
    stage.sync()
    stage.wait(DAY)
    stage.event(
        "reserve.hold.created",
        {"id": "rsvhld_1", "object": "reserve.hold", "amount": 500, "currency": "usd"},
    )
    watch = stage.watch()
    watch.owners()
    [models] = [event.models for event in watch.new_events(OWN) or ()]
    stage.sync(*models)
    assert stage.alive("reserve.hold") == {"rsvhld_1"}
    assert stage.watch().new_events(OWN) == ()


def test_events_of_models_that_were_never_swept_are_not_found(stage: Stage) -> None:
    stage.sync("customer")
    stage.make("product")
    watch = stage.watch()
    watch.owners()
    assert watch.new_events(OWN) == ()


def test_a_cursor_beyond_the_retention_asks_for_a_full_sweep(stage: Stage) -> None:
    stage.sync("customer")
    stage.wait(31 * DAY)
    watch = stage.watch()
    watch.owners()
    assert watch.new_events(OWN) is None


def test_a_watch_writes_nothing(stage: Stage) -> None:
    stage.sync("customer")
    failing(stage, "customer.*")
    stage.make("customer")
    before = _everything(stage)
    watch = stage.watch()
    watch.owners()
    assert watch.failed_deliveries(OWN) and watch.new_events(OWN)
    assert _everything(stage) == before


def _everything(stage: Stage) -> dict[str, int]:
    tables = {
        **stage.mirror.tables.own,
        **{name: stage.mirror.tables[name] for name in ("event", "customer")},
    }
    with stage.mirror.connection() as connection:
        return {
            name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for name, table in tables.items()
        }


def test_an_event_with_an_unreadable_payload_is_found_too(stage: Stage) -> None:
    stage.sync()
    failing(stage, "customer.*")
    broken = stage.event("customer.created", None)
    watch = stage.watch()
    watch.owners()
    assert ids(watch.failed_deliveries(OWN)) == [broken] == ids(watch.new_events(OWN))


def test_a_server_that_does_not_answer_is_an_error_after_the_timeout(stage: Stage) -> None:
    stage.sync("customer")
    stage.sandbox.control("faults", path="/v1/events", kind="hang", seconds=5, times=None)
    watch = EventWatch(stage.key(), stage.mirror, timeout=0.3)
    watch.owners()
    began = time.monotonic()
    with pytest.raises(StripeError):
        watch.failed_deliveries(OWN)
    assert time.monotonic() - began < 2
    assert len(stage.asked("/v1/events")) <= 4


def test_a_request_that_fails_is_not_repeated(stage: Stage) -> None:
    stage.sync("customer")
    stage.fail("/v1/events", headers={})
    watch = stage.watch()
    watch.owners()
    with pytest.raises(StripeError):
        watch.new_events(OWN)
    assert len(stage.asked("/v1/events")) == 1


def test_a_key_that_is_refused_is_an_error_without_the_secret(stage: Stage) -> None:
    watch = EventWatch(stage.key("sk_test_wrong"), stage.mirror)
    with pytest.raises((StripeError, InvalidApiKey), match="401") as refused:
        watch.owners()
    assert "sk_test_wrong" not in str(refused.value)
