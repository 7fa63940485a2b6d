"""A list is read in parts, and every object is read: whenever the objects were created, and
whatever order the list has."""

from __future__ import annotations

import random
from collections import Counter, deque
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stripe_assets.mirror import Mirror
from stripe_assets.sandbox import Sandbox
from stripe_assets.sync.engine.shards import IN_VAIN, PAGE, WHOLE, Listing, Range
from stripe_assets_tests.sync.conftest import run_sync

NOW = 1_793_145_600
YEAR = 31_536_000


@dataclass
class List:
    """Does what Stripe does with `created`, `limit` and `starting_after`. The list has the order of
    `created`."""

    created: list[int]
    requests: int = 0
    arriving: list[int] = field(default_factory=list)
    """When the objects were created that appear during the sweep: one with each request."""
    inside: dict[Range, list[int]] = field(default_factory=dict)
    """Range → the positions of its objects, until another object appears."""

    def page(self, part: Range, after: int) -> tuple[list[int], bool]:
        """Returns the positions of a page's objects, and whether the range has more. `after`: how
        many objects of the range come before the page."""
        self.requests += 1
        if self.arriving:
            self.created.append(self.arriving.pop())
            self.inside.clear()
        if (inside := self.inside.get(part)) is None:
            found = (
                at
                for at, created in enumerate(self.created)
                if (part.gte or 0) <= created < (part.lt or NOW * 2)
            )
            inside = self.inside[part] = list(found)
        return inside[after : after + PAGE], len(inside) > after + PAGE


def sweep(stripe: List, idle: bool, useful: int = 16) -> tuple[set[int], int]:
    """Reads the list as the threads of a run do, but one request at a time. Returns the positions
    of the objects that it read, and how many ranges it read to their ends."""
    seen: set[int] = set()
    listing = Listing(min(stripe.created))
    open_ranges = deque([(WHOLE, 0)])
    shards = 0
    while open_ranges:
        part, after = open_ranges.popleft()
        page, more = stripe.page(part, after)
        seen.update(page)
        created = [stripe.created[at] for at in page]
        if more and (
            parts := listing.narrower(
                part, created, read=after // PAGE, useful=useful, idle=idle, now=NOW
            )
        ):
            open_ranges.extend((one, 0) for one in parts)
            continue
        if more:
            open_ranges.append((part, after + PAGE))
        else:
            listing.ended(part)
            shards += 1
    assert not listing.parts
    return seen, shards


ORDERS = {
    "newest first": lambda times: sorted(times, reverse=True),
    "oldest first": sorted,
    "none": lambda times: random.Random(1).sample(times, len(times)),
}


@st.composite
def histories(draw: st.DrawFn) -> list[int]:
    """When objects were created: steady trade, bursts, thousands in one second, silence of
    years."""
    times: list[int] = []
    for _ in range(draw(st.integers(1, 4))):
        at, length = (
            draw(st.integers(NOW - 14 * YEAR, NOW)),
            draw(st.sampled_from([1, 2, 60, 86_400, YEAR])),
        )
        count = draw(st.integers(1, 4_000))
        chance = random.Random(draw(st.integers(0, 99)))
        times += [
            min(at + int(length * chance.random() ** draw(st.sampled_from([1, 4]))), NOW)
            for _ in range(count)
        ]
    return times


@settings(max_examples=120, deadline=None)
@given(
    times=histories(),
    order=st.sampled_from(sorted(ORDERS)),
    idle=st.booleans(),
    useful=st.sampled_from([1, 2, 4, 16]),
)
def test_no_object_is_lost_and_few_pages_are_read_twice(
    times: list[int], order: str, idle: bool, useful: int
) -> None:
    stripe = List(ORDERS[order](times))
    seen, shards = sweep(stripe, idle, useful)
    assert seen == set(range(len(times)))
    fewest = -(-len(times) // PAGE)
    assert stripe.requests - fewest <= 0.05 * fewest + (
        2 * shards if useful > 4 else shards + IN_VAIN + 1
    )
    assert useful > 1 or stripe.requests == max(fewest, 1)


@settings(max_examples=30, deadline=None)
@given(times=histories(), arriving=st.integers(1, 50))
def test_objects_that_appear_during_a_sweep_hide_no_older_object(
    times: list[int], arriving: int
) -> None:
    stripe = List(sorted(times, reverse=True), arriving=[NOW] * arriving)
    there = len(times)
    seen, _ = sweep(stripe, idle=True)
    assert seen >= set(range(there))


def test_steady_trade_is_read_in_many_parts_and_few_extra_pages() -> None:
    times = [NOW - 2 * YEAR + n * 300 for n in range(200_000)]
    stripe = List(sorted(times, reverse=True))
    _, shards = sweep(stripe, idle=False)
    assert 24 < shards < 100
    assert stripe.requests - 2_000 <= 0.05 * 2_000 + shards


@pytest.mark.parametrize(("useful", "parts"), [(1, 1), (2, 2), (3, 4), (5, 16)])
def test_a_list_has_about_as_many_parts_as_are_useful_at_once(useful: int, parts: int) -> None:
    times = [NOW - 2 * YEAR + n * 1_260 for n in range(50_000)]
    stripe = List(sorted(times, reverse=True))
    _, shards = sweep(stripe, idle=True, useful=useful)
    assert shards == parts
    assert stripe.requests <= 500 + (2 * shards if shards > 1 else 0)


@pytest.mark.parametrize("seed", range(8))
def test_the_longest_part_is_split_whichever_part_answers_first(seed: int) -> None:
    stripe = List(sorted((NOW - YEAR // 3 + n * 150 for n in range(48_000)), reverse=True))
    listing, chance, pages = Listing(NOW - YEAR - 86_400), random.Random(seed), Counter[Range]()
    open_ranges = [WHOLE]
    while open_ranges:
        answers, open_ranges = chance.sample(open_ranges, len(open_ranges)), []
        for part in answers:
            page, more = stripe.page(part, pages[part] * PAGE)
            if not more:
                listing.ended(part)
                continue
            created = [stripe.created[at] for at in page]
            open_ranges += listing.narrower(
                part, created, read=pages[part], useful=4, idle=True, now=NOW
            ) or [part]
            pages[part] += 1
    assert max(pages.values()) < 0.3 * 480
    assert sum(pages.values()) < 480 + 2 * len(pages)


@pytest.mark.parametrize(("useful", "again"), [(2, False), (16, True)])
def test_parts_of_a_very_long_list_are_split_again_only_where_many_parts_are_useful(
    useful: int, again: bool
) -> None:
    listing = Listing(beginning=NOW - 2 * YEAR)
    parts = listing.narrower(
        WHOLE, [NOW - n for n in range(PAGE)], read=0, useful=useful, idle=True, now=NOW
    )
    assert len(parts) == useful
    pages = [(part, [(part.lt or NOW) - n for n in range(PAGE)]) for part in parts]
    assert (
        any(
            listing.narrower(part, page, read=0, useful=useful, idle=True, now=NOW)
            for part, page in pages
        )
        == again
    )


@pytest.mark.parametrize("useful", [2, 16])
def test_a_part_is_split_late_where_it_holds_an_import_of_years_ago(useful: int) -> None:
    now_and_then = [NOW - n * 86_400 for n in range(500)]
    imported = [NOW - 4 * YEAR + n * 1_200 for n in range(50_000)]
    stripe = List([*now_and_then, *sorted(imported, reverse=True)])
    seen, shards = sweep(stripe, idle=True, useful=useful)
    assert seen == set(range(len(stripe.created)))
    assert shards >= useful
    assert stripe.requests <= 505 + IN_VAIN + 2 * shards


@pytest.mark.parametrize("count", [0, 1, 100, 101, 900])
def test_a_short_list_is_not_split(count: int) -> None:
    stripe = List([NOW - n * 3600 for n in range(count)] or [])
    if count:
        _, shards = sweep(stripe, idle=True)
        assert (shards, stripe.requests) == (1, -(-count // PAGE))
    assert Listing().narrower(WHOLE, [], read=0, useful=16, idle=True, now=NOW) == []


def test_the_ranges_cover_all_time_exactly_once() -> None:
    parts = Listing().narrower(
        Range(1_700_000_000, None), [NOW] * 100, read=0, useful=16, idle=True, now=NOW
    )
    assert (parts[0].gte, parts[-1].lt) == (1_700_000_000, None)
    assert [one.lt for one in parts[:-1]] == [one.gte for one in parts[1:]]
    assert all(Range.parse(str(one)) == one for one in (*parts, WHOLE, Range(None, 5)))


def test_a_long_list_of_the_sandbox_is_read_completely_in_parts(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Sandbox(customers=9_000, latency=0.1) as server:
        monkeypatch.setenv("STRIPE_API_BASE", server.base)
        monkeypatch.setenv("STRIPE_ASSETS_MAX_RPS", "0")
        monkeypatch.setenv("STRIPE_ASSETS_MAX_RPS_PER_ENDPOINT", "0")
        result = run_sync(mirror, "customer", connected="none")["customer"]
        there = {one["id"] for one in server.control("objects?resource=customer", "GET")}
        with mirror.connection() as connection:
            table = mirror.tables["customer"]
            ids = set(
                connection.scalars(
                    table.select()
                    .with_only_columns(table.c.id)
                    .where(table.c._observed_at.is_not(None))
                )
            )
        assert ids == there
        pages = [one for one in server.log() if one["path"] == "/v1/customers"]
        shards = {
            one["query"].partition("&starting_after")[0]
            for one in pages
            if "created" in one["query"]
        }
        assert len(shards) > 4
        assert len(pages) <= 1.05 * len(there) / PAGE + 2 * len(shards)
        assert result.status == "ok"
