"""Parameters that a server does not take: a list is better read without an expansion than not at all, and it is said."""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from stripe_assets.stripe_api import InvalidRequest
from stripe_assets.sync.engine.task import Task


class RefusedParameters:
    """What each endpoint was found to refuse: the names of parameters, and paths of `expand`."""

    def __init__(self) -> None:
        self._refused: defaultdict[str, set[str]] = defaultdict(set)
        self._lock = threading.Lock()

    def without(self, endpoint: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters that the endpoint has not refused."""
        refused = self._refused.get(endpoint)
        if not refused:
            return dict(params)
        kept = {name: value for name, value in params.items() if name not in refused}
        if "expand" in kept:
            kept["expand"] = [path for path in kept["expand"] if f"expand {path}" not in refused]
        return kept

    def learn(self, task: Task, error: InvalidRequest) -> str | None:
        """What of the task's own parameters this refusal is about; None when it is about something else.

        A parameter that says which parent is meant cannot be left out: it would list everybody's.
        """
        refused = self._expansion(task, error) or self._parameter(task, error)
        if refused is not None:
            with self._lock:
                self._refused[task.endpoint].add(refused)
        return refused

    def _expansion(self, task: Task, error: InvalidRequest) -> str | None:
        for path in task.params.get("expand", ()):
            if error.param in (None, "expand") and re.search(
                rf"\({re.escape(path)}\)", error.message
            ):
                return f"expand {path}"
        return None

    def _parameter(self, task: Task, error: InvalidRequest) -> str | None:
        needed = task.fan_out.route.parent_params if task.fan_out else {}
        for name in task.params:
            if (
                error.code == "parameter_unknown"
                and error.param in (name, name.partition("[")[0])
                and name not in needed
            ):
                return name
        return None
