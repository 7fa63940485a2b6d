"""Every resource of the real catalog comes back as it was sent, on both databases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stripe_assets.catalog import Field, Resource, catalog, shapes
from stripe_assets.mirror import Mirror, Owner, flatten
from stripe_assets_tests.generated import Generator, as_mirrored, at, sublists_as_lists
from stripe_assets_tests.mirror.small import NOON
from stripe_assets_tests.stored import stored_object

OBJECTS_OF_EACH = 6


def misplaced(
    resource: Resource, sent: Mapping[str, Any], back: Mapping[str, Any]
) -> Iterator[Field]:
    """Yields the fields that came back where Stripe left them out, or the other way round. Where
    Stripe does both, they come back as null."""
    for field in resource.fields:
        name, is_column = field.path[0], field.column and not field.derived
        if is_column and field.unset != "either" and (name in sent) != (name in back):
            yield field


def test_every_resource_comes_back_as_it_was_sent(real_mirror: Mirror) -> None:
    wrong = []
    for seed, (name, resource) in enumerate(catalog().resources.items()):
        owner = Owner(f"acct_of_{resource.table}", name < "m")
        generator = Generator(shapes(), seed)
        sent = [generator.object(name) for _ in range(1 if resource.singleton else OBJECTS_OF_EACH)]
        real_mirror.write(
            [flatten(catalog(), name, sent, owner, NOON, api_version="2026-10-28.endive")]
        )
        for obj in sent:
            id = owner.account_id if resource.singleton else obj["id"]
            row_owner = Owner(id, owner.livemode) if name == "account" else owner
            back = stored_object(real_mirror, name, row_owner, id)
            assert back is not None, f"{name} {id} has no row"
            expected, got = (
                as_mirrored(catalog(), resource, obj),
                sublists_as_lists(catalog(), resource, back),
            )
            wrong += [
                (name, field, expected.get(field), got.get(field))
                for field in expected | got
                if expected.get(field) != got.get(field)
            ]
            shells = ((f, at(back, f.path)) for f in resource.fields if f.kind == "sublist")
            wrong += [
                (name, field.name, "has_more")
                for field, shell in shells
                if shell is not None and shell["has_more"] is field.read_to_end
            ]
            wrong += [(name, field.name, "presence") for field in misplaced(resource, obj, back)]
            assert not back.keys() & {path[0] for path in resource.secrets if len(path) == 1}
    assert not wrong, wrong[:5]


def test_a_generated_object_puts_nothing_into_extra(real_mirror: Mirror) -> None:
    """The catalog knows every field of the shapes, with the type that they have. Some references
    of the shapes are empty: `_extra` says so, as their columns are null."""
    for name, resource in catalog().resources.items():
        generator = Generator(shapes(), seed=len(name))
        sent = [generator.object(name) for _ in range(OBJECTS_OF_EACH)]
        batch = flatten(
            catalog(), name, sent, Owner("acct_1", True), NOON, api_version="2026-10-28.endive"
        )
        for table, rows in [*batch.rows.items(), *batch.fills.items()]:
            extras = [row["_extra"].items() for row in rows if row.get("_extra")]
            odd = [(name, value) for extra in extras for name, value in extra if value != ""]
            assert not odd, (resource.name, table)


def test_opening_again_finds_the_schema(real_mirror: Mirror) -> None:
    with Mirror.open(real_mirror.engine.url.render_as_string(hide_password=False)) as again:
        assert again.live_rows.counts().keys() == catalog().resources.keys()
