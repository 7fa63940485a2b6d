from __future__ import annotations

from datetime import UTC, datetime
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_assets.stripe_api import StripeClock
from stripe_assets.stripe_api.clock import APART, SANDBOX_HEADER

START = 1_790_000_000.0
DAY = 86_400.0


class Worlds:
    """This machine's clocks, and Stripe's clock beside them."""

    def __init__(self, ahead: float = 0.0) -> None:
        self.local = 1000.0
        self.ahead = ahead
        """How far Stripe's clock is ahead of this machine's."""
        self.clock = StripeClock(lambda: self.local, lambda: self.here)

    @property
    def here(self) -> float:
        return START + self.local

    @property
    def theirs(self) -> float:
        return self.here + self.ahead

    def answer(
        self, there: float = 0.1, back: float = 0.1, wrong: float = 0.0, sandbox: bool = False
    ) -> tuple[datetime, float]:
        """Sends one request. Returns its stamp, and when it really was sent by Stripe's clock.

        `wrong`: by how much the answer's `Date` is.
        """
        sent, truth = self.clock.sending(), self.theirs
        self.local += there
        headers = {"date": formatdate(int(self.theirs + wrong), usegmt=True)}
        self.local += back
        self.clock.received(sent, headers | ({SANDBOX_HEADER: "1"} if sandbox else {}))
        return self.clock.stamp(sent), truth

    def error(self) -> float:
        """By how much the clock is ahead of Stripe's."""
        return self.clock.now().timestamp() - self.theirs


TRIPS = st.lists(
    st.tuples(st.floats(0, 3), st.floats(0, 3), st.floats(0, 5)), min_size=1, max_size=30
)


@given(st.floats(-APART + 10, APART - 10), TRIPS)
def test_a_stamp_is_neither_later_than_its_request_nor_before_an_earlier_stamp(
    ahead: float, trips: list[tuple[float, float, float]]
) -> None:
    world, last = Worlds(ahead), datetime.min.replace(tzinfo=UTC)
    for there, back, rest in trips:
        stamp, truth = world.answer(there, back)
        assert stamp.timestamp() <= truth + 1e-5
        assert stamp >= last
        last = stamp
        world.local += rest
        assert world.clock.now().timestamp() <= world.theirs + 1e-5


@given(
    st.floats(-APART / 3, APART / 3),
    st.lists(
        st.tuples(st.sampled_from([0.0, 2 * DAY, -2 * DAY, 400 * DAY, 3600.0, -3600.0]), TRIPS),
        min_size=1,
        max_size=4,
    ),
)
def test_no_wrong_date_makes_a_stamp_later_than_its_request(
    ahead: float, dates: list[tuple[float, list[tuple[float, float, float]]]]
) -> None:
    """Where the local clock is right to minutes, a stamp is late by no more than that."""
    world = Worlds(ahead)
    for wrong, trips in dates:
        for there, back, rest in trips:
            stamp, truth = world.answer(there, back, wrong)
            assert stamp.timestamp() <= truth + max(0.0, -ahead) + 1e-5
            world.local += rest
            assert world.error() <= max(0.0, -ahead) + 1e-5


@pytest.mark.parametrize("ahead", [-120.0, 0.0, 120.0])
@pytest.mark.parametrize("wrong", [DAY, -DAY, 3600.0, -3600.0])
def test_one_wrong_date_among_right_ones_changes_nothing(ahead: float, wrong: float) -> None:
    world = Worlds(ahead)
    world.answer()
    for one in (wrong, 0.0, wrong):
        world.answer(wrong=one)
        assert -2 < world.error() <= 0


@pytest.mark.parametrize("ahead", [-120.0, 0.0, 120.0])
@pytest.mark.parametrize("wrong", [DAY, -DAY])
def test_a_wrong_first_date_is_forgotten_at_the_first_right_one(ahead: float, wrong: float) -> None:
    world = Worlds(ahead)
    world.answer(wrong=wrong)
    assert world.error() <= max(0.0, -ahead)
    world.answer()
    world.answer()
    assert -abs(ahead) - 2 < world.error() <= max(0.0, -ahead)


@pytest.mark.parametrize("ahead", [2 * DAY, -2 * DAY])
def test_where_the_two_clocks_differ_by_days_the_local_one_counts(ahead: float) -> None:
    world = Worlds(ahead)
    for _ in range(3):
        stamp, _ = world.answer(0.1, 0.1)
        assert abs(stamp.timestamp() + 0.2 - world.here) < 0.1
        assert world.clock.is_set and world.clock.now().timestamp() <= world.here


def test_a_date_that_jumps_ahead_within_minutes_moves_the_clock_up_to_the_local_one() -> None:
    world = Worlds(-200)
    world.answer()
    world.ahead = 300
    world.answer()
    assert -302 < world.error() <= -300


def test_after_a_rest_of_the_machine_the_clock_is_right() -> None:
    """The monotonic clock stands still while a machine sleeps. The other clocks do not."""
    world = Worlds(0.3)
    world.answer()
    rest = 8 * 3600.0
    world.clock = StripeClock(lambda: world.local - rest, lambda: world.here)
    world.clock.received((1000.0 - rest, None), {"date": formatdate(int(START + 1000))})
    world.local += rest  # by the monotonic clock: no time
    world.answer()
    world.answer()
    assert -2 < world.error() <= 0


def test_the_sandboxs_clock_is_believed_wherever_it_is() -> None:
    world = Worlds(30 * DAY)
    for ahead in (30 * DAY, 60 * DAY, -5 * DAY):
        world.ahead = ahead
        for _ in range(2):
            world.answer(sandbox=True)
        assert -2 < world.error() <= 0


def test_a_stamp_is_wrong_by_at_most_a_second_and_the_time_of_the_answer() -> None:
    stamp, truth = Worlds(ahead=0.4).answer(0.1, 0.1)
    assert 0 <= truth - stamp.timestamp() <= 1.2


def test_many_answers_make_the_stamps_more_exact() -> None:
    world = Worlds(ahead=0.37)
    for _ in range(200):
        stamp, truth = world.answer(0.02, 0.017)
    assert truth - stamp.timestamp() < 0.06


def test_requests_that_overlap_keep_their_order() -> None:
    world = Worlds()
    first = world.clock.sending()
    world.local += 0.3
    second = world.clock.sending()
    world.local += 0.2
    world.clock.received(second, {"date": formatdate(int(world.theirs), usegmt=True)})
    stamp_of_second = world.clock.stamp(second)
    world.local += 0.6
    third = world.clock.sending()
    world.clock.received(first, {"date": formatdate(int(world.theirs), usegmt=True)})
    assert world.clock.stamp(first) <= stamp_of_second <= world.clock.stamp(third)


def test_without_a_date_the_local_clock_is_used() -> None:
    clock = StripeClock(lambda: 5.0, lambda: START)
    sent = clock.sending()
    clock.received(sent, {})
    clock.received(sent, {"date": "yesterday"})
    assert clock.stamp(sent).timestamp() == clock.now().timestamp() == START


def test_stamps_stay_right_when_the_local_clock_runs_fast() -> None:
    world = Worlds()
    for _ in range(500):
        stamp, truth = world.answer(0.01, 0.01)
        world.ahead -= 0.001
        world.local += 0.37
    assert stamp.timestamp() <= truth + 0.2


def test_stamps_do_not_go_back_when_the_clocks_drift_together() -> None:
    world = Worlds()
    world.answer(0.0, 0.0)
    before, _ = world.answer(0.0, 0.0)
    world.ahead -= 5
    world.answer(0.0, 0.0)
    after, _ = world.answer(0.0, 0.0)
    assert after >= before
