"""What one key's run was asked for and came to, for Dagster's log and for the command line."""

from __future__ import annotations

import shlex
from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Protocol

from stripe_assets.catalog import catalog
from stripe_assets.sync import EventSelection, EventSummary, Mode, ModelResult

IDS_IN_A_COMMAND = 20


class Counted(Protocol):
    """What a run's progress tells of its requests."""

    @property
    def requests(self) -> int: ...


@dataclass(slots=True, kw_only=True)
class Outcome(ABC):
    """What every kind of run has."""

    alias: str
    run_id: str | None = None
    """None before it began."""
    error: str | None = None
    """Why the run ended before all was done."""
    progress: Counted | None = None

    @property
    def requests(self) -> int:
        """All that were sent to Stripe, those for accounts and related objects too."""
        return self.progress.requests if self.progress else 0

    @property
    @abstractmethod
    def succeeded(self) -> bool: ...

    @abstractmethod
    def failures(self) -> list[str]:
        """A line for each thing that went wrong, and for what ended the run."""

    @abstractmethod
    def command(self) -> str:
        """The shell command that does again what is missing."""

    @abstractmethod
    def summary(self) -> str:
        """For a log."""

    @property
    def repeat(self) -> str | None:
        """That command, None where nothing is missing."""
        return None if self.succeeded else self.command()

    def as_json(self) -> dict[str, object]:
        return {
            "alias": self.alias,
            "run_id": self.run_id,
            "succeeded": self.succeeded,
            "error": self.error,
            "requests": self.requests,
            "repeat": self.repeat,
        }


@dataclass(slots=True, kw_only=True)
class SyncOutcome(Outcome):
    models: Sequence[str]
    """The selected ones, by resource name."""
    mode: Mode = "auto"
    results: list[ModelResult] = field(default_factory=list)
    related: str | None = None
    """What was fetched because rows refer to it."""

    @property
    def failed(self) -> list[ModelResult]:
        return [result for result in self.results if result.status == "failed"]

    @property
    def unfinished(self) -> list[str]:
        """The models that are to be done again: what failed, and what an abort left."""
        done = {result.model for result in self.results if result.status != "failed"}
        return [model for model in self.models if model not in done]

    @property
    def unavailable(self) -> dict[str, list[str]]:
        """Stripe's reason → the models that it keeps from the key, wholly or `partly:`. Request ids, each answer's own, are left out."""
        by_reason: dict[str, list[str]] = defaultdict(list)
        for result in sorted(self.results, key=lambda result: result.model):
            if result.availability.keeps_back:
                by_reason[result.availability.without_request_id].append(result.model)
        return dict(by_reason)

    @property
    def succeeded(self) -> bool:
        return self.error is None and not self.unfinished

    def failures(self) -> list[str]:
        lines = [f"{self.alias}, {result.model}: {result.error}" for result in self.failed]
        return [*lines, f"{self.alias}: {self.error}"] if self.error else lines

    def command(self) -> str:
        """Names no models where all of them are to be done."""
        resources = catalog().resources
        models = self.unfinished or self.models
        names = (
            []
            if len(models) == len(resources)
            else [resources[model].class_name for model in models]
        )
        mode = [] if self.mode == "auto" else [f"--{self.mode}"]
        return shlex.join(["stripe-assets", "sync", *names, *mode, "--api-key", self.alias])

    def summary(self) -> str:
        """How many models came to what, and for those that Stripe does not give, its reasons."""
        by_status = {
            status: sum(result.status == status for result in self.results)
            for status in ("ok", "unavailable", "failed")
        }
        lines = [
            f"{self.alias}: "
            + ", ".join(f"{count} {status}" for status, count in by_status.items() if count)
        ]
        if self.related:
            lines.append(self.related)
        if self.error:
            lines.append(self.error)
        lines += [
            f"unavailable: {', '.join(models)}: {reason}"
            for reason, models in self.unavailable.items()
        ]
        return "\n".join(lines)

    def as_json(self) -> dict[str, object]:
        results = [
            asdict(result) | {"availability": str(result.availability)} for result in self.results
        ]
        return Outcome.as_json(self) | {
            "mode": self.mode,
            "related": self.related,
            "models": results,
        }


@dataclass(slots=True, kw_only=True)
class EventsOutcome(Outcome):
    selection: EventSelection
    others: bool = False
    """Whether ids that this key does not have are left to other keys: then they are no failure."""
    elsewhere: tuple[str, ...] = ()
    """Those ids."""
    result: EventSummary | None = None
    """As far as the run came; None before it began."""

    def took(self, summary: EventSummary) -> None:
        """The run came to this."""
        self.result = summary
        self.elsewhere = tuple(summary.elsewhere)

    @property
    def succeeded(self) -> bool:
        return self.error is None and self.result is not None and self.result.succeeded

    def failures(self) -> list[str]:
        lines = []
        if self.result is not None:
            shown = list(self.result.failed.items())[:IDS_IN_A_COMMAND]
            lines += [f"{self.alias}, {id}: {error}" for id, error in shown]
            if self.result.failed_count > len(shown):
                lines.append(
                    f"{self.alias}: and {self.result.failed_count - len(shown):,} more events"
                )
            lines += self.result.errors
        return [*lines, f"{self.alias}: {self.error}"] if self.error else lines

    def command(self) -> str:
        """The failed events by id where they are few; else the same selection, in which the processed ones are passed over."""
        result, chosen = self.result, self.selection
        if (
            result is not None
            and not self.error
            and not result.errors
            and result.failed_count <= IDS_IN_A_COMMAND
        ):
            options = ["--ids", *result.failed]
        elif chosen.failed:
            options = ["--failed"]
        elif chosen.type:
            options = ["--type", chosen.type]
        else:
            options = ["--ids", *chosen.ids] if chosen.ids else []
        return shlex.join(["stripe-assets", "events", *options, "--api-key", self.alias])

    def summary(self) -> str:
        lines = (
            self.result.lines() if self.result else [f"{self.alias}: {self.selection}: not begun"]
        )
        return "\n".join([*lines, self.error] if self.error else lines)

    def as_json(self) -> dict[str, object]:
        selection = {name: value for name, value in asdict(self.selection).items() if value}
        return Outcome.as_json(self) | {
            "selection": selection,
            "events": _plain(self.result) if self.result else None,
        }


def _plain(summary: EventSummary) -> dict[str, object]:
    """Not `asdict`, which takes a Counter apart wrongly."""
    values = {its.name: getattr(summary, its.name) for its in fields(summary)}
    return {
        name: dict(value) if isinstance(value, Counter) else value for name, value in values.items()
    }
