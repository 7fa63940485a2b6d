"""What the run of one key was asked to do and what came of it.

Dagster's log, its failures and the command line show the same outcome.
"""

from __future__ import annotations

import shlex
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields

from stripe_assets.catalog import catalog
from stripe_assets.mirror import models_by_reason, some_of, without_ids
from stripe_assets.sync import (
    EventProgress,
    EventSelection,
    EventSummary,
    Mode,
    ModelResult,
    Progress,
)

IDS_IN_A_COMMAND = 20
NAMES_SHOWN = 5


@dataclass(slots=True, kw_only=True)
class Outcome(ABC):
    """What a sync and a processing of events have in common."""

    alias: str
    run_id: str | None = None
    """Dagster's run; None before it began."""
    error: str | None = None
    """Why the run ended before all was done."""
    progress: Progress | EventProgress | None = None

    @property
    def requests(self) -> int:
        """How many requests were sent to Stripe, those for accounts and related objects too."""
        return self.progress.requests if self.progress else 0

    @property
    @abstractmethod
    def succeeded(self) -> bool:
        """True when the run did everything that it was asked to do."""

    @abstractmethod
    def failures(self) -> list[str]:
        """Returns a line for each thing that failed, and for the error that ended the run."""

    @abstractmethod
    def command(self) -> str:
        """Returns the shell command that repeats what is missing."""

    @abstractmethod
    def summary(self) -> str:
        """Returns lines for a log."""

    @property
    def repeat(self) -> str | None:
        """That command; None where nothing is missing."""
        return None if self.succeeded else self.command()

    def as_json(self) -> dict[str, object]:
        """Returns plain values for the command line's `--json`."""
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
    """A sync of models."""

    models: Sequence[str]
    """The selected models, by resource name."""
    mode: Mode = "auto"
    results: list[ModelResult] = field(default_factory=list)
    related: str | None = None
    """A line about the objects that were fetched because rows refer to them."""

    @property
    def failed(self) -> list[ModelResult]:
        """The models of which this run could not read something."""
        return [result for result in self.results if result.error]

    @property
    def incomplete(self) -> list[ModelResult]:
        """The models of which something is missing that this run did not ask for: not yet due."""
        return [one for one in self.results if one.status == "incomplete" and not one.error]

    @property
    def unfinished(self) -> list[str]:
        """The models to sync again: those that failed, and those that an abort left out."""
        done = {result.model for result in self.results if not result.error}
        return [model for model in self.models if model not in done]

    @property
    def unavailable(self) -> dict[str, list[str]]:
        """Stripe's reason → the models that it does not show to the key, wholly or in part.

        The reasons are without ids.
        """
        return models_by_reason((one.model, one.availability) for one in self.results)

    @property
    def succeeded(self) -> bool:
        return self.error is None and not self.unfinished

    def failures(self) -> list[str]:
        """One line for each reason: many models can fail alike."""
        lines = [
            f"{self.alias}, {result.model}: {result.error}"
            for result in self.failed
            if not result.missing
        ]
        return lines + self._missing() + ([f"{self.alias}: {self.error}"] if self.error else [])

    def _missing(self) -> list[str]:
        """Returns a line for each reason why something could not be read."""
        alike: dict[str, tuple[dict[str, None], dict[str, None], dict[str, None]]] = {}
        for result in self.failed:
            for hole in result.missing:
                models, accounts, keys = alike.setdefault(without_ids(hole.answer), ({}, {}, {}))
                models[result.model] = accounts[hole.owner.account_id] = keys[hole.key] = None
        return [
            ": ".join([f"{self.alias}, {models}", accounts, keys, answer])
            for answer, names in alike.items()
            for models, accounts, keys in [[some_of(one, NAMES_SHOWN) for one in names]]
        ]

    def command(self) -> str:
        """Names no models where all of them are missing."""
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
        """Counts the models by status, and gives Stripe's reasons for the unavailable ones."""
        by_status = {
            status: sum(result.status == status for result in self.results)
            for status in ("ok", "unavailable", "incomplete", "failed")
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
            f"incomplete, and not due yet: {one.model}: {one.availability.reason}"
            for one in self.incomplete
        ]
        lines += [
            f"unavailable: {', '.join(models)}: {reason}"
            for reason, models in self.unavailable.items()
        ]
        return "\n".join(lines)

    def as_json(self) -> dict[str, object]:
        results = [
            asdict(result)
            | {"availability": str(result.availability)}
            | {"missing": [f"{hole.key}: {hole.answer}" for hole in result.missing]}
            for result in self.results
        ]
        return Outcome.as_json(self) | {
            "mode": self.mode,
            "related": self.related,
            "models": results,
        }


@dataclass(slots=True, kw_only=True)
class EventsOutcome(Outcome):
    """A processing of events."""

    selection: EventSelection
    others: bool = False
    """True: chosen ids that this key does not have are another key's, and no failure."""
    elsewhere: tuple[str, ...] = ()
    """The ids that were left to other keys."""
    result: EventSummary | None = None
    """As far as the run came; None before it began."""

    def record(self, summary: EventSummary) -> None:
        """Takes over what the run came to."""
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
                more = self.result.failed_count - len(shown)
                lines.append(f"{self.alias}: {more:,} more events failed")
            lines += self.result.errors
        return [*lines, f"{self.alias}: {self.error}"] if self.error else lines

    def command(self) -> str:
        """Names the failed events by id where they are few.

        Otherwise it has the same selection: the run skips the events that are processed.
        """
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
    """`asdict` would copy a Counter wrongly."""
    values = {its.name: getattr(summary, its.name) for its in fields(summary)}
    return {
        name: dict(value) if isinstance(value, Counter) else value for name, value in values.items()
    }
