"""One list in parts that are read at the same time: ranges of `created`, each with a cursor of its
own under its own filter.

A part that has more is replaced by narrower parts where the sweep is quicker so. These are read
from their starts: as a rule after the first page of the part, and later only where it turns out to
hold far more than it seemed to (an import of years ago, for instance). That costs pages. It is not
done where answers come so quickly, or so few requests are allowed, that one part does as well.

Ranges are cut by time alone, and the outer ranges have no outer end. So each object is in exactly
one range, whatever the order of the list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

from stripe_assets.sync.constants import PAGE

WORTH_SPLITTING = 64
"""Pages. A longer part is split whatever else is to be read: the last part must not be read alone
for long."""
MANY = 5
"""With this many parts that are useful at the same time, WORTH_SPLITTING and PARTS apply as they
are. For each part less, WORTH_SPLITTING doubles and PARTS halves."""
IDLE_SHARE = 0.25
"""Share of WORTH_SPLITTING that is enough while a thread is idle, and fewer parts than are useful
are at least half as long."""
PARTS = 16
"""Parts that one part is replaced by, at most."""
IN_VAIN, IN_VAIN_SHARE = 8, 0.05
"""Pages of a list that may be read twice because a part was split while it was read: this number,
and this share of all pages."""
SHARD = " created "
"""In the key of a part: between the key of its list and its range."""
BEGINNING = 1_293_840_000
"""2011, in Unix seconds: Stripe has few older objects. Where it is known when the account was
created, that time is used."""


@dataclass(frozen=True, slots=True)
class Range:
    """Objects that were created from `gte` to before `lt`, in Unix seconds. None: no end."""

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
    """A list that is read in parts. All its parts share it. Two threads may count at the same
    time: a wrong count costs a few requests, and no object."""

    beginning: int = BEGINNING
    """When the history of the account begins, Unix seconds."""
    pages: int = 0
    in_vain: int = 0
    """Pages that were read again as pages of narrower parts. Where many parts are useful, first
    pages do not count."""
    parts: dict[Range, float] = field(default_factory=dict)
    """Part that is not read to its end → the pages that are left of it. A part that was not begun
    has its share of the part that it was cut from."""

    def ended(self, part: Range) -> None:
        self.parts.pop(part, None)

    def narrower(
        self,
        part: Range,
        created: Sequence[int],
        *,
        read: int,
        useful: int,
        idle: bool,
        now: int,
    ) -> list[Range]:
        """Returns the parts that replace a part which has more. Empty: it is read to its end.

        Parameters: created: when the objects of its last page were created, Unix seconds. read: its
        pages before that one. useful: parts that are worth reading at the same time. idle: a thread
        waits for another part. How much is left is guessed from how close in time the objects of
        that page are: a wrong guess costs a few requests, and no object.
        """
        self.pages += 1
        self.parts[part] = 0
        first = part.gte if part.gte is not None else min(self.beginning, *created, now)
        last = part.lt if part.lt is not None else max(now, *created, now) + 1
        if not created or last - first < 2 or useful < 2:
            return []
        pages = self.parts[part] = _pages_left(created, first, last)
        if not self._is_worth_splitting(pages, read, useful, idle):
            return []
        quick = max(0, MANY - useful)
        worth = WORTH_SPLITTING << quick
        many = min(PARTS >> quick, last - first, max(2, ceil(pages / (worth / 2))))
        cuts = [first + (last - first) * n // many for n in range(1, many)]
        bounds = zip([part.gte, *cuts], [*cuts, part.lt], strict=True)
        parts = [Range(gte, lt) for gte, lt in bounds]
        self.parts.update(dict.fromkeys(parts, pages / many))
        self.ended(part)
        return parts

    def _is_worth_splitting(self, pages: float, read: int, useful: int, idle: bool) -> bool:
        quick = max(0, MANY - useful)
        as_long = sum(pages <= 2 * left for left in [*self.parts.values()])
        if quick and as_long >= useful:  # it will not be read alone when the others have ended
            return False
        worth: float = WORTH_SPLITTING << quick
        if idle and as_long < useful:
            worth *= IDLE_SHARE
        if pages <= max(worth, read / IN_VAIN_SHARE):
            return False
        in_vain = read + 1 if quick else read  # of many parts, few are split at their first pages
        if in_vain and self.in_vain + in_vain > IN_VAIN + IN_VAIN_SHARE * self.pages:
            return False
        self.in_vain += in_vain
        return True


def _pages_left(created: Sequence[int], first: int, last: int) -> float:
    """Guesses the pages that are left from a page's objects, newest or oldest first."""
    oldest, newest = min(created), max(created)
    seconds = oldest - first if created[0] >= created[-1] else last - newest
    return seconds / max(newest - oldest, 1) * len(created) / PAGE
