"""Refusals of one expansion, in the wordings of real servers and in none."""

from __future__ import annotations

from collections.abc import Callable

from stripe_assets_tests.sync.holes.case import Case, Lie
from stripe_assets_tests.sync.holes.server import Answer

Wording = Callable[[str], dict[str, str]]
"""The path that a request names in `expand` → the error."""


def _refusal(message: str) -> dict[str, str]:
    return {"type": "invalid_request_error", "message": message}


def as_seen_from_the_object(path: str) -> dict[str, str]:
    return _refusal(f"This property cannot be expanded ({path.removeprefix('data.')}).")


def as_seen_from_further_up(path: str) -> dict[str, str]:
    """The path begins with the name of another object, and a hint follows."""
    inner = path.removeprefix("data.")
    return _refusal(
        f"This property cannot be expanded (payment_intent.{inner}). You may want to try expanding"
        " another property. See https://stripe.com/docs/expand."
    )


def as_unknown(path: str) -> dict[str, str]:
    inner = path.removeprefix("data.")
    return _refusal(f"This property cannot be expanded because it doesn't exist: {inner}.")


def in_no_words(path: str) -> dict[str, str]:
    """The error says nothing that could be relied on."""
    return _refusal("Invalid request.")


WORDINGS: dict[str, Wording] = {
    "as seen from the object": as_seen_from_the_object,
    "as seen from further up": as_seen_from_further_up,
    "as unknown": as_unknown,
    "in no words": in_no_words,
}


def refused(wording: Wording, status: int = 400) -> Lie:
    """One of the expansions of a list is refused, always the same."""

    def lie(case: Case) -> Answer | None:
        expand = case.asked.params.get("expand")
        if not isinstance(expand, list):
            return None
        path = case.memory.setdefault("path", expand[case.pick % len(expand)])
        if path not in expand:
            return None
        return case.true.saying({"error": wording(path)}, status)

    return lie
