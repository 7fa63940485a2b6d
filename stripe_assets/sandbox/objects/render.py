"""Records as the API shows them: embedded objects, sublists of ten, and what `expand` asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import orjson

from stripe_assets.sandbox.objects.copies import Copy, Mould
from stripe_assets.sandbox.objects.relations import INCLUDABLE, SUBLIST_LENGTH, SUBLISTS, segment
from stripe_assets.sandbox.objects.schema import Guide, has_sublist, is_node, schemas
from stripe_assets.sandbox.objects.store import Body, Record, Space, Store
from stripe_assets.sandbox.objects.trees import Tree, key_of

NOTHING: Tree = {}


@cache
def includable(resource: str) -> Tree:
    """`INCLUDABLE` as a tree; leaves are None."""
    tree: Tree = {}
    for path in INCLUDABLE.get(resource, ()):
        *head, last = path.split(".")
        below = tree
        for part in head:
            below = below.setdefault(part, {})
        below[last] = None
    return tree


def as_bytes(store: Store, space: Space, record: Record, tree: Tree = NOTHING) -> bytes:
    """One object as JSON, kept until something changes."""
    return _bytes(store, space, record, tree, key_of(tree))


def page_bytes(store: Store, space: Space, records: Iterable[Record], tree: Tree = NOTHING) -> bytes:
    """Objects as JSON, between commas."""
    key = key_of(tree)
    return b",".join([_bytes(store, space, record, tree, key) for record in records])


def _bytes(store: Store, space: Space, record: Record, tree: Tree, key: tuple[str, ...]) -> bytes:
    if isinstance(record, Copy):
        return _cast(store, space, record, tree, key) if record.alike else orjson.dumps(as_object(store, space, record, tree))
    found = record.rendered.get(key)
    if found and found[0] == store.version:
        return found[1]
    made = orjson.dumps(as_object(store, space, record, tree))
    record.rendered[key] = (store.version, made)
    return made


def as_object(store: Store, space: Space, record: Record, tree: Tree = NOTHING) -> Body:
    """One object as the API shows it. Shares parts with the record: not to be changed."""
    if record.deleted:
        return {"id": record.id, "object": record.resource, "deleted": True}
    schema = schemas()[record.resource]
    hidden = includable(record.resource)
    if not (schema.always or hidden or tree):
        return record.body
    return _Renderer(store, space, record).fill(schema.guide, schema.always, hidden, record.body, tree, ())


def _cast(store: Store, space: Space, record: Copy, tree: Tree, key: tuple[str, ...]) -> bytes:
    """What `as_object` gives, as JSON, of which only the copy's own fields are made anew."""
    mould = record.template.moulds.get(key)
    if mould is None or mould.version != store.version:
        mould = record.template.moulds[key] = _mould(store, space, record, tree)
    schema, among = schemas()[record.resource], mould.rendered
    below: Body = {}
    if among:
        parts = [{name: one[name] for name in among if name in one} for one in (schema.always, includable(record.resource), tree)]
        value = {name: record.own(name) for name in among}
        below = _Renderer(store, space, record, embed=True).fill(schema.guide, parts[0], parts[1], value, parts[2], ())
    out = []
    for before, name in mould.pieces:
        out.append(before)
        out.append(orjson.dumps(below[name] if name in among else record.own(name)))
    out.append(mould.end)
    return b"".join(out)


def _mould(store: Store, space: Space, record: Copy, tree: Tree) -> Mould:
    schema = schemas()[record.resource]
    own = {"id", "created", *record.changes}
    with_sublist = {name for name, below in schema.guide.items() if has_sublist({name: below})}
    rendered = (own & {*schema.always, *includable(record.resource), *tree}) | with_sublist
    pieces, before = [], b"{"
    shown = as_object(store, space, record, tree)
    for name, value in shown.items():
        before += orjson.dumps(name) + b":"
        if name in own or name in rendered:
            pieces.append((before, name))
            before = b","
        else:
            before += orjson.dumps(value) + b","
    return Mould(store.version, tuple(pieces), before.removesuffix(b",") + b"}", frozenset(rendered & shown.keys()))


class _Renderer:
    def __init__(self, store: Store, space: Space, record: Record, embed: bool = False) -> None:
        """`embed`: sublists' items are JSON already, for `orjson.dumps` alone."""
        self.store, self.space, self.record, self.embed = store, space, record, embed
        self.v2 = record.resource.startswith("v2.")

    def fill(self, guide: Guide, always: Guide, hidden: Tree, value: Any, tree: Tree, path: tuple[str, ...]) -> Any:
        if isinstance(value, list):
            return [self.fill(guide, always, hidden, item, tree, path) for item in value]
        if not isinstance(value, dict):
            return value
        out = dict(value)
        for name in dict.fromkeys((*always, *hidden, *tree)):
            node = guide.get(name)
            asked = tree.get(name)
            if hidden.get(name, NOTHING) is None and asked is None:
                if self.v2 and name in out:
                    out[name] = None
                else:
                    out.pop(name, None)
            elif node is None:
                if name in out and isinstance(hidden.get(name), dict):
                    out[name] = self.fill(NOTHING, NOTHING, hidden[name], out[name], asked or NOTHING, (*path, name))
            elif not is_node(node):
                if name in out:
                    below = always.get(name, NOTHING)
                    out[name] = self.fill(node, below, hidden.get(name) or NOTHING, out[name], asked or NOTHING, (*path, name))
            elif node["t"] == "sublist":
                out[name] = self.sublist((*path, name), node, (asked or NOTHING).get("data", NOTHING))
            elif name in out and (node["t"] == "embed" or asked is not None):
                out[name] = self.refer(out[name], node, asked or NOTHING)
        return out

    def refer(self, value: Any, node: Mapping[str, Any], tree: Tree) -> Any:
        if isinstance(value, list):
            return [self.refer(item, node, tree) for item in value]
        if not isinstance(value, str):
            return value
        space = self.space
        record = space.find(value, node["to"])
        if record is None:
            record = self.store.elsewhere(space, value, node["to"])
        return value if record is None else as_object(self.store, space, record, tree)

    def sublist(self, path: tuple[str, ...], node: Mapping[str, Any], tree: Tree) -> Body:
        url, by = SUBLISTS[(self.record.resource, ".".join(path))]
        children = sublist_children(self.space, self.record, url, by, node["to"])
        data: list[Any]
        if self.embed:
            data = [orjson.Fragment(as_bytes(self.store, self.space, child, tree)) for child in children[:SUBLIST_LENGTH]]
        else:
            data = [as_object(self.store, self.space, child, tree) for child in children[:SUBLIST_LENGTH]]
        return {"object": "list", "data": data, "has_more": len(children) > SUBLIST_LENGTH, "url": url.format(id=self.record.id)}


def sublist_children(space: Space, record: Record, url: str, by: str, targets: list[str]) -> list[Record]:
    """All that a sublist holds, newest first. At least the first eleven in full."""
    key = (record.id, segment(url)) if by == "parent" else record.id
    found = []
    for resource in targets:
        if (table := space.tables.get(resource)) is not None:
            found.extend((sort, table) for sort in table.index(by).get(key, ()) if sort[1] not in table.unlisted)
    found.sort(key=lambda pair: pair[0], reverse=True)
    return [table.by_id[sort[1]] for sort, table in found]
