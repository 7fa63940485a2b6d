"""What `sync` and `events` share: one Dagster run for each API key, in this process."""
# ruff: noqa: PLC0415

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from stripe_assets.cli.errors import BadInput
from stripe_assets.cli.signals import Interrupted, raised_afterwards

if TYPE_CHECKING:
    from stripe_assets.orchestration.in_process_runs import InProcessRuns
    from stripe_assets.orchestration.outcome import Outcome

AnyOutcome = TypeVar("AnyOutcome", bound="Outcome")


def checked_aliases(aliases: tuple[str, ...]) -> dict[str, str | None]:
    """Returns the given aliases, or all aliases if none is given → why the key cannot be used. None
    for a key that can be.

    Checks the keys and the settings first, so that a mistake is reported before a run starts.
    Raises the error of a key that was named, and of the first key where none can be used.
    """
    from stripe_assets.cli.database import opened, opened_if_there
    from stripe_assets.keys import HOW_TO_SET_A_KEY, KeyRing
    from stripe_assets.mirror import KeyStoreError
    from stripe_assets.stripe_api import InvalidApiKey, StripeApi

    with opened_if_there() as mirror:
        ring = KeyRing(mirror)
        chosen = list(dict.fromkeys(aliases)) or list(ring.aliases())
        if not chosen:
            raise BadInput(f"There is no API key. {HOW_TO_SET_A_KEY}")
        errors: dict[str, Exception | None] = dict.fromkeys(chosen)
        for alias in chosen:
            try:
                StripeApi(ring.api_key(alias))  # checks the settings of the environment too
            except (InvalidApiKey, KeyStoreError) as error:
                errors[alias] = error
        bad = [error for error in errors.values() if error]
        if bad and (aliases or len(bad) == len(chosen)):
            raise bad[0]
    opened().close()
    return {alias: str(error) if error else None for alias, error in errors.items()}


def run_and_show(
    outcomes: Sequence[AnyOutcome],
    run: Callable[[InProcessRuns, AnyOutcome], object],
    show: Callable[[Sequence[AnyOutcome]], object],
) -> bool:
    """Runs what each outcome asks for, unless it has an error already, then shows all outcomes.
    Returns True when all succeeded.

    After a signal it shows them too, and raises Interrupted.
    """
    from stripe_assets.cli.screen import Screen
    from stripe_assets.instance import settle_home

    settle_home(Path.cwd(), os.environ)
    screen = Screen()
    try:
        with screen.waiting("starting Dagster"):
            from stripe_assets.orchestration.in_process_runs import InProcessRuns
        runs = InProcessRuns(screen)
        try:
            for outcome in outcomes:
                if outcome.error:
                    continue
                with raised_afterwards():
                    run(runs, outcome)
        except Interrupted:
            show(outcomes)
            raise
    finally:
        screen.close()
    show(outcomes)
    return all(outcome.succeeded for outcome in outcomes)
