"""`stripe-assets accept`: what was readable before and is refused now, and is right so."""

from __future__ import annotations

from stripe_assets_tests.cli.conftest import Command
from stripe_assets_tests.stand_in import StandIn, customer, error, page

SECRET = "sk_test_" + "accept" * 4


def test_what_is_refused_now_fails_until_it_is_accepted(command: Command) -> None:
    refuses: list[bool] = []

    def answers(path: str, query: dict[str, str], account: str | None):
        if path != "/v1/customers":
            return None
        if refuses:
            return error(403, "The key may not read customers.")
        return page([customer(1)], query, path)

    with StandIn(answers) as server:
        variables = {"STRIPE_API_BASE": server.base, "STRIPE_SECRET_KEY": SECRET}
        assert command("sync", "Customer", **variables).returncode == 0
        refuses.append(True)
        for _ in range(2):
            failed = command("sync", "Customer", "--full", **variables)
            assert failed.returncode == 1
            assert "it was readable before" in failed.stdout
        accepted = command("accept", "default", "Customer", **variables)
        assert accepted.returncode == 0 and "acct_1Own: customer" in accepted.stdout
        done = command("sync", "Customer", "--full", **variables)
        assert done.returncode == 0 and "unavailable" in done.stdout
        nothing = command("accept", "default", **variables)
        assert nothing.returncode == 0 and "Nothing to accept" in nothing.stdout


def test_an_alias_an_account_or_a_model_that_is_unknown_changes_nothing(command: Command) -> None:
    with StandIn(lambda path, query, account: None) as server:
        variables = {"STRIPE_API_BASE": server.base, "STRIPE_SECRET_KEY": SECRET}
        assert command("accept", "acme", **variables).returncode == 2
        assert command("sync", "Balance", **variables).returncode == 0
        for given in (["acme"], ["default", "Nothing"], ["default", "--account", "acct_1Other"]):
            refused = command("accept", *given, **variables)
            assert refused.returncode == 2 and len(refused.stderr.splitlines()) <= 2
