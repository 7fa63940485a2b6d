"""Which Dagster instance the command line uses, settled before dagster is imported.

`stripe-assets sync` and then `dagster dev` in the same folder must show the same runs with nothing exported. Dagster reads
`./.env` itself, and its values win over the environment's there; so the address of the instance is written to that file.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from pathlib import Path

from dotenv import dotenv_values

HOME = "DAGSTER_HOME"

_DAGSTER_YAML = """\
telemetry:
  enabled: false
nux:
  enabled: false
# Runs that the UI, sensors and schedules queue: one at a time for each API key.
concurrency:
  runs:
    tag_concurrency_limits:
      - key: dagster/partition
        value:
          applyLimitPerUniqueValue: true
        limit: 1
"""


class InstanceError(ValueError):
    """DAGSTER_HOME or `.env` cannot be used; the message says what to do."""


def read_env_file(folder: Path, environ: MutableMapping[str, str]) -> None:
    """Put the values of the folder's `.env` into `environ`, over what is there. No file, no change. Raises InstanceError."""
    path = folder / ".env"
    try:
        for name, value in dotenv_values(path).items():
            if value is not None:
                environ[name] = value
    except OSError as error:
        raise InstanceError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError:  # whose text would show what the file holds
        raise InstanceError(
            f"{path} is not UTF-8 text, or has a NUL in it: save it as UTF-8."
        ) from None


def settle_home(folder: Path, environ: MutableMapping[str, str]) -> Path:
    """The instance's folder, made when it is missing, and set in `environ`.

    Without DAGSTER_HOME it is `.dagster` in `folder`, and `folder`'s `.env` says so from then on. Raises InstanceError.
    """
    set_to = environ.get(HOME, "").strip()
    home = Path(set_to).expanduser() if set_to else folder.resolve() / ".dagster"
    if not home.is_absolute():
        raise InstanceError(
            f"{HOME} is {set_to!r}, and Dagster wants an absolute path. Change it in ./.env or where it is exported."
        )
    _make(home)
    if not set_to:
        _append(folder / ".env", f"{HOME}={_quoted(home)}")
    environ[HOME] = str(home)
    return home


def _make(home: Path) -> None:
    if home.is_dir():
        return
    try:
        home.mkdir(parents=True)
        (home / "dagster.yaml").write_text(_DAGSTER_YAML, encoding="utf-8")
    except OSError as error:
        raise InstanceError(
            f"{HOME} {str(home)!r} does not exist and cannot be made: {error.strerror}."
        ) from error


def _append(path: Path, line: str) -> None:
    """Add a line to a file that others may not read, since API keys are kept there too."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "r+", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            text = file.read()
            file.write(f"{line}\n" if not text or text.endswith("\n") else f"\n{line}\n")
    except OSError as error:
        raise InstanceError(
            f"{path} cannot be written ({error.strerror}); set {HOME} in the environment instead."
        ) from error


def _quoted(path: Path) -> str:
    """As python-dotenv reads it back."""
    escaped = str(path).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
