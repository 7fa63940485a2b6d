"""What one key's run came to, as the command line tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from stripe_assets.sync import ModelResult


@dataclass(slots=True)
class Outcome:
    alias: str
    models: Sequence[str]
    """The selected ones, by resource name."""
    run_id: str | None = None
    results: list[ModelResult] = field(default_factory=list)
    error: str | None = None
    """Why the run ended before all models were done."""
    repeat: str | None = None
    """The command that does again what is missing."""

    @property
    def failed(self) -> list[ModelResult]:
        return [result for result in self.results if result.status == "failed"]

    @property
    def unfinished(self) -> list[str]:
        done = {result.model for result in self.results if result.status != "failed"}
        return [model for model in self.models if model not in done]

    @property
    def succeeded(self) -> bool:
        return self.error is None and not self.unfinished

    def as_json(self) -> dict[str, object]:
        return {
            "alias": self.alias,
            "run_id": self.run_id,
            "succeeded": self.succeeded,
            "error": self.error,
            "repeat": self.repeat,
            "models": [asdict(result) for result in self.results],
        }
