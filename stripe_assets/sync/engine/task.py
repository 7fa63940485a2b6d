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
from stripe_assets.mirror import Batch, ObjectRef
from stripe_assets.stripe_api import (
    Answer,
    Failure,
    MalformedPage,
    StripeError,
    is_usable,
    items,
    next_cursor,
)
from stripe_assets.sync.engine.cursor import NO_TRIES, START, Cursor, Part, Tries
from stripe_assets.sync.engine.expansions import Option
from stripe_assets.sync.engine.fan_out import Step
from stripe_assets.sync.engine.page import Page
from stripe_assets.sync.engine.shards import SHARD, WHOLE, Range
from stripe_assets.sync.engine.source import Endpoint, Source

Item = Mapping[str, Any]


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

    def waits(self, request: Request) -> bool:
        """Returns True where it is not clear yet whether the request is of use."""
        return False

    def in_parts(self, request: Request, parts: Sequence[ListPage]) -> PageResult | None:
        """The list begins again in parts. Returns what is recorded of that; None where it must
        begin again as a whole."""
        return PageResult(Batch(), [*parts])

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
        """Stripe itself refused the request, the plain one too. Returns what that says about
        rows."""

    @abstractmethod
    def not_read(self, request: Request, error: StripeError) -> PageResult | None:
        """The page could not be read. Returns what is recorded of that."""

    @abstractmethod
    def failed(self, request: Request, error: Exception, doing: str = "") -> None:
        """The program failed. `doing`: what it did; by default it read the page."""

    def gave_up(self, request: Request, option: Option) -> PageResult | None:
        """Stripe refused an expansion. The request is repeated without it. Returns what is
        recorded of that."""
        return None


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
    tries: Tries = NO_TRIES

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
    cursor: Cursor = START
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
        if not found and self._is_read():
            return Page([], None, answer)
        following = next_cursor(answer.body, self.paging, asked=asked, path=path)
        if following and following == self.cursor.seen:
            said = f"the pages go in a circle: the page after {following} came before"
            raise MalformedPage(Failure(path=path, message=said))
        usable = [item for item in found if is_usable(item)]
        return Page(usable, following, answer, bad=len(found) - len(usable))

    def _is_read(self) -> bool:
        """Whether a part of one second had a first page that was not full: an empty one ends it."""
        created = self.part.created if self.part else WHOLE
        is_second = created.gte is not None and created.lt == created.gte + 1
        first = self.cursor.pages == 1 and self.cursor.items < self.source.params.get("limit", 0)
        return is_second and first

    def around(self, second: int) -> tuple[ListPage, ...]:
        """Returns the parts before, in and after one second of `created`, each from its start."""
        assert self.part
        first, last, after = self.part.created.gte, self.part.created.lt, second + 1
        bounds = ((first, second), (second, after), (after, last))
        start = replace(self, cursor=Cursor(restarted=True))
        return tuple(start.narrowed(Range(*one)) for one in bounds)

    def following(self, page: Page) -> ListPage | None:
        if page.cursor is None:
            return None
        by_url = self.paging == "next_page_url"
        ids = [] if by_url else [item["id"] for item in page.items]
        created = page.items[-1].get("created") if self.part and page.items else None
        cursor = self.cursor.after(ids or [page.cursor], len(page.items), created)
        return replace(self, cursor=cursor, tries=self.tries.next_page(cursor.pages))

    def at(self, ids: Sequence[str], created: Range | None = None) -> ListPage:
        """Returns the task behind these ids, or from the start of the list or of one range of it.
        It is not split: nobody knows how much of it would be read again."""
        task = self if created is None else self.narrowed(created)
        if not ids:
            return task
        part = replace(task.part, listing=None) if task.part else None
        return replace(task, cursor=task.cursor.after(ids, 0), part=part)

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
        """Raises MalformedPage where the answer is another object."""
        id = answer.body.get("id")
        if "{id}" in self.source.endpoint and id != self.wanted.id:
            said = f"the answer is another object: {id}"
            raise MalformedPage(Failure(path=self.source.path, message=said))
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
