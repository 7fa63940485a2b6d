"""What the threads of a run work on: a page of a list, one object, or work that makes tasks.

A task says what to ask Stripe for. Its `PageHandler` says what the answer is for. Each purpose has
a handler of its own: a sweep, a retrieve, a feed of events.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from stripe_assets.catalog.model import Paging
from stripe_assets.mirror import Batch, ObjectRef, Owner, ParentRef
from stripe_assets.stripe_api import Answer, StripeError, items, next_cursor
from stripe_assets.sync.engine.fan_out import Step
from stripe_assets.sync.engine.shards import SHARD, WHOLE, Listing, Range

Item = Mapping[str, Any]
Endpoint = tuple[str, str]
"""The account that is asked, and the route's template. Stripe limits the requests of each pair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What is asked for, on whose behalf, and whose rows the answer becomes."""

    model: str
    """The model that the work counts for."""
    resource: str
    """What the items are. The items of a union name their resource themselves, in `object`."""
    reader: Owner
    """The account that is asked: `Stripe-Account`, unless it is the key's own account."""
    path: str
    endpoint: str
    """The route's template, `/v1/customers/{customer}/payment_methods`."""
    params: Mapping[str, Any] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    """Parameters that name the parent. Without them Stripe would list something else."""
    parent: ParentRef | None = None
    """The parent row of a nested list."""
    owned_by: Owner | None = None
    """The owner of the items where that is not the reader. The persons of a connected account
    belong to that account, and the platform reads them."""

    @property
    def owner(self) -> Owner:
        """The owner of the items."""
        return self.owned_by or self.reader


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
    """The list began again because Stripe refused its cursor. It does not begin a third time."""

    def after(self, ids: Sequence[str], items: int) -> Cursor:
        return Cursor(tuple(ids), self.items + items, self.pages + 1)

    def older(self) -> Cursor:
        """The id before. Use it when the object of the last id is gone. The end is the start."""
        return replace(self, ids=self.ids[:-1], restarted=len(self.ids) == 1)

    def at_start(self) -> Cursor:
        """Use it when the server refuses the cursor in words of its own."""
        return replace(self, ids=(), items=0, restarted=True)


@dataclass(frozen=True, slots=True)
class Part:
    """The range of `created` that a task reads of its list. See `shards`."""

    created: Range
    listing: Listing | None = field(default=None, compare=False, repr=False)
    """The list that it is a part of. None: this part is not split."""
    has_children: bool = False
    """Nested lists of its rows were asked for. To read it again would ask for them twice."""


@dataclass(frozen=True, slots=True)
class Page:
    """What Stripe answered to a task."""

    items: list[dict[str, Any]]
    cursor: str | None
    """Where the next page begins: an id or a `next_page_url`. None: this is the last page."""
    answer: Answer
    kept: list[dict[str, Any]] = field(default_factory=list)
    """The items that become rows."""


@dataclass(slots=True)
class PageResult:
    """What a handler makes of a page."""

    batch: Batch
    """What is written."""
    tasks: list[Task] = field(default_factory=list)
    """What is read after the write is committed."""
    committed: Callable[[], None] | None = None
    """What is done after the write is committed."""
    step: Step | None = None
    """The progress of the fan-out that the page belongs to: a part of what is written."""


class PageHandler(ABC):
    """What a task is for. The reading threads call it once a page, and never once a row."""

    def is_needed(self, request: Request) -> bool:
        """Returns False where an answer could no longer be of use."""
        return True

    def readable(self, request: Request, page: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Returns the items of a page that become rows."""
        return page

    @abstractmethod
    def received(self, request: Request, page: Page, batch: Batch) -> PageResult:
        """Makes of a page what is written, and what is read next. `batch` has the page's rows."""

    @abstractmethod
    def refused(
        self, request: Request, error: StripeError, asked_at: datetime
    ) -> PageResult | None:
        """Stripe does not have it, or does not show it. Returns what that says about rows."""

    @abstractmethod
    def failed(self, request: Request, error: Exception, doing: str = "") -> None:
        """The page could not be read, or could not be written (`doing`)."""

    def gave_up(self, request: Request, parameter: str, error: StripeError) -> None:
        """Stripe refused a parameter. The request is repeated without it."""
        return


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What `ListPage` and `Retrieve` have in common."""

    source: Source
    handler: PageHandler = field(compare=False, repr=False)
    depth: int = 0
    """0 for what an account lists, 1 for the lists of those rows, and so on. Deeper tasks go first,
    so that memory stays small."""
    nested: frozenset[str] | None = None
    """The models whose nested lists are read for its rows. None: all that the run reads."""

    @property
    def model(self) -> str:
        return self.source.model

    @property
    def resource(self) -> str:
        return self.source.resource

    @property
    def queue(self) -> Endpoint:
        """The queue that the scheduler puts it in."""
        return (self.source.reader.account_id, self.source.endpoint)

    def failed(self, error: Exception) -> None:
        """The page could not be read."""
        self.handler.failed(self, error)

    def following(self, page: Page) -> ListPage | None:
        """Returns the task of the page after this one; None after the last page."""
        return None

    @property
    def name(self) -> str:
        """What is asked for, for a log."""
        return self.source.path

    @property
    def caused_by(self) -> str | None:
        """The resource whose rows made this task."""
        return self.source.parent.resource if self.depth and self.source.parent else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage(Request):
    """The next page of one list. Its answer gives the task of the page after it."""

    key: str
    """The name of this list among the checkpoints of its owner and model."""
    paging: Paging = "starting_after"
    cursor: Cursor = Cursor()
    since: datetime | None = None
    """Only the rest of a sublist: when its first page was asked for. At the list's end, rows that
    were observed before that time are gone."""
    part: Part | None = None
    """None for a list that is not read in parts."""

    listed = True
    """Its items come from a list."""

    @property
    def position(self) -> int:
        """The position of the page's first item in its list."""
        return self.cursor.items

    @property
    def takes_turns(self) -> bool:
        """Whether it is a full page, as a rule: a later page or a part of an account's list."""
        in_part = self.part is not None and self.part.created != WHOLE
        return not self.depth and (bool(self.cursor.ids) or in_part)

    def request(self) -> tuple[str, dict[str, Any]]:
        """Returns the path and the parameters of the next page."""
        if self.cursor.ids and self.paging == "next_page_url":
            return self.cursor.ids[-1], {}
        params = dict(self.source.params)
        if self.cursor.ids:
            params["starting_after"] = self.cursor.ids[-1]
        return self.source.path, params

    def page(self, answer: Answer) -> Page:
        """Reads an answer. Raises MalformedPage where it is no page of a list."""
        path, asked = self.source.path, self.cursor.ids[-1] if self.cursor.ids else None
        found = items(answer.body, path=path)
        return Page(found, next_cursor(answer.body, self.paging, asked=asked, path=path), answer)

    def following(self, page: Page) -> ListPage | None:
        if page.cursor is None:
            return None
        by_url = self.paging == "next_page_url"
        ids = [page.cursor] if by_url else [str(item["id"]) for item in page.items]
        return replace(self, cursor=self.cursor.after(ids, len(page.items)))

    def narrowed(self, created: Range) -> ListPage:
        """Returns the task that reads only one range of the same list, from its start."""
        listing = self.part.listing if self.part else None
        return replace(
            self,
            key=f"{self.key.partition(SHARD)[0]}{SHARD}{created}",
            source=replace(self.source, params={**self.source.params, "created": created.filter()}),
            part=Part(created, listing),
            cursor=Cursor(restarted=self.cursor.restarted),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieve(Request):
    """One object, read by its id; or an account's only object of its kind."""

    wanted: ObjectRef

    listed = False
    position = 0
    takes_turns = False

    @property
    def key(self) -> str:
        """The name of the request among the checkpoints of its owner and model."""
        return self.source.path

    def request(self) -> tuple[str, dict[str, Any]]:
        return self.source.path, dict(self.source.params)

    def page(self, answer: Answer) -> Page:
        return Page([answer.body], None, answer)


@dataclass(frozen=True, slots=True)
class Deferred:
    """Work that makes tasks, for instance a question to the database. It sends no request."""

    model: str
    name: str
    """What the work is, for an error."""
    account_id: str
    work: Callable[[], list[Task]] = field(compare=False, repr=False)
    failed: Callable[[Exception], None] = field(compare=False, repr=False)
    """Called with the error of `work`."""

    depth = 0
    caused_by = None
    takes_turns = False

    @property
    def resource(self) -> str:
        return self.model

    @property
    def queue(self) -> Endpoint:
        return (self.account_id, self.name)


Task = ListPage | Retrieve | Deferred
