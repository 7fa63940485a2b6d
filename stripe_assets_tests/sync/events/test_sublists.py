"""Events about objects whose answers have only the first items of a sublist."""

from __future__ import annotations

from stripe_assets_tests.sync.stage import Stage


def test_a_customer_with_many_sources_is_read_to_the_end(stage: Stage) -> None:
    stage.make("customer", {"id": "cus_many"})
    for n in range(12):
        stage.make("source", {"id": f"src_{n:02}", "customer": "cus_many"})
    stage.sync()
    stage.change("customer", "cus_many", {"name": "Renamed"})
    summary = stage.process()
    assert summary.succeeded and len(stage.alive("source")) == 12
    assert any("/sources?" in path for path in stage.asked("/v1/customers/cus_many"))
    stage.change("customer", "cus_many", {"name": "Renamed again"})
    assert stage.sync()["customer"].status == "ok"
