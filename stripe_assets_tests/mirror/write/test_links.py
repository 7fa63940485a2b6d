"""Which parent's list returned a row: a column that has no field in the object."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from stripe_assets.catalog import catalog
from stripe_assets.mirror import Mirror, Owner, ParentRef, flatten
from stripe_assets_tests.stored import stored_object

OWNER = Owner("acct_1", False)
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def test_the_payout_stays_in_any_order_of_lists(database_url: str) -> None:
    transaction = {"id": "txn_1", "object": "balance_transaction", "amount": 5}

    def read(seconds: int, payout: str | None = None):
        parent = ParentRef("payout", payout, link="payout_id") if payout else None
        at = NOW + timedelta(seconds=seconds)
        return flatten(
            catalog(),
            "balance_transaction",
            [transaction],
            OWNER,
            at,
            api_version="v",
            parent=parent,
            listed=True,
        )

    with Mirror.open(database_url) as mirror:
        table = mirror.tables["balance_transaction"]
        for batches in ([read(2)], [read(1, "po_1")], [read(3)], [read(4, "po_1"), read(5)]):
            mirror.write(batches)
        with mirror.connection() as connection:
            assert connection.execute(sa.select(table.c.payout_id, table.c._observed_at)).all() == [
                ("po_1", NOW + timedelta(seconds=5))
            ]


def test_the_object_of_an_event_is_stored_without_secrets(database_url: str) -> None:
    session = {
        "id": "bps_1",
        "object": "billing_portal.session",
        "url": "https://billing.example/whoever-has-this",
        "customer": "cus_1",
    }
    event = {
        "id": "evt_1",
        "object": "event",
        "type": "billing_portal.session.created",
        "data": {"object": session},
    }
    with Mirror.open(database_url) as mirror:
        mirror.write([flatten(catalog(), "event", [event], OWNER, NOW, api_version="v")])
        stored = stored_object(mirror, "event", OWNER, "evt_1")
    assert stored is not None and stored["data"] == {
        "object": {key: value for key, value in session.items() if key != "url"}
    }


def test_a_row_has_its_parent_in_any_order_of_lists(database_url: str) -> None:
    link = {"id": "link_1", "object": "file_link", "file": "file_1"}
    page = {
        "object": "list",
        "data": [link],
        "has_more": False,
        "url": "/v1/file_links?file=file_1",
    }
    file = {"id": "file_1", "object": "file", "links": page}
    older = flatten(catalog(), "file", [file], OWNER, NOW, api_version="v", listed=True)
    newer = flatten(
        catalog(),
        "file_link",
        [{**link, "expired": True}],
        OWNER,
        NOW + timedelta(seconds=1),
        api_version="v",
        listed=True,
    )
    with Mirror.open(database_url) as mirror:
        mirror.write([newer])
        mirror.write([older])
        stored = stored_object(mirror, "file", OWNER, "file_1")
    assert stored is not None and [one["expired"] for one in stored["links"]["data"]] == [True]
