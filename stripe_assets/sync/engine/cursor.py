"""How far a list was read, which part of it is read, and what was tried to read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from stripe_assets.stripe_api import StripeError
from stripe_assets.sync.constants import PAGE
from stripe_assets.sync.engine.shards import Listing, Range

Place = tuple[str | None, str]
"""The connected account that is asked (None: the key's own), and the route's template."""

OLDER_IDS = 5
"""How many older ids are tried as a cursor when the object of the last id is gone."""
SAME_SIZE = 10
"""Pages after which a list that is read in smaller pages tries larger ones."""


@dataclass(frozen=True, slots=True)
class Tries:
    """What was tried already for one request."""

    odd: int = 0
    """Answers that made no sense."""
    refusal: StripeError | None = None
    """Stripe has refused the request. Now it is asked with its required parameters alone."""
    limit: int | None = None
    """A smaller page than the route's."""
    limited_at: int = 0
    """The number of pages that were read when `limit` was chosen."""

    def next_page(self, pages: int) -> Tries:
        """Returns what is known for the page after this one. Smaller pages grow again."""
        if self.limit is None:
            return NO_TRIES
        if pages - self.limited_at < SAME_SIZE:
            return Tries(limit=self.limit, limited_at=self.limited_at)
        larger = self.limit * 2
        return Tries(limit=larger, limited_at=pages) if larger < PAGE else NO_TRIES


NO_TRIES = Tries()


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a list was read."""

    ids: tuple[str, ...] = ()
    """The ids of the page before, in order; or its one `next_page_url`. Empty: the first page."""
    items: int = 0
    """The number of items before this page."""
    pages: int = 0
    """The number of pages before this page."""
    restarted: bool = False
    """The list began again because its rest could not be read. It does not begin a third time."""
    seen: str = ""
    """The cursor of an earlier page. It is renewed after 1, 2, 4, 8 … pages, so that it lies in
    every circle of pages sooner or later."""

    created: int | None = None
    """When the last object was created, in Unix seconds."""

    def after(self, ids: Sequence[str], items: int, created: object = None) -> Cursor:
        pages = self.pages + 1
        seen = ids[-1] if pages & (pages - 1) == 0 else self.seen
        at = created if type(created) is int else None
        return Cursor(tuple(ids), self.items + items, pages, self.restarted, seen, at)

    def older(self) -> Cursor:
        """The id before. Use it when the object of the last id is gone. After a few, the list
        begins again."""
        ids = self.ids[-OLDER_IDS - 1 : -1] if len(self.ids) > OLDER_IDS else self.ids[:-1]
        return replace(self, ids=ids) if ids else self.at_start()

    def at_start(self) -> Cursor:
        """Use it when the rest of the list cannot be read from here."""
        return Cursor(restarted=True)


START = Cursor()


@dataclass(frozen=True, slots=True)
class Part:
    """The range of `created` that a task reads of its list. See `shards`."""

    created: Range
    listing: Listing | None = field(default=None, compare=False, repr=False)
    """The list that it is a part of. None: this part is not split."""
    has_children: bool = False
    """Nested lists of its rows were asked for. To read it again would ask for them twice."""
