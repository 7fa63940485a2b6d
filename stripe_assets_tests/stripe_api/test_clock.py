from __future__ import annotations

from datetime import UTC, datetime
from email.utils import formatdate

from hypothesis import given
from hypothesis import strategies as st

from stripe_assets.stripe_api import StripeClock

START = 1_790_000_000.0


class Worlds:
    """The local clock, and Stripe's clock beside it."""

    def __init__(self, ahead: float = 0.0) -> None:
        self.local = 1000.0
        self.ahead = ahead
        self.clock = StripeClock(lambda: self.local, lambda: START - 7200)

    @property
    def theirs(self) -> float:
        return START + self.local + self.ahead

    def answer(self, there: float, back: float) -> tuple[datetime, float]:
        """Sends one request. Returns its stamp, and when it really was sent by Stripe's clock."""
        sent, truth = self.clock.sending(), self.theirs
        self.local += there
        date = formatdate(int(self.theirs), usegmt=True)
        self.local += back
        self.clock.received(sent, {"date": date})
        return self.clock.stamp(sent), truth


TRIPS = st.lists(
    st.tuples(st.floats(0, 3), st.floats(0, 3), st.floats(0, 5)), min_size=1, max_size=30
)


@given(st.floats(-1e6, 1e6), TRIPS)
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


def test_one_absurd_date_is_forgotten() -> None:
    world = Worlds()
    world.answer(0.1, 0.1)
    world.ahead = 86400.0 * 365
    world.answer(0.1, 0.1)
    world.ahead = 0.0
    world.answer(0.1, 0.1)
    stamp, truth = world.answer(0.1, 0.1)
    assert abs(stamp.timestamp() - truth) < 2


def test_stamps_do_not_go_back_when_the_clocks_drift_together() -> None:
    world = Worlds()
    world.answer(0.0, 0.0)
    before, _ = world.answer(0.0, 0.0)
    world.ahead -= 5
    world.answer(0.0, 0.0)
    after, _ = world.answer(0.0, 0.0)
    assert after >= before
