"""What one key's run came to, for Dagster's log and for the command line."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from stripe_assets.sync import ModelResult, Progress


@dataclass(slots=True)
class Outcome:
    alias: str
    models: Sequence[str]
    """The selected ones, by resource name."""
    run_id: str | None = None
    results: list[ModelResult] = field(default_factory=list)
    error: str | None = None
    """Why the run ended before all models were done."""
    progress: Progress | None = None
    related: str | None = None
    """What was fetched because rows refer to it."""
    repeat: str | None = None
    """The command that does again what is missing."""

    @property
    def requests(self) -> int:
        """All that were sent to Stripe, those for accounts and related objects too."""
        return self.progress.requests if self.progress else 0

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
            if result.status == "unavailable" or result.availability.startswith("partly:"):
                by_reason[re.sub(r"\s*[\[(]req_\w+[\])]", "", result.availability)].append(result.model)
        return dict(by_reason)

    @property
    def succeeded(self) -> bool:
        return self.error is None and not self.unfinished

    def summary(self) -> str:
        """How many models came to what, and for those that Stripe does not give, its reasons."""
        by_status = {status: sum(result.status == status for result in self.results) for status in ("ok", "unavailable", "failed")}
        lines = [f"{self.alias}: " + ", ".join(f"{count} {status}" for status, count in by_status.items() if count)]
        if self.related:
            lines.append(self.related)
        if self.error:
            lines.append(self.error)
        lines += [f"unavailable: {', '.join(models)}: {reason}" for reason, models in self.unavailable.items()]
        return "\n".join(lines)

    def as_json(self) -> dict[str, object]:
        return {
            "alias": self.alias,
            "run_id": self.run_id,
            "succeeded": self.succeeded,
            "error": self.error,
            "requests": self.requests,
            "related": self.related,
            "repeat": self.repeat,
            "models": [asdict(result) for result in self.results],
        }
