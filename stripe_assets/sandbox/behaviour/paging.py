"""Pages of lists: v1's cursors (ids), v2's page tokens."""

from __future__ import annotations

import base64
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from stripe_assets.sandbox.behaviour.filters import Accepts
from stripe_assets.sandbox.calls.errors import ApiError, invalid, missing
from stripe_assets.sandbox.calls.parameters import Params, integer
from stripe_assets.sandbox.objects.store import Record, Sort, Table, scoped

MOST = 100
UNLIMITED = 10**9
"""The page of a list that takes no `limit`."""


@dataclass(frozen=True, slots=True)
class Window(Sequence[Sort]):
    """A part of a list that may be long: to copy it would cost more than the page."""

    order: Sequence[Sort]
    low: int
    high: int

    def __len__(self) -> int:
        return max(0, self.high - self.low)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self[n] for n in range(*place.indices(len(self)))]
        if not 0 <= place < len(self):
            raise IndexError(place)
        return self.order[self.low + place]


@dataclass(slots=True)
class Listing:
    """What a list may show, before its filters: sort keys, ascending, and where their records are."""

    order: Sequence[Sort]
    tables: Sequence[Table]
    parent: str = ""

    def record(self, id: str, late: bool = False) -> Record | None:
        """Where lists may show it; `late`: also where they do not yet."""
        for table in self.tables:
            if id in table.by_id and id not in table.unlisted and (late or id not in table.late):
                return table.by_id[id]
        return None

    def within(self, first: int, last: int) -> Listing:
        low, high = bisect_left(self.order, (first, "")), bisect_left(self.order, (last + 1, ""))
        return Listing(Window(self.order, low, high), self.tables, self.parent)


def limit_of(params: Params, default: int = 10) -> int:
    if "limit" not in params:
        return default
    limit = integer(params["limit"], "limit")
    if not 1 <= limit <= MOST:
        word = f"This value must be less than or equal to {MOST}" if limit > MOST else "This value must be greater than or equal to 1"
        raise invalid(f"{word} (the limit given was {limit}).", "limit", "parameter_invalid_integer")
    return limit


def v1_page(listing: Listing, accepts: Accepts, params: Params, noun: str, usual: int = 10) -> tuple[list[Record], bool]:
    """The page's records, newest first, and whether there are more in that direction."""
    if "starting_after" in params and "ending_before" in params:
        raise ApiError(400, "You may only specify one of these parameters: ending_before, starting_after.", param="ending_before")
    limit = limit_of(params, usual)
    order = listing.order
    if "ending_before" in params:
        start = bisect_right(order, _cursor(listing, accepts, params, "ending_before", noun))
        found = _take(listing, accepts, range(start, len(order)), limit + 1)
        return found[:limit][::-1], len(found) > limit
    end = len(order)
    if "starting_after" in params:
        end = bisect_left(order, _cursor(listing, accepts, params, "starting_after", noun))
    found = _take(listing, accepts, range(end - 1, -1, -1), limit + 1)
    return found[:limit], len(found) > limit


def _cursor(listing: Listing, accepts: Accepts, params: Params, name: str, noun: str) -> Sort:
    id = str(params[name])
    record = listing.record(id, late=True) or listing.record(scoped(listing.parent, id), late=True)
    if record is not None and accepts(record):
        place = bisect_left(listing.order, record.sort)
        if place < len(listing.order) and listing.order[place] == record.sort:
            return record.sort
    raise missing(noun, id, name, 400)


def _take(listing: Listing, accepts: Accepts, places: range, most: int) -> list[Record]:
    found: list[Record] = []
    for place in places:
        record = listing.record(listing.order[place][1])
        if record is not None and accepts(record):
            found.append(record)
            if len(found) == most:
                break
    return found


def v2_page(listing: Listing, accepts: Accepts, params: Params) -> tuple[list[Record], str | None, str | None]:
    """The page's records, the token of the next page and of the one before."""
    limit = limit_of(params, 20)
    end = len(listing.order)
    at = 0
    if "page" in params:
        try:
            text = base64.urlsafe_b64decode(str(params["page"]).removeprefix("page_").encode()).decode()
            created, id, place = text.split(" ")
            end, at = bisect_left(listing.order, (int(created), id)), int(place)
        except ValueError:
            raise ApiError(400, "The page token is not one that this list gave.", code="invalid_page_token") from None
    found = _take(listing, accepts, range(end - 1, -1, -1), limit + 1)
    following = _token(found[limit - 1].sort, at + limit) if len(found) > limit else None
    everything = _take(listing, accepts, range(len(listing.order) - 1, -1, -1), at) if at else []
    if not at:
        return found[:limit], following, None
    start = max(0, at - limit)
    before = _token(everything[start - 1].sort, start) if start else _token((2**53, ""), 0)
    return found[:limit], following, before


def _token(last: Sort, at: int) -> str:
    return "page_" + base64.urlsafe_b64encode(f"{last[0]} {last[1]} {at}".encode()).decode()
