"""A task: one list that is being read, at the page that comes next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from stripe_assets.mirror import ObjectRef, Owner, ParentRef
from stripe_assets.sync.engine.shards import WHOLE, Listing, Range

if TYPE_CHECKING:
    from stripe_assets.sync.engine.fan_out import FanOut
    from stripe_assets.sync.engine.handlers import PageHandler

SHARD = " created "
"""In the key of a shard, between that of its list and its range."""


@dataclass(frozen=True, slots=True)
class Task:
    """The next page of one list. Reading it gives the task of the page after it."""

    model: str
    """The resource that the work counts for."""
    resource: str
    """What the items are; a sublist of a union names them by their own `object`."""
    reader: Owner
    """On whose behalf the request is sent (`Stripe-Account` when it is not the key's own account)."""
    path: str
    endpoint: str
    """The route's template, `/v1/customers/{customer}/payment_methods`: Stripe limits and we count by it."""
    key: str
    """Names this list among the checkpoints of its owner and model."""
    paging: Literal["starting_after", "next_page_url", "none", "object"] = "starting_after"
    params: Mapping[str, Any] = field(default_factory=dict)
    parent: ParentRef | None = None
    """The row that a nested list hangs on."""
    owned_by: Owner | None = None
    """Whose rows its items are, where that is not the reader: an account's persons are the account's."""
    cursor: tuple[str, ...] = ()
    """The ids of the page before, the last one last (or the one `next_page_url`). Empty for the first page."""
    position: int = 0
    """How many items of a sublist come before this page."""
    since: datetime | None = None
    """When the first page of a sublist was asked for: what is older at its end is gone."""
    depth: int = 0
    """0 for what an account lists, 1 for what hangs on that, and so on. Deeper tasks go first: memory stays small."""
    fan_out: FanOut | None = field(default=None, compare=False, repr=False)
    """What this list is one of, when it is one of the lists of a page's rows."""
    restarted: bool = False
    """It was begun anew because its cursor was refused: not a second time."""
    handler: PageHandler | None = field(default=None, compare=False, repr=False)
    """What it is for when it is no part of a sweep."""
    wanted: ObjectRef | None = None
    """The one object that it retrieves."""
    lists: frozenset[str] | None = None
    """The models whose nested lists are read for its rows; None for all that the run reads."""
    created: Range | None = None
    """The part of the list that it reads; None for a list that is not read in parts."""
    listing: Listing | None = field(default=None, compare=False, repr=False)
    """The list that it is a part of."""
    read: int = 0
    """WriteSink of this part that were read before."""
    has_caused: bool = False
    """A list for each of the rows of these pages was asked for: it would be again if the part was read afresh."""
    work: Callable[[], list[Task]] | None = field(default=None, compare=False, repr=False)
    """Done in place of a request; what it gives is to be read next."""

    @property
    def owner(self) -> Owner:
        """Whose rows the items are."""
        return self.owned_by or self.reader

    @property
    def goes_on(self) -> bool:
        """Whether it is a further page, or a part, of what an account lists: as a rule a full page."""
        return not self.depth and (bool(self.cursor) or self.created not in (None, WHOLE))

    def request(self) -> tuple[str, dict[str, Any]]:
        """The path and the parameters of the next page."""
        if self.cursor and self.paging == "next_page_url":
            return self.cursor[-1], {}
        params = dict(self.params)
        if self.cursor:
            params["starting_after"] = self.cursor[-1]
        return self.path, params

    def narrowed(self, created: Range) -> Task:
        """The same list from its start, of what was created in that range alone."""
        key = f"{self.key.partition(SHARD)[0]}{SHARD}{created}"
        return replace(
            self,
            key=key,
            params={**self.params, "created": created.filter()},
            created=created,
            cursor=(),
            read=0,
            has_caused=False,
        )

    def after(self, cursor: Sequence[str], items: int) -> Task:
        return replace(
            self,
            cursor=tuple(cursor),
            position=self.position + items,
            read=self.read + 1,
            restarted=False,
        )

    def with_older_cursor(self) -> Task:
        """When Stripe refuses the cursor because its object is gone: the id before it, in the end the list's start."""
        return replace(self, cursor=self.cursor[:-1], restarted=len(self.cursor) == 1)

    def from_the_start(self) -> Task:
        """When a server refuses the cursor in words of its own."""
        return replace(self, cursor=(), position=0, restarted=True)
