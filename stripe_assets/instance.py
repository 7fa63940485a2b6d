"""Which Dagster instance the command line uses. This is decided before dagster is imported.

It imports nothing of the other packages. `stripe-assets sync` and then `dagster dev` in the same
folder must show the same runs, without an exported variable. Dagster reads `./.env` itself and
prefers its values to the environment's, so the path of the instance is written to that file.
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
    """DAGSTER_HOME or `.env` cannot be used. The message says what to do."""


def read_env_file(folder: Path, environ: MutableMapping[str, str]) -> None:
    """Copies the values of the folder's `.env`, if there is one, into `environ`.

    They replace values there. Raises InstanceError.
    """
    path = folder / ".env"
    try:
        for name, value in dotenv_values(path).items():
            if value is not None:
                environ[name] = value
    except OSError as error:
        raise InstanceError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError:  # its text would show the content of the file
        raise InstanceError(
            f"{path} is not UTF-8 text, or it contains a NUL character: save it as UTF-8."
        ) from None


def settle_home(folder: Path, environ: MutableMapping[str, str]) -> Path:
    """The folder of the instance.

    It is created if it is missing, and `environ` gets it as DAGSTER_HOME.

    Without DAGSTER_HOME it is `.dagster` in `folder`, and this is written to the `.env` of
    `folder`. Raises InstanceError.
    """
    set_to = environ.get(HOME, "").strip()
    home = Path(set_to).expanduser() if set_to else folder.resolve() / ".dagster"
    if not home.is_absolute():
        raise InstanceError(
            f"{HOME} is {set_to!r}, but Dagster requires an absolute path. Change it in ./.env, or "
            "where it is exported."
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
            f"{HOME} {str(home)!r} does not exist and cannot be created: {error.strerror}."
        ) from error


def _append(path: Path, line: str) -> None:
    """Appends a line to a file that no other user may read, because it may contain API keys."""
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
    """The path as a quoted value for python-dotenv."""
    escaped = str(path).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
