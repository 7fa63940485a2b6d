"""What the runs before this one have found out about its accounts."""

from __future__ import annotations

from dataclasses import dataclass, field

from stripe_assets.mirror import Owner
from stripe_assets.sync.engine.holes import OpenHoles

Models = dict[Owner, frozenset[str]]


@dataclass(slots=True)
class Before:
    refused: Models = field(default_factory=dict)
    """Models that Stripe refused wholly. To be refused again is believed at once."""
    partly: Models = field(default_factory=dict)
    """Models of which Stripe did not show something. To be refused it again is no failure."""
    readable: Models = field(default_factory=dict)
    """Models that were read. To be refused now is a failure, until the user accepts it."""
    kept: Models = field(default_factory=dict)
    """Models that syncs keep current."""
    holes: OpenHoles = field(default_factory=OpenHoles)
    """What was not read, and what this run does not read."""

    def was_refused(self, owner: Owner, model: str) -> bool:
        return model in self.refused.get(owner, ())

    def was_readable(self, owner: Owner, model: str) -> bool:
        return model in self.readable.get(owner, ())

    def tolerates(self, owner: Owner, model: str) -> bool:
        """Whether Stripe may refuse a nested list of the model without a failure."""
        return model in self.partly.get(owner, ()) or self.was_refused(owner, model)

    def is_kept(self, owner: Owner, model: str) -> bool:
        return model in self.kept.get(owner, ())
