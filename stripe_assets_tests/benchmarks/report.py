"""The output of a benchmark: a table for a person, or JSON. It names the machine that it ran on."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table


@dataclass(slots=True)
class Report:
    title: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    load: float = field(default_factory=lambda: os.getloadavg()[0])
    """Load of the machine before the benchmark began: it shows what else ran there."""

    def add(self, **cells: Any) -> None:
        """Adds a line. The keywords are the columns. None is an empty cell."""
        self.rows.append(cells)

    def show(self, as_json: bool) -> None:
        machine = {
            "date": datetime.now(UTC).date().isoformat(),
            "python": platform.python_version(),
            "machine": platform.machine(),
            "cores": os.cpu_count(),
            "load_before": round(self.load, 1),
        }
        if as_json:
            click.echo(
                json.dumps(
                    {"title": self.title, **machine, "rows": self.rows, "notes": self.notes},
                    indent=2,
                )
            )
            return
        columns = list(dict.fromkeys(name for row in self.rows for name in row))
        table = Table(title=self.title)
        for n, name in enumerate(columns):
            table.add_column(
                name.replace("_us_", "_µs_").replace("_", " "), justify="right" if n else "left"
            )
        for row in self.rows:
            table.add_row(*(_text(row.get(name)) for name in columns))
        console = Console(width=max(Console().width, 150))
        console.print(table)
        for note in self.notes:
            console.print(note, highlight=False)
        console.print(
            ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in machine.items()),
            style="dim",
        )


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return (
            f"{value:,.0f}"
            if abs(value) >= 100
            else f"{value:.1f}"
            if abs(value) >= 10
            else f"{value:.3g}"
        )
    return f"{value:,}" if isinstance(value, int) else str(value)
