"""One list in parts that are read at the same time: ranges of `created`, each with a cursor of its own under its own filter.

A range that has more is replaced by narrower ones where that makes the sweep quicker, and these are read afresh: as a rule after its first
page, later only where it turns out to hold far more than it seemed to, as an import of years ago does. That costs pages: it is not done
where answers come so quickly, or so few are allowed, that one part does as well. Ranges are cut by time alone, and the outer ones
have no outer end: whatever order a list is in, each object is in exactly one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

PAGE = 100
WORTH_SPLITTING = 64
"""WriteSink: a longer range is split whatever else is to be read, so that the last one does not go on alone for long."""
MANY = 5
"""Parts that are of use at once. Of fewer each is quicker: for each one less, twice the pages are worth splitting, into half as many."""
IDLE_SHARE = 0.25
"""Of the pages that are worth splitting: so few while fewer parts than are of use are half as long, and there is a thread for another."""
PARTS = 16
IN_VAIN, IN_VAIN_SHARE = 8, 0.05
"""WriteSink of a list that may be read twice because a range that was being read was split: so many, and this share of them all."""
BEGINNING = 1_293_840_000
"""2011: Stripe has few objects that are older. Where the account's own beginning is known that is taken."""


@dataclass(frozen=True, slots=True)
class Range:
    """Objects that were created from `gte` to before `lt`, in Unix seconds; None is no end."""

    gte: int | None = None
    lt: int | None = None

    def filter(self) -> dict[str, int]:
        return {name: at for name, at in (("gte", self.gte), ("lt", self.lt)) if at is not None}

    def __str__(self) -> str:
        return f"{'' if self.gte is None else self.gte}..{'' if self.lt is None else self.lt}"

    @classmethod
    def parse(cls, text: str) -> Range:
        gte, _, lt = text.partition("..")
        return cls(int(gte) if gte else None, int(lt) if lt else None)


WHOLE = Range()


@dataclass(slots=True)
class Listing:
    """A list that is read in parts. Shared by all of them; that two threads may count at once does not matter."""

    beginning: int = BEGINNING
    """When the history of the account begins, Unix seconds."""
    pages: int = 0
    in_vain: int = 0
    """Of these, those that were read again as parts of narrower ranges; first pages apart where these are many."""
    parts: dict[Range, float] = field(default_factory=dict)
    """Those that are not read to their ends, and the pages that are left of each: of one not begun, its share of what it was cut from."""

    def ended(self, part: Range) -> None:
        self.parts.pop(part, None)

    def narrower(
        self, whole: Range, created: Sequence[int], *, read: int, useful: int, idle: bool, now: int
    ) -> list[Range]:
        """What takes the place of a range that has more; nothing where it is better read on.

        Parameters: created: of the objects of the last page, Unix seconds. read: pages of the range that were read before it. useful: parts
        that are worth reading at once. idle: whether there is a thread for another part. How much is left is guessed from how close the
        objects of that page are to each other: a wrong guess costs a few requests, and no object.
        """
        self.pages += 1
        self.parts[whole] = 0
        first = whole.gte if whole.gte is not None else min(self.beginning, *created, now)
        last = whole.lt if whole.lt is not None else max(now, *created, now) + 1
        if not created or last - first < 2 or useful < 2:
            return []
        oldest, newest = min(created), max(created)
        seconds = oldest - first if created[0] >= created[-1] else last - newest
        pages = seconds / max(newest - oldest, 1) * len(created) / PAGE
        self.parts[whole] = pages
        quick = max(0, MANY - useful)
        as_long = sum(pages <= 2 * left for left in [*self.parts.values()])
        if quick and as_long >= useful:  # it will not go on alone when the others have ended
            return []
        worth = WORTH_SPLITTING << quick
        if pages <= max(
            worth * IDLE_SHARE if idle and as_long < useful else worth, read / IN_VAIN_SHARE
        ):
            return []
        in_vain = read + 1 if quick else read  # of many parts, few are split at their first pages
        if in_vain and self.in_vain + in_vain > IN_VAIN + IN_VAIN_SHARE * self.pages:
            return []
        self.in_vain += in_vain
        many = min(PARTS >> quick, last - first, max(2, ceil(pages / (worth / 2))))
        cuts = [first + (last - first) * n // many for n in range(1, many)]
        parts = [
            Range(gte, lt) for gte, lt in zip([whole.gte, *cuts], [*cuts, whole.lt], strict=True)
        ]
        self.parts.update(dict.fromkeys(parts, pages / many))
        self.ended(whole)
        return parts
