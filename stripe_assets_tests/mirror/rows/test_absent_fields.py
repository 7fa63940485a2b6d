"""What an object lacks: a whole object has no value for it, a partial one says nothing of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from stripe_assets.catalog import Field, Resource, catalog, shapes
from stripe_assets.catalog.lists import asked_for
from stripe_assets.catalog.retrieval import retrieve_params
from stripe_assets.mirror import Mirror, Owner, flatten
from stripe_assets_tests.generated import Generator
from stripe_assets_tests.mirror.small import at
from stripe_assets_tests.stored import stored_object

Object = dict[str, Any]


def fields_of(resource: Resource) -> list[Field]:
    """The fields that an object of the resource may lack."""
    return [
        field
        for field in resource.fields
        if field.unset in ("absent", "either") and field.column and field.name != "deleted"
    ]


def all_of(resource: Resource) -> frozenset[str]:
    """All that can be asked for of such objects."""
    listed = (path for route in resource.routes for path in route.include)
    asked = asked_for(retrieve_params(resource, resource.retrieve))
    return asked.union(listed, resource.on_request)


class Written:
    """Objects with all fields, one for each field that the second state lacks."""

    def __init__(self, mirror: Mirror, resource: Resource, fields: list[Field]) -> None:
        self.mirror = mirror
        self.resource = resource
        seed = list(catalog().resources).index(resource.name)
        generator = Generator(shapes(), seed, whole=True)
        self.objects = {field: generator.object(resource.name) for field in fields}

    def write(self, minute: int, **more: Any) -> None:
        """Writes all objects."""
        for field, obj in self.objects.items():
            owner = self._owner(field)
            given = {"platform_id": owner.account_id, **more}
            self.mirror.write(
                [
                    flatten(
                        catalog(),
                        self.resource.name,
                        [obj],
                        owner,
                        at(minute),
                        api_version=catalog().api_version,
                        **given,
                    )
                ]
            )

    def _owner(self, field: Field) -> Owner:
        obj = self.objects[field]
        if self.resource.rows_are_accounts:
            return Owner(obj["id"], False)
        return Owner(f"acct_{self.resource.table}_{field.name}", False)

    def remove(self) -> dict[Field, Object]:
        """Takes the fields out of the objects. Returns what is stored of those that had a value."""
        stored = {
            field: obj for field, obj in self.stored() if obj.get(field.path[0]) not in (None, "")
        }
        self.objects = {field: self.objects[field] for field in stored}
        for field, obj in self.objects.items():
            del obj[field.path[0]]
        return stored

    def stored(self) -> Iterator[tuple[Field, Object]]:
        for field, obj in self.objects.items():
            owner = self._owner(field)
            id = owner.account_id if self.resource.singleton else obj["id"]
            found = stored_object(self.mirror, self.resource.name, owner, id)
            assert found is not None
            yield field, found


@pytest.fixture(params=sorted(catalog().resources))
def resource(request: pytest.FixtureRequest) -> Resource:
    return catalog()[request.param]


def lost(written: Written, before: Mapping[Field, Object]) -> set[str]:
    """The fields that have no value any more. Checks that no other field has changed."""
    found = set()
    for field, now in written.stored():
        was = before[field]
        changed = {name for name in was if was[name] != now.get(name)}
        assert changed <= {field.path[0]}, (written.resource.name, field.name, changed)
        if now.get(field.path[0]) is None:
            found.add(field.name)
    return found


def test_a_whole_object_that_lacks_a_field_has_no_value_for_it(
    real_mirror: Mirror, resource: Resource
) -> None:
    written = Written(real_mirror, resource, fields_of(resource))
    written.write(0, asked=all_of(resource))
    before = written.remove()
    for minute, partial in enumerate(({}, {"fill": True}, {"fill": True, "asked": ()}), 1):
        written.write(minute, **partial)
        assert lost(written, before) == set(), "a partial object changes nothing"

    removed = {field.name for field in before}
    written.write(5, asked=())
    assert lost(written, before) == removed.difference(resource.on_request)
    written.write(6, asked=all_of(resource))
    assert lost(written, before) == removed


def test_the_platform_sees_less_of_a_connected_account(real_mirror: Mirror) -> None:
    resource = catalog()["account"]
    written = Written(real_mirror, resource, fields_of(resource))
    written.write(10, asked=all_of(resource))
    before = written.remove()
    written.write(11, asked=all_of(resource), platform_id="acct_1Platform")
    assert lost(written, before) == set()


def test_null_of_what_v2_was_not_asked_for_says_nothing(real_mirror: Mirror) -> None:
    resource = catalog()["v2.core.account"]
    owner = Owner("acct_1", False)

    def write(minute: int, identity: Any, *asked: str) -> Any:
        obj = {"id": "acct_2", "object": resource.name, "identity": identity}
        given = {"api_version": catalog().api_version, "asked": asked}
        batch = flatten(catalog(), resource.name, [obj], owner, at(minute), **given)
        real_mirror.write([batch])
        stored = stored_object(real_mirror, resource.name, owner, "acct_2")
        assert stored is not None
        return stored["identity"]

    assert write(0, {"country": "us"}, "identity") == {"country": "us"}
    assert write(1, None) == {"country": "us"}
    assert write(2, None, "configuration.customer") == {"country": "us"}
    assert write(3, None, "identity") is None
