"""Records as the API shows them: embedded objects, sublists of ten, and what `expand` asks for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import orjson

from stripe_assets.sandbox import expand
from stripe_assets.sandbox.expand import Tree
from stripe_assets.sandbox.relations import INCLUDABLE, SUBLIST_LENGTH, SUBLISTS, segment
from stripe_assets.sandbox.schema import Guide, is_node, schemas
from stripe_assets.sandbox.store import Body, Record, Space, Store

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
    key = expand.key(tree) if tree else ()
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


class _Renderer:
    def __init__(self, store: Store, space: Space, record: Record) -> None:
        self.store, self.space, self.record = store, space, record
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
