"""More events than a sensor sees in one tick: it has to see the others in a later tick."""

from __future__ import annotations

from stripe_assets.mirror import Owner
from stripe_assets_tests.sync.stage import PLATFORM, Stage

DAY = 86_400
OWN = Owner(PLATFORM, False)


def test_more_than_a_page_of_undelivered_events_is_processed_in_several_ticks(stage: Stage) -> None:
    """Stripe lists them as undelivered for thirty days, processed or not. The settled ones must not
    hide the others."""
    stage.sandbox.control("deliveries", fail=True, types=["customer.*"])
    stage.make_many("customer", [f"cus_{n}" for n in range(230)])
    for _ in range(5):
        watch = stage.watch()
        watch.owners()
        if found := watch.failed_deliveries(OWN):
            stage.process(ids=tuple(event.id for event in found))
    assert {state.state for state in stage.states().values()} == {"processed"} and len(
        stage.states()
    ) == 230


def test_a_failed_event_is_tried_again_after_a_page_of_newer_events(stage: Stage) -> None:
    stage.sandbox.control("deliveries", fail=True, types=["customer.*"])
    stage.make("customer", {"id": "cus_broken"})
    stage.fail("/v1/customers/cus_broken")
    stage.process(failed=True)
    stage.heal()
    stage.make_many("customer", [f"cus_{n}" for n in range(120)])
    stage.due()
    for _ in range(5):
        watch = stage.watch()
        watch.owners()
        if found := watch.failed_deliveries(OWN):
            stage.process(ids=tuple(event.id for event in found))
    assert "cus_broken" in stage.alive("customer")


def test_a_model_follows_its_event_behind_a_page_of_newer_events(
    stage: Stage,
) -> None:
    stage.sync("customer", "product")
    stage.wait(DAY)
    product = stage.make("product")
    stage.wait()
    stage.make_many("customer", [f"cus_{n}" for n in range(120)])
    for _ in range(4):
        watch = stage.watch()
        watch.owners()
        if found := watch.new_events(OWN):
            stage.sync(*{model for event in found for model in event.models})
    assert product in stage.alive("product") and len(stage.alive("customer")) == 120
