"""The event types as the generator reads them from the SDK and the overlay."""

from __future__ import annotations

from typing import Any

import pytest

from stripe_assets.catalog import catalog
from stripe_assets.catalog.generator.events import annotated_objects, event_types
from stripe_assets.catalog.generator.source import SdkSource
from stripe_assets.catalog.overlay import events as overlay


@pytest.fixture(scope="module")
def source() -> SdkSource:
    return SdkSource()


def test_the_sdk_s_annotations_are_followed(source: SdkSource) -> None:
    said = {
        name: objects
        for name, objects in annotated_objects(source).items()
        if name in catalog().events
    }
    assert len(said) > 200
    others = {
        name: catalog().events[name].objects
        for name, objects in said.items()
        if catalog().events[name].objects != objects
    }
    assert others == {"billing.alert.triggered": ("billing.alert_triggered",)}


def test_the_longest_pattern_counts(source: SdkSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(overlay.OBJECTS, "customer.*", ("discount",))
    found = {item.name: item.objects for item in event_types(source)}
    assert found["customer.updated"] == ("discount",)
    assert found["customer.source.created"] == ("bank_account", "card", "source")


@pytest.mark.parametrize(
    ("table", "line", "message"),
    [
        (
            overlay.TARGETS,
            ("charg.*", ()),
            r"the overlay has charg\.\*, but the SDK has no such event type",
        ),
        (
            overlay.OBJECTS,
            ("charge.refunded", ("charge",)),
            "remove charge.refunded: the SDK says the same",
        ),
        (overlay.OBJECTS, ("charge.refunded", ("chrge",)), "'chrge'.*the SDK does not have"),
    ],
)
def test_an_entry_of_the_overlay_without_an_effect_is_refused(
    source: SdkSource,
    monkeypatch: pytest.MonkeyPatch,
    table: dict[str, Any],
    line: tuple[str, Any],
    message: str,
) -> None:
    monkeypatch.setitem(table, *line)
    with pytest.raises(ValueError, match=message):
        event_types(source)
