"""The order of dependencies."""

from __future__ import annotations

import pytest

from stripe_assets.catalog.generator.order import topological


def test_a_cycle_is_refused_by_name() -> None:
    assert topological({"a": ("b",), "b": (), "c": ("a", "b")}) == ("b", "a", "c")
    with pytest.raises(ValueError, match="a → b → a"):
        topological({"a": ("b",), "b": ("a",), "c": ()})
