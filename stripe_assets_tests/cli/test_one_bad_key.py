"""A key that cannot be used fails alone."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from stripe_assets_tests.cli.conftest import Command
from stripe_assets_tests.stand_in import StandIn, customer, page

GOOD, OTHER = "sk_test_" + "good" * 6, "sk_test_" + "other" * 6
BAD = {
    "an organisation's": "sk_org_live_" + "a1" * 16,
    "publishable": "pk_test_" + "b2" * 12,
    "no key at all": "what is this",
}


@pytest.fixture
def variables() -> Iterator[dict[str, str]]:
    def answers(path: str, query: dict[str, str], account: str | None):
        return page([customer(1)], query, path) if path == "/v1/customers" else None

    with StandIn(answers) as server:
        yield {"STRIPE_API_BASE": server.base, "STRIPE_API_KEY__GOOD": GOOD}


@pytest.mark.parametrize("kind", BAD)
def test_the_other_keys_are_synced_and_the_exit_code_says_that_one_was_not(
    command: Command, variables: dict[str, str], kind: str
) -> None:
    given = {**variables, "STRIPE_API_KEY__BAD": BAD[kind]}
    done = command("sync", "Customer", "--json", **given)
    assert done.returncode == 1
    by_alias = {one["alias"]: one for one in json.loads(done.stdout)["runs"]}
    assert by_alias["good"]["succeeded"] and by_alias["good"]["models"]
    assert not by_alias["bad"]["succeeded"] and "bad" in by_alias["bad"]["error"]
    assert BAD[kind] not in done.stdout + done.stderr


def test_the_events_of_the_other_keys_are_processed(
    command: Command, variables: dict[str, str]
) -> None:
    given = {**variables, "STRIPE_API_KEY__BAD": BAD["publishable"]}
    done = command("events", **given)
    assert done.returncode == 1 and "bad" in done.stdout
    assert command("events", **variables).returncode == 0


def test_an_object_that_the_other_keys_do_not_have_may_be_the_bad_keys(
    command: Command, variables: dict[str, str]
) -> None:
    given = {**variables, "STRIPE_API_KEY__BAD": BAD["publishable"]}
    done = command("sync", "Customer:cus_elsewhere", **given)
    assert done.returncode == 1 and "bad" in done.stdout + done.stderr


def test_a_bad_key_that_is_named_is_bad_input(command: Command, variables: dict[str, str]) -> None:
    given = {**variables, "STRIPE_API_KEY__BAD": BAD["publishable"]}
    for arguments in (["--api-key", "bad"], ["--api-key", "good", "--api-key", "bad"]):
        done = command("sync", "Customer", *arguments, **given)
        assert done.returncode == 2 and len(done.stderr.splitlines()) == 1


def test_where_no_key_can_be_used_nothing_begins(command: Command) -> None:
    done = command("sync", STRIPE_API_KEY__BAD=BAD["publishable"])
    assert done.returncode == 2 and "bad" in done.stderr
