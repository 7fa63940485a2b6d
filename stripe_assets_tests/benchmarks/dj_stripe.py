"""Runs dj-stripe, from the package registry, in an environment and a Django project of its own."""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from stripe_assets_tests.benchmarks.measure import Cost, peak_of, run

PACKAGES = ("dj-stripe>=2.11", "psycopg[binary]>=3.2")
TABLES = ("djstripe_customer", "djstripe_invoice", "djstripe_lineitem")

SETTINGS = """
import os

SECRET_KEY = "benchmark"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "djstripe"]
STRIPE_API_HOST = os.environ["STRIPE_API_BASE"]
STRIPE_TEST_SECRET_KEY = os.environ["STRIPE_TEST_SECRET_KEY"]
STRIPE_LIVE_MODE = False
DJSTRIPE_FOREIGN_KEY_TO_FIELD = "id"
# Tables come from the models at once. The migrations make the same tables in half a minute.
MIGRATION_MODULES = {"auth": None, "contenttypes": None, "djstripe": None}
if "PEER_SQLITE" in os.environ:
    DATABASES = {
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["PEER_SQLITE"]}
    }
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": os.environ["PEER_NAME"],
            "USER": os.environ["PEER_USER"],
            "HOST": os.environ["PEER_HOST"],
            "PORT": os.environ["PEER_PORT"],
        }
    }
"""

MANAGE = """
import atexit
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

atexit.register(lambda: Path("status").write_text(Path("/proc/self/status").read_text()))
execute_from_command_line(sys.argv)
"""


@dataclass(slots=True)
class Project:
    """A Django project with an empty database."""

    python: Path
    folder: Path
    url: str
    variables: dict[str, str]
    startup_cpu: float = 0.0
    peak: float = 0.0
    """The most memory that its sync took, in MB."""
    failed: list[str] = field(default_factory=list)
    """The objects that it could not sync, and its error messages."""

    def sync(self, *models: str) -> Cost:
        """Runs `djstripe_sync_models`. It continues after an object that fails."""
        self.startup_cpu = self._manage("check").cpu
        cost = run(
            [str(self.python), "manage.py", "djstripe_sync_models", *models],
            self.variables,
            self.folder,
        )
        self.peak = peak_of(self.folder / "status")
        self.failed = [
            line.strip().removeprefix("Error syncing ")
            for line in cost.errors.splitlines()
            if line.startswith("  Error")
        ]
        if (
            "Traceback" in cost.errors
            or "Failed syncing" in cost.errors
            or (cost.status and not self.failed)
        ):
            raise RuntimeError(f"exit {cost.status}\n{cost.out[-2000:]}\n{cost.errors[-4000:]}")
        return cost

    def rows(self) -> dict[str, int]:
        """Returns the number of rows in the tables of the models."""
        connection = (
            sqlite3.connect(self.variables["PEER_SQLITE"])
            if "PEER_SQLITE" in self.variables
            else psycopg.connect(self.url)
        )
        with closing(connection):
            return {
                table: (connection.execute(f"SELECT count(*) FROM {table}").fetchone() or [0])[0]
                for table in TABLES
            }

    def make_tables(self) -> None:
        self._manage("migrate", "--run-syncdb", "-v0")

    def _manage(self, *arguments: str) -> Cost:
        return run(
            [str(self.python), "manage.py", *arguments], self.variables, self.folder
        ).succeeded()


@dataclass(frozen=True, slots=True)
class Environment:
    python: Path
    name: str
    """The program's name and version."""

    @contextmanager
    def project(self, url: str, base: str, key: str) -> Iterator[Project]:
        """`url`: the database's, as SQLAlchemy writes it."""
        with tempfile.TemporaryDirectory() as text:
            folder = Path(text)
            (folder / "benchmark_settings.py").write_text(SETTINGS)
            (folder / "manage.py").write_text(MANAGE)
            variables = {
                "DJANGO_SETTINGS_MODULE": "benchmark_settings",
                "STRIPE_API_BASE": base,
                "STRIPE_TEST_SECRET_KEY": key,
                **_database(url),
            }
            project = Project(self.python, folder, url, variables)
            project.make_tables()
            yield project


def _database(url: str) -> dict[str, str]:
    if url.startswith("sqlite:///"):
        return {"PEER_SQLITE": url.removeprefix("sqlite:///")}
    found = psycopg.conninfo.conninfo_to_dict(url)
    names = {"PEER_NAME": "dbname", "PEER_USER": "user", "PEER_HOST": "host", "PEER_PORT": "port"}
    return {variable: str(found.get(name) or "") for variable, name in names.items()}


def install(folder: Path | None) -> Environment:
    """Installs it in this folder, or in the user's cache. Does nothing where it is installed
    already."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = (folder or cache / "stripe_assets" / "dj-stripe").absolute()
    python = folder / "bin" / "python"
    version = [
        str(python),
        "-c",
        "from importlib.metadata import version; print(version('dj-stripe'))",
    ]
    if not python.exists() or run(version).status:
        for command in (
            [sys.executable, "-m", "venv", str(folder)],
            [str(python), "-m", "pip", "install", "--quiet", "--upgrade", *PACKAGES],
        ):
            run(command).succeeded()
    return Environment(python, f"dj-stripe {run(version).out.strip()}")
