"""Fields that Stripe leaves out from one day to the next have no value any more, whichever way the
objects are read."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from stripe_assets.catalog import catalog
from stripe_assets.mirror import Mirror, ObjectRef, Owner
from stripe_assets.sandbox.keys import PLATFORM
from stripe_assets.stripe_api import parse_api_key
from stripe_assets.sync import EventRun, EventSelection, KeySync
from stripe_assets.sync.engine.session import Session
from stripe_assets.sync.retrieval.handler import Retrieval
from stripe_assets.sync.retrieval.read_request import ReadRequest
from stripe_assets.sync.retrieval.retrieve import read_each
from stripe_assets_tests.sync.compare import Rows, live_rows
from stripe_assets_tests.sync.holes.asked import Asked
from stripe_assets_tests.sync.holes.server import Answer, FaultySandbox
from stripe_assets_tests.sync.stage import run_id

KEY = parse_api_key("acme", "sk_test_sandbox", connected="none")
OWNER = Owner(PLATFORM, False)
NEEDED = {"created", "deleted", "livemode"}
"""Fields that a run itself needs, or that are no columns."""


@cache
def optional(resource: str) -> frozenset[str]:
    """The fields that Stripe may leave out of an object, without the sublists."""
    found = catalog().resources.get(resource)
    return frozenset(
        field.path[0]
        for field in (found.fields if found else ())
        if field.unset in ("absent", "either") and field.column
    ).difference(NEEDED)


class Sparse:
    """Leaves all optional fields out of every whole object, and notes which objects these were."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, str]] = set()

    def __call__(self, asked: Asked, true: Answer) -> Answer:
        if true.status != 200:
            return true
        body = true.json()
        objects = body["data"] if isinstance(body.get("data"), list) else [body]
        for obj in objects:
            self._strip(obj)
        return true.saying(body)

    def _strip(self, obj: dict[str, Any]) -> None:
        name = obj.get("object", "")
        for field_name in optional(name):
            obj.pop(field_name, None)
        self.seen.add((name, obj.get("id", PLATFORM)))
        for field in catalog()[name].fields if name in catalog().resources else ():
            inner = obj
            for part in field.path[:-1]:
                inner = inner.get(part) or {}
            if field.kind == "sublist" and isinstance(found := inner.get(field.path[-1]), dict):
                for item in found["data"]:
                    self._strip(item)


@pytest.fixture
def mirror(filled: FaultySandbox, tmp_path: Path, empty_database: Path) -> Iterator[Mirror]:
    """A mirror of objects with all fields."""
    filled.hand = None
    shutil.copyfile(empty_database, tmp_path / "mirror.db")
    with Mirror.open(f"sqlite:///{tmp_path}/mirror.db") as mirror:
        sync(mirror)
        time.sleep(1.1)  # two observations within a second have no order
        yield mirror


def sync(mirror: Mirror, mode: str = "full") -> None:
    with KeySync(KEY, mirror, run_id=run_id(), mode=mode) as run:  # type: ignore[arg-type]
        run.prepare()
        assert {result.status for result in run.run()} <= {"ok", "unavailable"}


def check(before: Rows, after: Rows, seen: set[tuple[str, str]]) -> None:
    """The objects that came without their optional fields have lost these, and nothing else has."""
    wrong = []
    for (model, account, id_), row in before.items():
        now = after[model, account, id_]
        gone = optional(model) if (model, id_) in seen else frozenset[str]()
        columns = {field.column: field.path[0] for field in catalog()[model].fields if field.column}
        linked = {route.parent_id_column for route in catalog()[model].routes}
        for name, value in row.items():
            lost = columns.get(name) in gone and name not in linked
            if now[name] != (None if lost else value):
                wrong.append(f"{model} {id_}.{name}: {value!r} is now {now[name]!r}")
    assert not wrong, "\n".join([f"{len(wrong)} are wrong:", *wrong[:20]])


def test_a_sweep(filled: FaultySandbox, mirror: Mirror) -> None:
    before = live_rows(mirror)
    filled.hand = sparse = Sparse()
    sync(mirror)
    check(before, live_rows(mirror), sparse.seen)
    assert len({name for name, _ in sparse.seen}) > 120


def test_a_retrieve(filled: FaultySandbox, mirror: Mirror) -> None:
    before = live_rows(mirror)
    filled.hand = sparse = Sparse()
    refs = [
        ObjectRef(model, OWNER, id_)
        for model, account, id_ in before
        if account == PLATFORM and can_be_retrieved(model)
    ]
    with closing(Session(KEY, mirror)) as session:
        session.writes.start()
        session.belongs_to(OWNER)
        requests = [ReadRequest(ref) for ref in refs]
        retrieval = read_each(session, requests, Retrieval(session))
    assert not retrieval.failures
    assert retrieval.present.keys() == set(refs) and len({ref.resource for ref in refs}) > 100
    check(before, live_rows(mirror), sparse.seen)


def can_be_retrieved(model: str) -> bool:
    route = catalog()[model].retrieve
    return route is not None and not route.params


@pytest.mark.parametrize("model", ["customer", "price", "charge", "invoice", "issuing.card"])
def test_an_event(filled: FaultySandbox, mirror: Mirror, model: str) -> None:
    before = live_rows(mirror)
    id_ = next(id_ for name, _, id_ in before if name == model)
    type_, named = f"{model.replace('.', '_')}.updated", {"id": id_, "object": model}
    filled.control("events", type=type_, object=named)
    filled.hand = sparse = Sparse()
    with EventRun(KEY, mirror, EventSelection(), run_id=run_id()) as run:
        run.prepare()
        assert run.run().processed >= 1
    assert (model, id_) in sparse.seen
    of_model = {key: row for key, row in before.items() if key[0] == model}
    check(of_model, live_rows(mirror), sparse.seen)
