"""What the sandbox holds, found by a plain walk without faults."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote, urlencode

from stripe_assets.catalog import catalog
from stripe_assets_tests.sync.holes.asked import Asked
from stripe_assets_tests.sync.holes.server import FaultySandbox
from stripe_assets_tests.sync.walk import Found, Walk


class NotShown(Exception):
    """Stripe does not show a list to the key, and that is a fact."""


class Truth(Walk):
    """The objects of some models, as Stripe lists them. It asks the sandbox without a network."""

    def __init__(self, sandbox: FaultySandbox, models: Sequence[str]) -> None:
        super().__init__(catalog(), sandbox.base, "sk_test_sandbox", models)
        self._sandbox = sandbox

    def get(self, path: str, header: str | None, /, **params: Any) -> dict[str, Any]:
        path, _, query = path.partition("?")
        pairs = [(name, _text(value)) for name, value in params.items() if name != "expand"]
        pairs += [("expand[]", name) for name in params.get("expand", ())]
        asked = Asked(
            unquote(path), "&".join(filter(None, (query, urlencode(pairs)))), header or ""
        )
        said = self._sandbox.truly(asked, capped=False)
        if said.status != 200:
            raise NotShown(path)
        return said.json()

    def _pages(
        self, path: str, header: str | None, params: dict[str, Any]
    ) -> Iterator[dict[str, Any]]:
        try:
            yield from super()._pages(path, header, params)
        except NotShown:
            assert self._sandbox.facts, f"the sandbox refuses {path} to {header}"


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def truth_of(sandbox: FaultySandbox, models: Sequence[str], accounts: Sequence[str]) -> Found:
    """Returns what a mirror of these accounts and models has to have."""
    found = Truth(sandbox, models).all()
    return {key: obj for key, obj in found.items() if key[0] in models and key[1] in accounts}
