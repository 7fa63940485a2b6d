"""Bad input is refused before anything runs: one message, exit code 2."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from stripe_assets_tests.cli.conftest import Command

KEY = {"STRIPE_API_KEY__ACME": "sk_test_madeup0000"}


def refused(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr


def test_an_unknown_model_names_close_ones(command: Command) -> None:
    assert "Invoice" in refused(command("sync", "Invoce", **KEY))


def test_an_unknown_alias_names_those_that_exist(command: Command) -> None:
    assert "Did you mean acme?" in refused(command("sync", "--api-key", "acne", **KEY))


def test_no_key_says_how_to_set_one(command: Command) -> None:
    message = refused(command("sync"))
    assert "STRIPE_SECRET_KEY" in message
    assert "stripe-assets keys add" in message


@pytest.mark.parametrize("text", ["pk_test_publishable0", "whatever"])
def test_an_invalid_key_is_refused_and_not_shown(command: Command, text: str) -> None:
    message = refused(command("sync", STRIPE_SECRET_KEY=text))
    assert "STRIPE_SECRET_KEY" in message
    assert text not in message


def test_a_key_is_refused_as_an_argument(command: Command) -> None:
    message = refused(command("keys", "add", "sk_test_madeup0000"))
    assert "sk_test" not in message


def test_refusals_leave_no_instance_behind(command: Command, tmp_path: Path) -> None:
    refused(command("sync"))
    assert not (tmp_path / ".dagster").exists()
    assert not (tmp_path / ".env").exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("sync", "--full", "--incremental"), "exclude each other"),
        (("events", "--failed", "--type", "charge.*"), "exclude each other"),
        (("events", "--failed", "--ids", "evt_1"), "exclude each other"),
        (("events", "--type", "chrage.succeeded"), "charge.succeeded"),
        (("events", "--ids", "in_1"), "evt_"),
        (("events", "evt_1"), "--ids"),
        (("events", "--api-key", "acne"), "Did you mean acme?"),
    ],
)
def test_invalid_options_are_one_message_and_change_nothing(
    command: Command, tmp_path: Path, given: tuple[str, ...], said: str
) -> None:
    message = refused(command(*given, **KEY))
    assert said in message
    assert len(message.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["sync", "events"])
def test_help_imports_nothing_heavy(name: str) -> None:
    code = (
        f"import sys; sys.argv = ['stripe-assets', '{name}', '--help']\n"
        "from stripe_assets.cli import main\n"
        "heavy = ('dagster', 'pandas', 'stripe', 'sqlalchemy', 'rich')\n"
        "try: main()\n"
        "except SystemExit: print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]", done.stdout


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("STRIPE_API_BASE", "nonsense"),
        ("STRIPE_API_BASE", "http://example.com"),
        ("STRIPE_ASSETS_MAX_RPS", "abc"),
        ("STRIPE_ASSETS_MAX_RPS", "-1"),
        ("STRIPE_ASSETS_DATABASE_URL", "nonsense"),
        ("STRIPE_ASSETS_DATABASE_URL", "mysql://x"),
        ("STRIPE_ASSETS_DATABASE_URL", "postgresql://h:notaport/x"),
        ("STRIPE_ASSETS_DATABASE_URL", "sqlite://"),
    ],
)
def test_an_invalid_setting_is_named_at_the_start(
    command: Command, tmp_path: Path, variable: str, value: str
) -> None:
    message = refused(command("sync", **{**KEY, variable: value}))
    assert len(message.splitlines()) == 1
    assert variable in message or value in message
    assert list(tmp_path.iterdir()) == []


def test_an_env_file_that_is_not_text_is_refused(command: Command, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"STRIPE_SECRET_KEY=\xff\xfe\n")
    message = refused(command("status"))
    assert ".env is not UTF-8" in message
    assert len(message.splitlines()) == 1


def test_a_taken_port_is_one_message(command: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = command("sandbox", "--sync", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert "in use" in done.stderr
