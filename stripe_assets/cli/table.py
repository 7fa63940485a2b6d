"""Tables on stdout.

Cells are plain text. Stripe's messages may contain brackets, which rich would read as its markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

FOLDED_FROM = 20
"""The fewest characters of a column that may be folded."""
_GAP = 2


class Column(NamedTuple):
    heading: str
    number: bool = False
    folds: bool = False


class Line(NamedTuple):
    cells: Sequence[str]
    style: str = ""


def print_table(
    console: Console, title: str, columns: Sequence[Column], lines: Sequence[Line]
) -> None:
    """Prints a table. Where the terminal is too narrow, it prints a paragraph for each line."""
    if _narrowest(columns, lines) > console.width:
        _print_paragraphs(console, title, columns, lines)
        return
    table = Table(
        title=Text(title) if title else None,
        title_justify="left",
        box=None,
        pad_edge=False,
        header_style="bold",
    )
    for column in columns:
        table.add_column(
            column.heading,
            justify="right" if column.number else "left",
            overflow="fold",
            no_wrap=not column.folds,
        )
    for line in lines:
        table.add_row(*map(Text, line.cells), style=line.style)
    console.print(table)


def _narrowest(columns: Sequence[Column], lines: Sequence[Line]) -> int:
    widths = [
        max([len(column.heading), *(len(line.cells[index]) for line in lines)])
        for index, column in enumerate(columns)
    ]
    needed = (
        min(width, FOLDED_FROM) if column.folds else width
        for column, width in zip(columns, widths, strict=True)
    )
    return sum(needed) + _GAP * (len(columns) - 1)


def _print_paragraphs(
    console: Console, title: str, columns: Sequence[Column], lines: Sequence[Line]
) -> None:
    if title:
        console.print(Text(title, style="italic"))
    for line in lines:
        first, *rest = zip(columns, line.cells, strict=True)
        text = ", ".join(f"{column.heading}: {cell}" for column, cell in rest if cell)
        console.print(Text(first[1], style=line.style), soft_wrap=True)
        console.print(Padding(Text(text, style=line.style), (0, 0, 0, 2), expand=False))
