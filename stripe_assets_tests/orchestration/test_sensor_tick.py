"""A sensor's tick over keys and accounts: turns, the time limit, errors, and repeated requests.

The watches are stand-ins.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from stripe_assets.mirror import Owner
from stripe_assets.orchestration import sensor_tick
from stripe_assets.orchestration.sensor_tick import SensorTick
from stripe_assets.stripe_api import Failure, Unreachable
from stripe_assets.sync import WatchedEvent

LOG = logging.getLogger(__name__)


class Accounts:
    """Stands in for an EventWatch: a key's accounts, some of which fail."""

    def __init__(
        self, names: Sequence[str], failing: Sequence[str] = (), seconds: float = 0.0
    ) -> None:
        self._owners = tuple(Owner(name, False) for name in names)
        self._failing = failing
        self._seconds = seconds
        self.behind: dict[str, str] = {}

    def owners(self) -> tuple[Owner, ...]:
        return self._owners

    def failed_deliveries(self, owner: Owner) -> tuple[WatchedEvent, ...]:
        time.sleep(self._seconds)
        if owner.account_id in self._failing:
            raise Unreachable(Failure(path="/v1/events", message="no answer"))
        return ()

    def new_events(self, owner: Owner) -> tuple[WatchedEvent, ...] | None:
        return self.failed_deliveries(owner)


def visited(tick: SensorTick, keys: dict[str, Accounts]) -> list[str]:
    return [
        look.owner.account_id
        for look in tick.looks(
            keys.__getitem__, lambda watch, owner: watch.failed_deliveries(owner)
        )
    ]


def event(id: str, attempts: int = 0, second: int = 0) -> WatchedEvent:
    return WatchedEvent(
        id,
        "customer.updated",
        datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=second),
        attempts,
    )


def test_the_keys_take_turns() -> None:
    keys = {"a": Accounts(["a1", "a2", "a3"]), "b": Accounts(["b1", "b2"])}
    assert visited(SensorTick(None, keys, (), LOG), keys) == ["a1", "b1", "a2", "b2", "a3"]


def test_a_key_that_fails_is_left_out_until_the_next_tick_which_starts_after_that_account() -> None:
    keys = {"a": Accounts(["a1", "a2", "a3"], failing=["a2"]), "b": Accounts(["b1", "b2"])}
    first = SensorTick(None, keys, (), LOG)
    assert visited(first, keys) == ["a1", "b1", "b2"]
    assert [error.split(":")[0] for error in first.errors()] == ["a"]
    assert visited(SensorTick(first.cursor.text(), keys, (), LOG), keys) == ["a3", "b1", "a1", "b2"]


def test_an_error_is_cleared_when_the_key_gets_an_answer_again() -> None:
    failing = SensorTick(None, ["a"], (), LOG)
    visited(failing, {"a": Accounts(["a1"], failing=["a1"])})
    answering = SensorTick(failing.cursor.text(), ["a"], (), LOG)
    visited(answering, {"a": Accounts(["a1"])})
    assert (len(failing.errors()), answering.errors()) == (1, [])


def test_a_bug_with_one_key_does_not_stop_the_others() -> None:
    def watch(alias: str) -> Accounts:
        if alias == "a":
            raise ZeroDivisionError("of a secret")
        return Accounts(["b1"])

    tick = SensorTick(None, ["a", "b"], (), LOG)
    looks = tick.looks(watch, lambda watch, owner: watch.failed_deliveries(owner))
    assert [look.alias for look in looks] == ["b"]
    assert tick.errors() == ["a: ZeroDivisionError: the log of this tick has the details"]


def test_when_time_is_over_the_next_tick_starts_with_the_key_that_was_next() -> None:
    keys = {name: Accounts([f"{name}1"], seconds=0.03) for name in "abc"}
    first = SensorTick(None, keys, (), LOG, seconds=0.05)
    assert visited(first, keys) == ["a1", "b1"]
    assert first.out_of_time
    second = SensorTick(first.cursor.text(), keys, (), LOG)
    assert visited(second, keys) == ["c1", "a1", "b1"]
    assert not second.out_of_time


def test_keys_with_an_active_run_are_skipped_and_keep_their_part_of_the_cursor() -> None:
    keys = {"a": Accounts(["a1", "a2"]), "b": Accounts(["b1"])}
    first = SensorTick(None, keys, (), LOG)
    visited(first, keys)
    second = SensorTick(first.cursor.text(), keys, {"a"}, LOG)
    assert visited(second, keys) == ["b1"]
    assert second.cursor.keys["a"] == first.cursor.keys["a"]


def test_a_key_that_was_removed_is_removed_from_the_cursor() -> None:
    first = SensorTick(None, ["a", "b"], (), LOG)
    visited(first, {"a": Accounts(["a1"]), "b": Accounts(["b1"])})
    assert list(SensorTick(first.cursor.text(), ["b"], (), LOG).cursor.keys) == ["b"]


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "{", '{"keys": {"a": {"unknown": 1}}}', '{"keys": {"a": {"asked": 3}}}'],
)
def test_an_unreadable_cursor_is_replaced_by_a_new_one(text: str) -> None:
    assert visited(SensorTick(text, ["a"], (), LOG), {"a": Accounts(["a1"])}) == ["a1"]


def asked(tick: SensorTick, *events: WatchedEvent) -> str | None:
    return tick.run_key("a", "acct_1", events)


def test_a_run_key_holds_the_last_event_and_changes_with_a_new_failure() -> None:
    tick = SensorTick(None, ["a"], (), LOG)
    first = asked(tick, event("evt_1"), event("evt_2", second=1))
    assert first == "a/acct_1/evt_2/2-0"
    assert asked(tick, event("evt_1"), event("evt_2", attempts=1, second=1)) not in (None, first)
    assert asked(tick, event("evt_1"), event("evt_3", second=2)) == "a/acct_1/evt_3/2-0"


def test_unchanged_events_are_requested_again_after_longer_and_longer_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    began = datetime(2026, 11, 1, tzinfo=UTC)
    cursor: str | None = None
    found: list[tuple[int, str]] = []
    for minute in range(0, 16):
        monkeypatch.setattr(
            sensor_tick, "datetime", _clock(lambda minute=minute: began + timedelta(minutes=minute))
        )
        tick = SensorTick(cursor, ["a"], (), LOG)
        key = asked(tick, event("evt_1"))
        cursor = tick.cursor.text()
        if key:
            found.append((minute, key))
    assert found == [
        (0, "a/acct_1/evt_1/1-0"),
        (1, "a/acct_1/evt_1/1-0/2"),
        (3, "a/acct_1/evt_1/1-0/3"),
        (7, "a/acct_1/evt_1/1-0/4"),
        (15, "a/acct_1/evt_1/1-0/5"),
    ]


def _clock(now: Callable[[], datetime]) -> type:
    return type("Clock", (), {"now": staticmethod(lambda zone: now())})


def test_settled_events_are_forgotten() -> None:
    tick = SensorTick(None, ["a"], (), LOG)
    first = asked(tick, event("evt_1"))
    assert asked(tick, event("evt_1")) is None
    assert asked(tick) is None
    assert asked(tick, event("evt_1")) == first


def test_the_position_in_an_accounts_events_is_kept_for_the_next_tick() -> None:
    keys = {"a": Accounts(["a1"])}
    first = SensorTick(None, keys, (), LOG)
    for _ in first.looks(keys.__getitem__, lambda watch, owner: watch.behind.update(a1="evt_9")):
        pass
    later = {"a": Accounts(["a1"])}
    visited(SensorTick(first.cursor.text(), later, (), LOG), later)
    assert later["a"].behind == {"a1": "evt_9"}
