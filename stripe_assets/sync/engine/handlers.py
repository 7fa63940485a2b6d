"""What a task is for that is no part of a sweep: it keeps no checkpoint, and what comes of it is told here, not to its model."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from stripe_assets.mirror import Batch, Gone, ObjectRef, ParentRef, Rows
from stripe_assets.stripe_api import Failure, MalformedPage, NotFound, StripeError

if TYPE_CHECKING:
    from stripe_assets.sync.engine.session import Session
    from stripe_assets.sync.engine.task import Task

Page = Sequence[Mapping[str, Any]]


class PageHandler:
    """Called by the threads that read, one page of a task after the other."""

    def readable(self, task: Task, page: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Without the items that no row can be made of."""
        return page

    def took(self, task: Task, page: Page, batch: Batch, observed_at: datetime) -> bool:
        """The page's rows are about to be written. Returns whether to read on."""
        return True

    def written(self, task: Task, page: Page, observed_at: datetime) -> None:
        """The page is in the database."""

    def refused(self, task: Task, error: StripeError, asked_at: datetime) -> Batch | None:
        """Stripe does not have it, or does not show it. Returns what that says about rows."""
        return None

    def failed(self, task: Task, error: Exception) -> None:
        """It could not be read, or not be written."""

    def part(self, task: Task, parent: ParentRef) -> PageHandler | None:
        """Of a further list that hangs on one of the task's rows; None where that need not be read."""
        return PartOf(self, task)

    def tolerates(self, task: Task) -> bool:
        """Whether it is known that Stripe refuses this list."""
        return False


@dataclass(frozen=True, slots=True)
class Failed:
    error: str
    trace: str

    @classmethod
    def of(cls, error: Exception) -> Failed:
        text = str(error) if isinstance(error, StripeError) else f"{type(error).__name__}: {error}"
        return cls(text, "".join(traceback.format_exception(error)))


@dataclass(frozen=True, slots=True)
class Present:
    observed_at: datetime
    deleted: bool = False
    """Stripe returned a deleted object's stub."""


class PartOf(PageHandler):
    """The rest of a sublist, or a nested list: where it fails, the object that it hangs on has failed."""

    def __init__(self, whole: PageHandler, task: Task) -> None:
        self._whole = whole
        self._task = task

    def refused(self, task: Task, error: StripeError, asked_at: datetime) -> Batch | None:
        gone = (
            isinstance(error, NotFound) and error.missing
        )  # its parent, meanwhile: the parent's own event will say so
        if not gone and not self._whole.tolerates(task):
            self._whole.failed(self._task, error)
        return None

    def failed(self, task: Task, error: Exception) -> None:
        self._whole.failed(self._task, error)

    def part(self, task: Task, parent: ParentRef) -> PageHandler | None:
        return self


class Retrieval(PageHandler):
    """Objects that are read one by one. A task's `wanted` says which.

    `unlisted`: they are asked for because a finished sweep did not list them; those that exist are marked so.
    """

    def __init__(self, session: Session, *, unlisted: bool = False) -> None:
        self._catalog = session.catalog
        self._tolerated = session.tolerated
        self._unlisted = unlisted
        self.present: dict[ObjectRef, Present] = {}
        """What was read and is in the database."""
        self.absent: dict[ObjectRef, StripeError] = {}
        """What Stripe does not have, or does not show."""
        self.failures: dict[ObjectRef, Failed] = {}
        self.with_parts: set[ObjectRef] = set()
        """Objects of which more than their own answer has to be read."""

    def gone(self, wanted: ObjectRef) -> bool:
        """Whether Stripe said that there is no such object (any more)."""
        error, retrieve = self.absent.get(wanted), self._catalog[wanted.resource].retrieve
        return error is not None and is_gone(error, retrieve.gone_codes if retrieve else ())

    def took(self, task: Task, page: Page, batch: Batch, observed_at: datetime) -> bool:
        wanted = task.wanted
        if (
            wanted
            and not self._catalog[wanted.resource].singleton
            and page[0].get("id") != wanted.id
        ):
            raise MalformedPage(
                Failure(
                    path=task.path, message=f"the answer is another object: {page[0].get('id')}"
                )
            )
        if wanted and self._unlisted:
            for block in batch.rows.get(task.resource, Rows()).blocks:
                if list(block.ids) == [wanted.id] and block.columns["_deleted_at"][0] is None:
                    block.set("_unlisted_at", observed_at)
        return True

    def written(self, task: Task, page: Page, observed_at: datetime) -> None:
        if task.wanted:
            self.present[task.wanted] = Present(
                observed_at, any(item.get("deleted") is True for item in page)
            )

    def refused(self, task: Task, error: StripeError, asked_at: datetime) -> Batch | None:
        wanted = task.wanted
        if wanted is None:
            return None
        self.absent[wanted] = error
        return (
            Batch(gone=[Gone(wanted.resource, wanted.owner, (wanted.id,), asked_at)])
            if self.gone(wanted)
            else None
        )

    def part(self, task: Task, parent: ParentRef) -> PageHandler | None:
        if task.wanted:
            self.with_parts.add(task.wanted)
        return super().part(task, parent)

    def tolerates(self, task: Task) -> bool:
        return task.model in self._tolerated.get(task.reader, ())

    def failed(self, task: Task, error: Exception) -> None:
        if task.wanted:
            self.failures[task.wanted] = Failed.of(error)


def is_gone(error: StripeError, codes: Sequence[str]) -> bool:
    return (isinstance(error, NotFound) and error.missing) or (
        error.unavailable and error.code in codes
    )
