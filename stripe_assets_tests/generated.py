"""Random objects of the API's shapes, from a seed, and what a mirror has to return for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from stripe_assets.catalog import Catalog, Resource
from stripe_assets.catalog.model import SECRET_NAMES

Shape = Mapping[str, Any]

_TEXTS = [
    "plain",
    "",
    "Übergrößenträger",
    "漢字かな交じり文",
    "مرحبا",
    "🎉👩‍👩‍👧‍👦🇨🇭",
    "a'b\"c\\d %s ? :x\n\ttab",
    "\u2028\x7f",
    "e\u0301 é",
    "null",
]
_INTEGERS = [0, 1, -1, 1099, 2**31, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63)]
_JSON_INTEGERS = [0, 7, 2**53 + 1, -(2**63), 2**63 - 1]
_DECIMALS = [
    "0",
    "12.50",
    "0.000000000001",
    "-3.10",
    "100",
    "99999999999999999999.123456789012",
    "1.0",
]
_INSTANTS = [
    "2026-10-28T09:00:00.000Z",
    "1999-12-31T23:59:59.999Z",
    "2026-01-02T03:04:05.123456Z",
    "2026-01-02T03:04:05.120Z",
]
_FLOATS = [0.0, 8.875, -1.5, 0.1, 1e-7, 123456789.123, 5]


class Generator:
    """Objects of the shapes of a catalog. The same seed gives the same objects, and another seed
    gives other ids."""

    def __init__(
        self, shapes: Mapping[str, Mapping[str, Any]], seed: int, *, whole: bool = False
    ) -> None:
        """`whole`: every field of the objects has a value."""
        self._shapes = shapes
        self._whole = whole
        self._random = Random(seed)
        self._count = seed * 1_000_000

    def object(self, name: str, depth: int = 0) -> dict[str, Any]:
        """An object with nearly every field of its resource, and nested objects to some depth.

        What has no value is absent or null, as Stripe has it for the field.
        """
        obj = {}
        for field, node in self._shapes[name]["fields"].items():
            if field == "deleted" or self._is_absent(node):
                continue
            value = self._node(node, depth)
            if value is not None or node.get("unset") != "absent":
                obj[field] = value
        if "id" in self._shapes[name]["fields"]:
            obj["id"] = self.id(name)
        if "object" in self._shapes[name]["fields"]:
            obj["object"] = name
        return obj

    def id(self, name: str) -> str:
        self._count += 1
        return (
            f"{name.replace('.', '')[:6]}_{self._count:09d}ü"
            if self._random.random() < 0.05
            else f"{name[:4]}_{self._count:09d}"
        )

    def _is_absent(self, node: Shape) -> bool:
        if self._whole or "unset" not in node:
            return False
        return self._random.random() < (0.25 if node["unset"] == "absent" else 0.12)

    def _node(self, node: Shape, depth: int) -> Any:
        may_be_null = node.get("null") and node.get("unset") != "absent"
        if may_be_null and not self._whole and self._random.random() < 0.25:
            return None
        return getattr(self, f"_{node['t']}")(node, depth)

    def _one(values: list[Any]) -> Callable[..., Any]:  # type: ignore[misc]  # makes methods below
        return lambda self, node, depth: self._random.choice(values)

    _string = _one(_TEXTS)
    _integer = _one(_INTEGERS)
    _int64_string = _one([str(number) for number in _INTEGERS])
    _float = _one(_FLOATS)
    _boolean = _one([True, False])
    _timestamp = _one([0, 1, 1_793_178_000, 4_102_444_800, -86_400])
    _decimal = _one(_DECIMALS)
    _rfc3339 = _one(_INSTANTS)
    _any = _one([1, "x", None, [1, {"a": None}], {"deep": {"er": [True, 0.25, "🎉"]}}, 2**53 + 1])

    def _enum(self, node: Shape, depth: int) -> Any:
        return self._random.choice(node.get("enum") or _TEXTS)

    _literal = _enum

    def _map(self, node: Shape, depth: int) -> dict[str, Any]:
        of = node.get("of") or {"t": "string"}
        return {
            key: self._node(of, depth + 1)
            for key in self._random.sample(["k", "ключ", "a b", "", "order_id"], 2)
        }

    def _array(self, node: Shape, depth: int) -> list[Any]:
        of = node.get("of") or {"t": "any"}
        items = [self._node(of, depth + 1) for _ in range(self._random.choice([0, 1, 2]))]
        return items if of["t"] == "any" else [item for item in items if item is not None]

    def _object(self, node: Shape, depth: int) -> dict[str, Any]:
        fields = node.get("fields") or {}
        return {
            name: self._node(inner, depth + 1)
            for name, inner in fields.items()
            if self._random.random() > 0.05
        }

    def _ref(self, node: Shape, depth: int) -> Any:
        name = self._random.choice(node["to"])
        if depth < 2 and self._random.random() < 0.15:
            if self._random.random() < 0.2:
                return {"id": self.id(name), "object": name, "deleted": True}
            return self.object(name, depth + 2)
        return self.id(name)

    def _embed(self, node: Shape, depth: int) -> Any:
        name = self._random.choice(node["to"])
        return self.object(name, depth + 1) if depth < 3 else None

    def _sublist(self, node: Shape, depth: int) -> dict[str, Any]:
        length = 0 if depth > 2 else self._random.choice([0, 1, 3])
        data = [self.object(self._random.choice(node["to"]), depth + 1) for _ in range(length)]
        return {"object": "list", "data": data, "has_more": False, "url": "/v1/somewhere"}


def as_mirrored(catalog: Catalog, resource: Resource, obj: Mapping[str, Any]) -> dict[str, Any]:
    """What the mirror has to return for an object.

    References are ids, secrets are left out, and nulls and empty sublists count as absent.
    """
    expected = dict(obj)
    for name in SECRET_NAMES:
        expected = _without(expected, name)
    for path in resource.secrets:
        expected = _without_path(expected, path)
    carried = at(expected, ("data", "object"))
    if isinstance(carried, dict) and (its := catalog.by_object(carried)):
        # The object in an event.
        for path in its.secrets:
            expected = _without_path(expected, ("data", "object", *path))
    for field in resource.fields:
        value = at(expected, field.path)
        if field.derived or value is None:
            continue
        if field.kind == "reference":
            value = value["id"] if isinstance(value, dict) else value
        elif field.kind == "references":
            value = [item["id"] if isinstance(item, dict) else item for item in value]
        elif field.kind == "sublist":
            value = [
                as_mirrored(catalog, catalog.by_object(item) or catalog[field.targets[0]], item)
                for item in value["data"]
            ]
        _set(expected, field.path, value)
    return without_nothing(expected)


def sublists_as_lists(
    catalog: Catalog, resource: Resource, obj: Mapping[str, Any]
) -> dict[str, Any]:
    """A rebuilt object in the form of `as_mirrored`, to compare the two.

    Sublists are plain lists, and nulls and empty sublists count as absent.
    """
    result = dict(obj)
    for field in resource.fields:
        value = at(result, field.path)
        if field.kind == "sublist" and value is not None:
            assert (
                value["object"] == "list"
                and value["has_more"] in ((True, False) if field.read_to_end else (True,))
                and "{id}" not in value["url"]
            )
            items = [
                sublists_as_lists(
                    catalog, catalog.by_object(item) or catalog[field.targets[0]], item
                )
                for item in value["data"]
            ]
            _set(result, field.path, items)
    return without_nothing(result)


def without_nothing(obj: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in ((n, _shallow(v)) for n, v in obj.items())
        if value is not None and value != []
    }


def _shallow(value: Any) -> Any:
    """JSON without the nulls and empty lists that an emptied sublist leaves inside it."""
    if isinstance(value, dict):
        return {
            name: _shallow(inner)
            for name, inner in value.items()
            if inner is not None and inner != []
        }
    return value


def at(obj: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        obj = obj.get(key) if isinstance(obj, dict) else None
    return obj


def _set(obj: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    if len(path) == 1:
        obj[path[0]] = value
    else:
        obj[path[0]] = dict(obj[path[0]])
        _set(obj[path[0]], path[1:], value)


def _without(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {key: _without(inner, name) for key, inner in value.items() if key != name}
    return [_without(inner, name) for inner in value] if isinstance(value, list) else value


def _without_path(value: Any, path: tuple[str, ...]) -> Any:
    if not isinstance(value, dict):
        return value
    if len(path) == 1:
        return {key: inner for key, inner in value.items() if key != path[0]}
    return {
        key: _without_path(inner, path[1:]) if key == path[0] else inner
        for key, inner in value.items()
    }
