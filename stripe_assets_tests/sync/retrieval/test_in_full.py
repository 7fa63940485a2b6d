"""What only a retrieve can include is read too, with a request for each object, once a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
import sqlalchemy as sa

from stripe_assets.catalog import catalog
from stripe_assets.mirror.tables.layout import INCLUDED_AT
from stripe_assets.sync.engine.holes import IN_FULL, REFUSED_NOW
from stripe_assets.sync.retrieval.in_full import EACH
from stripe_assets_tests.stand_in import Object, Reply, error
from stripe_assets_tests.stored import stored_object
from stripe_assets_tests.sync.acme import OWNER, Acme

MODEL, LIST = "v2.core.account", "/v2/core/accounts"
IDENTITIES = {f"acct_v2{n}": {"country": country} for n, country in enumerate(("us", "fr", "jp"))}

unlisted: set[str] = set()
"""Accounts that the list does not return."""


def account(id: str, include: Mapping[str, str]) -> Object:
    """Includes what was asked for. Everything else of that kind is null."""
    asked = {value for name, value in include.items() if name.startswith("include")}
    identity = IDENTITIES[id] if "identity" in asked else None
    defaults = {"currency": "usd"} if "defaults" in asked else None
    named = {"id": id, "object": MODEL, "created": "2026-01-01T00:00:00.000Z", "livemode": False}
    return {**named, "identity": identity, "defaults": defaults, "contact_email": "a@b.c"}


@pytest.fixture
def acme(acme: Acme) -> Iterator[Acme]:
    def answer(path: str, query: Mapping[str, str], true: Reply | None) -> Reply | None:
        if path == LIST:
            ids = [] if "closed" in query else [id for id in IDENTITIES if id not in unlisted]
            open_ = [account(id, query) for id in ids]
            return 200, {"data": open_, "next_page_url": None, "previous_page_url": None}
        id = path.removeprefix(f"{LIST}/")
        return true or ((200, account(id, query)) if id in IDENTITIES else None)

    acme.fault = answer
    yield acme
    unlisted.clear()


def stored(acme: Acme) -> dict[str, object]:
    found = {id: stored_object(acme.mirror, MODEL, OWNER, id) for id in IDENTITIES}
    return {id: one and one["identity"] for id, one in found.items()}


def retrieved(acme: Acme) -> list[str]:
    return sorted(id for id in IDENTITIES if acme.asked(f"{LIST}/{id}"))


def forget(acme: Acme, id: str) -> None:
    """Lets the time pass after which an account is asked for again."""
    table = acme.mirror.tables[MODEL]
    with acme.mirror.transaction() as connection:
        row = sa.select(table.c[INCLUDED_AT]).where(table.c.id == id)
        before = connection.scalar(row) - EACH
        connection.execute(sa.update(table).where(table.c.id == id).values({INCLUDED_AT: before}))


def test_only_this_model_needs_it() -> None:
    assert [one.name for one in catalog().resources.values() if one.retrieved_in_full] == [MODEL]


def test_each_object_is_retrieved_once_a_day_and_by_each_full_sync(acme: Acme) -> None:
    assert acme.status(MODEL) == "ok" and stored(acme) == IDENTITIES
    assert retrieved(acme) == sorted(IDENTITIES)
    assert acme.status(MODEL) == "ok" and stored(acme) == IDENTITIES
    assert retrieved(acme) == []
    forget(acme, "acct_v21")
    assert acme.status(MODEL) == "ok" and retrieved(acme) == ["acct_v21"]
    assert acme.status(MODEL, mode="full") == "ok" and retrieved(acme) == sorted(IDENTITIES)


def test_an_object_that_cannot_be_retrieved_is_a_hole(acme: Acme) -> None:
    acme.replies[f"{LIST}/acct_v20"] = (500, {})
    assert acme.status(MODEL) == "incomplete"
    assert [hole.key for hole in acme.holes()] == [f"{IN_FULL}acct_v20"]
    assert stored(acme) == {**IDENTITIES, "acct_v20": None}
    del acme.replies[f"{LIST}/acct_v20"]
    assert acme.status(MODEL) == "ok" and stored(acme) == IDENTITIES and acme.holes() == []


def test_what_the_list_returns_is_not_deleted_because_its_retrieve_denies_it(acme: Acme) -> None:
    gone = error(404, "No such account: 'acct_v20'", code="resource_missing", param="id")
    acme.replies[f"{LIST}/acct_v20"] = gone
    for _ in range(2):
        assert acme.status(MODEL) == "incomplete" and acme.mirror.live_rows.count(MODEL) == 3
        assert [hole.key for hole in acme.holes()] == [f"{IN_FULL}acct_v20"]


@pytest.mark.parametrize("mode", ["auto", "full"])
def test_the_hole_of_an_account_that_is_gone_ends(acme: Acme, mode: str) -> None:
    acme.replies[f"{LIST}/acct_v20"] = (500, {})
    assert acme.status(MODEL) == "incomplete"
    gone = error(404, "No such account: 'acct_v20'", code="resource_missing", param="id")
    acme.replies[f"{LIST}/acct_v20"] = gone
    unlisted.add("acct_v20")
    assert acme.status(MODEL, mode=mode) == "ok" and acme.holes() == []
    assert acme.mirror.live_rows.count(MODEL) == 2


@pytest.mark.parametrize("mode", ["auto", "full"])
def test_where_stripe_never_shows_more_the_model_is_available_without_it(
    acme: Acme, mode: str
) -> None:
    refuse_all(acme)
    for _ in range(2):
        assert acme.status(MODEL, mode=mode) == "ok" and acme.holes() == []
    assert bool(retrieved(acme)) == (mode == "full"), "it is asked again a month later"
    acme.replies.clear()
    acme.make_due()
    assert acme.status(MODEL) == "ok" and stored(acme) == IDENTITIES
    assert acme.holes(unavailable=True) == []


def test_an_account_that_refuses_is_unavailable_there_and_the_others_are_read(acme: Acme) -> None:
    acme.replies[f"{LIST}/acct_v20"] = error(403, "Not for this key.")
    assert acme.status(MODEL) == "ok" and acme.holes() == []
    assert stored(acme) == {**IDENTITIES, "acct_v20": None}
    forget(acme, "acct_v21")
    assert acme.status(MODEL) == "ok" and retrieved(acme) == ["acct_v21"]
    del acme.replies[f"{LIST}/acct_v20"]
    acme.make_due()
    assert acme.status(MODEL) == "ok" and stored(acme) == IDENTITIES
    assert acme.holes(unavailable=True) == []


def test_what_was_readable_and_is_refused_now_fails_until_it_is_accepted(acme: Acme) -> None:
    assert acme.status(MODEL) == "ok"
    refuse_all(acme)
    for _ in range(2):
        result = acme.sync(MODEL, mode="full")[MODEL]
        assert result.status == "incomplete" and REFUSED_NOW in str(result.error)
    acme.accept()
    for mode in ("auto", "full"):
        assert acme.status(MODEL, mode=mode) == "ok" and acme.holes() == []


def refuse_all(acme: Acme) -> None:
    for id in IDENTITIES:
        acme.replies[f"{LIST}/{id}"] = error(403, "Not for this key.")


def test_an_include_that_is_refused_costs_no_request_a_run(acme: Acme) -> None:
    answer = acme.fault

    def refusing(path: str, query: Mapping[str, str], true: Reply | None) -> Reply | None:
        if path.startswith(f"{LIST}/") and "configuration.merchant" in query.values():
            return error(400, "Not this one.")
        return answer(path, query, true)

    acme.fault = refusing
    assert acme.status(MODEL) == "ok" and stored(acme) == IDENTITIES
    assert acme.status(MODEL) == "ok" and retrieved(acme) == []
