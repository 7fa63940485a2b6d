"""A sandbox in a subprocess, which ends with its test or with its command."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from typing import Any, Self

STARTS_WITHIN = 30.0
"""Seconds."""


class Sandbox:
    """A context manager: the sandbox runs during its block, or from `start` until `stop`.

    It takes a free port. Its options are the fields of `stripe_assets.sandbox.settings.Settings`:
    `Sandbox(seed=2, rate_limits=True)`.
    """

    def __init__(self, **options: Any) -> None:
        self._options = {"port": 0, **options}
        self._process: subprocess.Popen[str] | None = None
        self.base = ""

    def start(self) -> Self:
        """Raises RuntimeError when it does not start, with the subprocess's reason."""
        command = [
            sys.executable,
            "-m",
            "stripe_assets.sandbox",
            "--until-stdin-closes",
            *_arguments(self._options),
        ]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        line = self._first_line()
        if "http://" not in line:
            self.stop()
            raise RuntimeError(line.strip() or "The sandbox did not start.")
        self.base = line[line.index("http://") :].split()[0]
        return self

    def _first_line(self) -> str:
        assert self._process and self._process.stdout
        found: queue.Queue[str] = queue.Queue()
        threading.Thread(
            target=lambda out: found.put(out.readline()), args=(self._process.stdout,), daemon=True
        ).start()
        try:
            return found.get(timeout=STARTS_WITHIN)
        except queue.Empty:
            return ""

    def stop(self) -> None:
        if self._process:
            if self._process.stdin:
                # A process that is still starting may lose the signal. It also ends with its stdin.
                self._process.stdin.close()
            self._process.terminate()
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe:
                    pipe.close()
            self._process = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def control(self, what: str, method: str = "POST", **body: Any) -> Any:
        """Sends a control call, and returns its answer.

        `control("faults", path="/v1/charges*", status=500, times=2)`: see
        `stripe_assets.sandbox.http.control`. Raises ValueError with the reason of a refusal.
        """
        data = json.dumps(body).encode() if method != "GET" else None
        request = urllib.request.Request(f"{self.base}/_sandbox/{what}", data=data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            raise ValueError(json.loads(refused.read())["error"]) from None

    def log(self, since: int = 0) -> list[dict[str, Any]]:
        """The requests after the `since`-th.

        Each has the fields of `stripe_assets.sandbox.calls.log.Entry` and of its `Caller`.
        """
        return self.control(f"log?since={since}", "GET")

    def reset(self) -> None:
        """Ends all faults, limits and other conditions, and empties the log.

        The data stays as it is.
        """
        self.control("reset")


def _arguments(options: dict[str, Any]) -> list[str]:
    found: list[str] = []
    for name, value in options.items():
        option = "--" + name.replace("_", "-")
        if isinstance(value, bool):
            found.extend([option] if value else [])
        elif isinstance(value, list | tuple):
            found.extend(part for item in value for part in (option, str(item)))
        elif value is not None:
            found.extend([option, str(value)])
    return found
