"""Pages of lists: v1's cursors, which are ids, and v2's page tokens."""

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
"""The most objects of a page."""
UNLIMITED = 10**9
"""The page size of a list that takes no `limit`."""


@dataclass(frozen=True, slots=True)
class Window(Sequence[Sort]):
    """A part of a list. The list may be long, and to copy it would cost more than the page."""

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
    """All that a list can show before its filters."""

    order: Sequence[Sort]
    """Sort keys, oldest first."""
    tables: Sequence[Table]
    """Where their records are."""
    parent: str = ""
    """The id of the parent, for a nested list."""

    def record(self, id: str, late: bool = False) -> Record | None:
        """The record with this id, if the list may show it.

        `late`: also a new record, which lists do not have yet.
        """
        for table in self.tables:
            if id in table.by_id and id not in table.unlisted and (late or id not in table.late):
                return table.by_id[id]
        return None

    def within(self, first: int, last: int) -> Listing:
        """The part that was created from the first to the last of these seconds."""
        low = bisect_left(self.order, (first, ""))
        high = bisect_left(self.order, (last + 1, ""))
        return Listing(Window(self.order, low, high), self.tables, self.parent)


def limit_of(params: Params, default: int = 10) -> int:
    """The page size. Raises ApiError (400) for one that is out of bounds."""
    if "limit" not in params:
        return default
    limit = integer(params["limit"], "limit")
    if not 1 <= limit <= MOST:
        bound = f"less than or equal to {MOST}" if limit > MOST else "greater than or equal to 1"
        message = f"This value must be {bound} (the limit given was {limit})."
        raise invalid(message, "limit", "parameter_invalid_integer")
    return limit


def v1_page(
    listing: Listing, accepts: Accepts, params: Params, noun: str, usual: int = 10
) -> tuple[list[Record], bool]:
    """The page's records, newest first, and whether there are more in that direction.

    `usual` is the page size without a `limit`. Raises ApiError (400) for a wrong cursor.
    """
    if "starting_after" in params and "ending_before" in params:
        message = "You may only specify one of these parameters: ending_before, starting_after."
        raise ApiError(400, message, param="ending_before")
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
    """The cursor's sort key. Stripe refuses a cursor that the list's filters exclude."""
    id = str(params[name])
    record = listing.record(id, late=True)
    record = record or listing.record(scoped(listing.parent, id), late=True)
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


def v2_page(
    listing: Listing, accepts: Accepts, params: Params
) -> tuple[list[Record], str | None, str | None]:
    """The page's records, the token of the next page, and the token of the previous page.

    A token is None where there is no such page. Raises ApiError (400) for a token of no list.
    """
    limit = limit_of(params, 20)
    length = len(listing.order)
    end, before = _decoded(listing, params["page"]) if "page" in params else (length, 0)
    found = _take(listing, accepts, range(end - 1, -1, -1), limit + 1)
    following = _token(found[limit - 1].sort, before + limit) if len(found) > limit else None
    if not before:
        return found[:limit], following, None
    start = max(0, before - limit)
    if not start:
        return found[:limit], following, _token((2**53, ""), 0)
    earlier = _take(listing, accepts, range(length - 1, -1, -1), before)
    return found[:limit], following, _token(earlier[start - 1].sort, start)


def _token(last: Sort, before: int) -> str:
    """The token of a page after this sort key. `before` is the number of records before it."""
    text = f"{last[0]} {last[1]} {before}"
    return "page_" + base64.urlsafe_b64encode(text.encode()).decode()


def _decoded(listing: Listing, token: object) -> tuple[int, int]:
    """The end of the token's page in the list's order, and how many records are before it."""
    try:
        text = base64.urlsafe_b64decode(str(token).removeprefix("page_").encode()).decode()
        created, id, before = text.split(" ")
        return bisect_left(listing.order, (int(created), id)), int(before)
    except ValueError:
        message = "The page token is not one that this list gave."
        raise ApiError(400, message, code="invalid_page_token") from None
