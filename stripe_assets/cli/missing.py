"""What `status` shows of what the database lacks: holes, and what Stripe does not show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from rich.console import Console

from stripe_assets.cli.table import Column, Line, print_table
from stripe_assets.mirror import Hole, some_of, without_ids

NAMES_SHOWN = 3


@dataclass(slots=True)
class _Alike:
    """The holes with the same answer."""

    models: dict[str, None] = field(default_factory=dict)
    accounts: dict[str, None] = field(default_factory=dict)
    keys: dict[str, None] = field(default_factory=dict)
    count: int = 0
    since: list[datetime] = field(default_factory=list)
    next_try: list[datetime] = field(default_factory=list)

    def add(self, hole: Hole) -> None:
        self.models[hole.model] = None
        self.accounts[hole.owner.account_id] = None
        self.keys[hole.key] = None
        self.count += hole.count
        self.since += [hole.since] if hole.since else []
        self.next_try += [hole.next_try_at] if hole.next_try_at else []


def print_missing(console: Console, holes: Iterable[Hole]) -> None:
    """Prints one line for each answer: many things can be missing for one reason."""
    holes = list(holes)
    _print(console, "\nincomplete: could not be read", [h for h in holes if not h.unavailable])
    _print(console, "\nnot shown by Stripe", [hole for hole in holes if hole.unavailable])


def _print(console: Console, title: str, holes: Sequence[Hole]) -> None:
    alike: dict[str, _Alike] = {}
    for hole in holes:
        alike.setdefault(without_ids(hole.answer), _Alike()).add(hole)
    columns = [
        Column("models", folds=True),
        Column("accounts", folds=True),
        Column("what", folds=True),
        Column("count", number=True),
        Column("since"),
        Column("next try"),
        Column("answer", folds=True),
    ]
    lines = [
        Line(
            (
                some_of(one.models, NAMES_SHOWN),
                some_of(one.accounts, NAMES_SHOWN),
                some_of(one.keys, NAMES_SHOWN),
                f"{one.count:,}",
                _when(min(one.since, default=None)),
                _when(min(one.next_try, default=None)),
                answer,
            ),
            "yellow" if title.endswith("Stripe") else "red",
        )
        for answer, one in alike.items()
    ]
    if lines:
        print_table(console, title, columns, lines)


def missing_as_json(holes: Iterable[Hole]) -> list[dict[str, object]]:
    return [
        {
            "account": hole.owner.account_id,
            "livemode": hole.owner.livemode,
            "model": hole.model,
            "what": hole.key,
            "answer": hole.answer,
            "unavailable": hole.unavailable,
            "count": hole.count,
            "attempts": hole.attempts,
            "since": hole.since.isoformat() if hole.since else None,
            "next_try": hole.next_try_at.isoformat() if hole.next_try_at else None,
        }
        for hole in holes
    ]


def _when(time: datetime | None) -> str:
    return time.astimezone().strftime("%Y-%m-%d %H:%M") if time else ""
