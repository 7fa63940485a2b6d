"""Parameters that a server refuses. To read a list without an expansion is better than not to read
it; and what is missing then is said."""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from stripe_assets.stripe_api import InvalidRequest
from stripe_assets.sync.engine.task import Source


class RefusedParameters:
    """The names of parameters, and the paths of `expand`, that each endpoint has refused."""

    def __init__(self) -> None:
        self._refused: defaultdict[str, set[str]] = defaultdict(set)
        self._lock = threading.Lock()

    def without(self, endpoint: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Returns the parameters that the endpoint has not refused."""
        refused = self._refused.get(endpoint)
        if not refused:
            return dict(params)
        kept = {name: value for name, value in params.items() if name not in refused}
        if "expand" in kept:
            kept["expand"] = [path for path in kept["expand"] if f"expand {path}" not in refused]
        return kept

    def learn(self, source: Source, error: InvalidRequest) -> str | None:
        """Returns the parameter that Stripe refused. None: the error is about something else.

        A parameter that names the parent is never given up. Without it, Stripe would list the
        objects of every parent.
        """
        refused = _expansion(source, error) or _parameter(source, error)
        if refused is not None:
            with self._lock:
                self._refused[source.endpoint].add(refused)
        return refused


def _expansion(source: Source, error: InvalidRequest) -> str | None:
    for path in source.params.get("expand", ()):
        named = re.search(rf"\({re.escape(path)}\)", error.message)
        if error.param in (None, "expand") and named:
            return f"expand {path}"
    return None


def _parameter(source: Source, error: InvalidRequest) -> str | None:
    for name in source.params:
        meant = error.param in (name, name.partition("[")[0])
        if error.code == "parameter_unknown" and meant and name not in source.required:
            return name
    return None
