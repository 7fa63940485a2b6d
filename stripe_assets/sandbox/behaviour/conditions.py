"""The conditions under which a sandbox answers: what a test can make fail, slow down or hide."""

from __future__ import annotations

from dataclasses import dataclass, field

from stripe_assets.sandbox.behaviour.deliveries import Deliveries
from stripe_assets.sandbox.behaviour.faults import Faults
from stripe_assets.sandbox.calls.limits import Limits


@dataclass(frozen=True, slots=True)
class ListDelay:
    """Lists have a new object only some time after its creation, as Stripe's lists do."""

    seconds: int
    resources: tuple[str, ...] = ()
    """Empty: every resource, events too."""

    def covers(self, resource: str) -> bool:
        return not self.resources or resource in self.resources


@dataclass(slots=True)
class Conditions:
    faults: Faults = field(default_factory=Faults)
    limits: Limits = field(default_factory=Limits)
    latency: float = 0.0
    """Seconds that each answer waits."""
    only: tuple[str, ...] = ()
    """The prefixes of the known URLs. Empty: all URLs are known."""
    deliveries: Deliveries = field(default_factory=Deliveries)
    list_delay: ListDelay | None = None
    event_version: str | None = None
    """The API version of new events. None: the newest."""

    def reset(self) -> None:
        """Ends all of them. The buckets of the rate limits keep what they count."""
        self.faults.active.clear()
        self.limits.enabled = False
        self.limits.per_account = self.limits.per_endpoint = None
        self.latency, self.only = 0.0, ()
        self.deliveries, self.list_delay, self.event_version = Deliveries(), None, None
