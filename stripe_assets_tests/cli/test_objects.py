"""`stripe-assets sync Invoice:in_123`."""

from __future__ import annotations

import json

from stripe_assets.sandbox import Sandbox
from stripe_assets.sandbox.keys import PLATFORM
from stripe_assets_tests.cli.conftest import Command

KEYS = {"STRIPE_API_KEY__A": "sk_test_second", "STRIPE_API_KEY__B": "sk_test_sandbox"}


def test_an_object_is_looked_for_with_one_key_after_another(
    command: Command, stripe: dict[str, str], stripe_server: Sandbox
) -> None:
    id = stripe_server.control(f"objects?resource=invoice&account={PLATFORM}", "GET")[0]["id"]
    done = command("sync", f"Invoice:{id}", "--json", **KEYS, **stripe)
    assert done.returncode == 0, done.stdout
    (told,) = json.loads(done.stdout)["objects"]
    assert (told["id"], told["alias"], told["account"]) == (id, "b", PLATFORM)
    assert told["rows"]["invoice"] >= 1
    assert told["related"]["customer"] == 1
    shown = command("sync", f"invoice:{id}", "--api-key", "b", **KEYS, **stripe)
    assert shown.returncode == 0
    assert f"invoice {id}" in shown.stdout and "none was missing" in shown.stdout


def test_an_object_that_no_key_has_fails_alone(
    command: Command, stripe: dict[str, str], stripe_server: Sandbox
) -> None:
    id = stripe_server.control(f"objects?resource=product&account={PLATFORM}", "GET")[0]["id"]
    done = command("sync", "Product:prod_nowhere", f"Product:{id}", **KEYS, **stripe)
    assert done.returncode == 1
    assert "failed: product prod_nowhere" in done.stdout and f"product {id}" in done.stdout
    assert "sk_test" not in done.stdout + done.stderr


def test_bad_input_changes_nothing(command: Command, stripe: dict[str, str]) -> None:
    for given, said in [
        (["Invoice:in_1", "Customer"], "'Customer' is a model"),
        (["Invoice:"], "has no id"),
        (["Invoyce:in_1"], "Did you mean Invoice"),
        (["Invoice:in_1", "--full"], "about models"),
        (["LineItem:il_1"], "no route that returns one"),
    ]:
        done = command("sync", *given, **KEYS, **stripe)
        assert done.returncode == 2, given
        assert said in done.stderr and len(done.stderr.strip().splitlines()) == 1
