"""Whatever expansion is refused, in whatever words: no row is lost, and each field is right or it
is said that it is not there."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from stripe_assets.catalog import Field, catalog
from stripe_assets.catalog.roles import ACCOUNT
from stripe_assets.mirror import Mirror
from stripe_assets.stripe_api import parse_api_key
from stripe_assets.sync import KeySync, ModelResult
from stripe_assets_tests.sync.compare import Rows, live_rows
from stripe_assets_tests.sync.holes.asked import Asked
from stripe_assets_tests.sync.holes.expansions import WORDINGS, Wording
from stripe_assets_tests.sync.holes.server import Answer, FaultySandbox
from stripe_assets_tests.sync.holes.verdict import holes_of
from stripe_assets_tests.sync.stage import run_id

MOST_SHOWN = 40
"""Lines of a failure."""

NEVER_READ = {"tax.calculation", "tax.calculation_line_item", "tax.transaction"}
"""Resources that no list returns, and to which no column refers."""
ACCOUNTS = (ACCOUNT, "bank_account", "card")


def _rounds() -> list[dict[str, str]]:
    """Resource → the expansion that is refused: one of each resource at a time, each in turn.

    The accounts have a round of their own: without them there is nothing else to read.
    """
    resources = [one for one in catalog().resources.values() if one.name not in NEVER_READ]
    others = [one for one in resources if one.name != ACCOUNT]
    many = max(len(one.expand) for one in others)
    turns = [{r.name: r.expand[n] for r in others if n < len(r.expand)} for n in range(many)]
    return [{ACCOUNT: path} for path in catalog()[ACCOUNT].expand] + turns


ROUNDS = _rounds()


@dataclass(frozen=True, slots=True)
class Refusals:
    """Expansions that are refused wherever they are asked for, in lists and in retrieves."""

    paths: Mapping[str, str]
    wording: Wording

    def __call__(self, asked: Asked, true: Answer) -> Answer:
        expand = asked.params.get("expand", ())
        for resource in asked.route.resources if asked.route else ():
            path = self.paths.get(resource, "")
            for named in (f"data.{path}", path):
                if named in expand:
                    return true.saying({"error": self.wording(named)}, 400)
        return true


@dataclass(frozen=True, slots=True)
class Synced:
    rows: Rows
    results: Mapping[str, ModelResult]
    holes: Sequence[Any]
    expanded: Collection[tuple[str, str]] = ()
    """(Resource, path) of the expansions that were asked for."""

    @classmethod
    def into(cls, url: str, number: int, expanded: Collection[tuple[str, str]] = ()) -> Synced:
        """Syncs into an empty database. The first round is about connected accounts."""
        models, connected = ((), "none") if number else (ACCOUNTS, "all")
        key = parse_api_key("acme", "sk_test_sandbox", connected=connected)
        with Mirror.open(url) as mirror:
            with KeySync(key, mirror, models, run_id=run_id()) as run:
                run.prepare()
                results = {result.model: result for result in run.run()}
            return cls(live_rows(mirror), results, holes_of(mirror), expanded)

    def says(self, resource: str, name: str) -> bool:
        """Whether it says that a field of the resource is unavailable there."""
        return any(h.unavailable and h.model == resource and name in h.key for h in self.holes)


@pytest.fixture(scope="module")
def whole(
    filled: FaultySandbox, tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> Callable[[int], Synced]:
    """What a round brings when nothing is refused. All rounds but the first bring the same."""

    @cache
    def synced(number: int) -> Synced:
        expanded: set[tuple[str, str]] = set()

        def note(asked: Asked, true: Answer) -> Answer:
            for resource in asked.route.resources if asked.route else ():
                paths = asked.params.get("expand", ())
                expanded.update((resource, path.removeprefix("data.")) for path in paths)
            return true

        filled.hand = note
        path = tmp_path_factory.mktemp("whole") / "mirror.db"
        shutil.copyfile(empty_database, path)
        return Synced.into(f"sqlite:///{path}", number, expanded)

    return lambda number: synced(min(number, 1))


def test_a_sync_asks_for_every_expansion(whole: Callable[[int], Synced]) -> None:
    """So each refusal of the other tests is met."""
    asked = {one for number in (0, 1) for one in whole(number).expanded}
    assert {(r, path) for paths in ROUNDS for r, path in paths.items()} <= asked


@pytest.mark.parametrize("words", WORDINGS)
@pytest.mark.parametrize("number", range(len(ROUNDS)))
def test_no_row_is_lost_and_each_field_is_right_or_said(
    number: int,
    words: str,
    filled: FaultySandbox,
    whole: Callable[[int], Synced],
    tmp_path: Path,
    empty_database: Path,
) -> None:
    expected = whole(number)
    shutil.copyfile(empty_database, tmp_path / "mirror.db")
    refusals = filled.hand = Refusals(ROUNDS[number], WORDINGS[words])
    got = Synced.into(f"sqlite:///{tmp_path}/mirror.db", number)
    wrong = list(_wrong(expected, got, refusals.paths))
    head = f"refused, {words}: {refusals.paths}; {len(wrong)} are wrong:"
    assert not wrong, "\n".join([head, *wrong[:MOST_SHOWN]])


def test_two_syncs_without_refusals_bring_the_same(
    filled: FaultySandbox, whole: Callable[[int], Synced], tmp_path: Path, empty_database: Path
) -> None:
    """So each difference in the other tests comes from a refusal."""
    expected = whole(1)
    filled.hand = None
    shutil.copyfile(empty_database, tmp_path / "mirror.db")
    got = Synced.into(f"sqlite:///{tmp_path}/mirror.db", 1)
    assert list(_wrong(expected, got, {})) == []


def _wrong(expected: Synced, got: Synced, paths: Mapping[str, str]) -> Iterator[str]:
    excused = [place for resource, path in paths.items() for place in _brings(resource, path)]
    fields = {(one.model, one.field): one for one in excused}
    for key, row in expected.rows.items():
        model, _, id_ = key
        if key not in got.rows:
            if not any(model in one.embeds and _is_said(got, one) for one in excused):
                yield f"lost: {model} {id_}"
            continue
        for name in sorted(n for n in row if row[n] != got.rows[key].get(n)):
            place = fields.get((model, _field_of(model, name)))
            if place is None or not _is_said(got, place):
                yield f"{model} {id_}.{name}: {row[name]!r} is {got.rows[key].get(name)!r}"
    for model, result in got.results.items():
        if result.status != expected.results[model].status:
            yield f"{model} is {result.status}: {result.error or result.availability}"
    yield from (f"a hole: {hole}" for hole in got.holes if not hole.unavailable)


@dataclass(frozen=True, slots=True)
class Brought:
    """What only a refused expansion brings."""

    refused: str
    """The resource whose expansion it is."""
    model: str
    field: str
    embeds: frozenset[str]
    """Resources whose objects come in the field, and in no other way."""


def _brings(resource: str, path: str) -> Iterator[Brought]:
    """Yields the fields that only the expansion brings. A sublist has a route of its own."""
    first, _, inner = path.partition(".data.")
    holders = [resource]
    if inner:
        holders = list(_field(resource, first).targets)
    for holder in holders:
        found = _field(holder, inner or path)
        if found.kind != "sublist":
            embedded = (t for t in found.targets if _only_comes_embedded(t))
            yield Brought(resource, holder, found.name, frozenset(embedded))


def _field(resource: str, path: str) -> Field:
    """The field at a path: the sublist there, else the top-level field that the path leads into."""
    parts, fields = tuple(path.split(".")), catalog()[resource].fields
    sublist = (one for one in fields if one.kind == "sublist" and one.path == parts)
    return next(sublist, None) or next(one for one in fields if one.path == parts[:1])


def _only_comes_embedded(name: str) -> bool:
    resource = catalog().resources.get(name)
    return resource is not None and not resource.routes and resource.retrieve is None


def _field_of(model: str, column: str) -> str:
    fields = catalog()[model].fields
    return next((one.name for one in fields if one.column == column), column)


def _is_said(got: Synced, place: Brought) -> bool:
    """Whether it is said of the resource, or of one whose sublists contain it."""
    models = {place.refused, place.model}
    for name in (place.refused, place.model):
        models |= catalog().upstreams[name].with_sublists
    return any(got.says(model, place.field) for model in models)
