"""Records as the API shows them, with embedded objects, sublists and expanded references."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import orjson

from stripe_assets.sandbox.objects.copies import Copy, RenderedTemplate
from stripe_assets.sandbox.objects.relations import INCLUDABLE, SUBLIST_LENGTH, SUBLISTS, segment
from stripe_assets.sandbox.objects.schema import Guide, has_sublist, is_node, schemas
from stripe_assets.sandbox.objects.store import Body, Record, Space, Store
from stripe_assets.sandbox.objects.trees import Tree, key_of

NOTHING: Tree = {}


@cache
def includable(resource: str) -> Tree:
    """A resource's `INCLUDABLE` as a tree. Its leaves are None."""
    tree: Tree = {}
    for path in INCLUDABLE.get(resource, ()):
        *head, last = path.split(".")
        below = tree
        for part in head:
            below = below.setdefault(part, {})
        below[last] = None
    return tree


def as_bytes(store: Store, space: Space, record: Record, tree: Tree = NOTHING) -> bytes:
    """One object as JSON. It is kept until the store changes."""
    return _bytes(store, space, record, tree, key_of(tree))


def page_bytes(
    store: Store, space: Space, records: Iterable[Record], tree: Tree = NOTHING
) -> bytes:
    """Objects as JSON, with commas between them."""
    key = key_of(tree)
    return b",".join([_bytes(store, space, record, tree, key) for record in records])


def _bytes(store: Store, space: Space, record: Record, tree: Tree, key: tuple[str, ...]) -> bytes:
    if isinstance(record, Copy):
        if record.is_like_template:
            return _copy_bytes(store, space, record, tree, key)
        return orjson.dumps(as_object(store, space, record, tree))
    found = record.rendered.get(key)
    if found and found[0] == store.version:
        return found[1]
    made = orjson.dumps(as_object(store, space, record, tree))
    record.rendered[key] = (store.version, made)
    return made


def as_object(store: Store, space: Space, record: Record, tree: Tree = NOTHING) -> Body:
    """One object as the API shows it. It shares parts with the record: do not change it."""
    if record.deleted:
        return {"id": record.id, "object": record.resource, "deleted": True}
    schema = schemas()[record.resource]
    hidden = includable(record.resource)
    shown = record.body
    if schema.always or hidden or tree:
        renderer = _Renderer(store, space, record)
        shown = renderer.fill(schema.guide, schema.always, hidden, shown, tree, ())
    unset = {name for name in schema.absent if name in shown and shown[name] is None}
    return {name: value for name, value in shown.items() if name not in unset} if unset else shown


def _copy_bytes(
    store: Store, space: Space, record: Copy, tree: Tree, key: tuple[str, ...]
) -> bytes:
    """The JSON of what `as_object` returns. Only the fields of the gaps are rendered anew."""
    template = record.template.by_tree.get(key)
    if template is None or template.version != store.version:
        template = _rendered_template(store, space, record, tree)
        record.template.by_tree[key] = template
    schema, nested = schemas()[record.resource], template.rendered
    below: Body = {}
    if nested:
        always, hidden, asked = (
            {name: one[name] for name in nested if name in one}
            for one in (schema.always, includable(record.resource), tree)
        )
        value = {name: record.own(name) for name in nested}
        renderer = _Renderer(store, space, record, embed=True)
        below = renderer.fill(schema.guide, always, hidden, value, asked, ())
    out = []
    for before, name in template.pieces:
        out.append(before)
        out.append(orjson.dumps(below[name] if name in nested else record.own(name)))
    out.append(template.end)
    return b"".join(out)


def _rendered_template(store: Store, space: Space, record: Copy, tree: Tree) -> RenderedTemplate:
    schema = schemas()[record.resource]
    own = {"id", "created", *record.changes}
    with_sublist = {name for name, below in schema.guide.items() if has_sublist({name: below})}
    nested = (own & {*schema.always, *includable(record.resource), *tree}) | with_sublist
    pieces, before = [], b"{"
    shown = as_object(store, space, record, tree)
    for name, value in shown.items():
        before += orjson.dumps(name) + b":"
        if name in own or name in nested:
            pieces.append((before, name))
            before = b","
        else:
            before += orjson.dumps(value) + b","
    end = before.removesuffix(b",") + b"}"
    return RenderedTemplate(store.version, tuple(pieces), end, frozenset(nested & shown.keys()))


class _Renderer:
    def __init__(self, store: Store, space: Space, record: Record, embed: bool = False) -> None:
        """`embed`: a sublist's items are JSON already, which only `orjson.dumps` takes."""
        self.store, self.space, self.record, self.embed = store, space, record, embed
        self.v2 = record.resource.startswith("v2.")

    def fill(
        self,
        guide: Guide,
        always: Guide,
        hidden: Tree,
        value: Any,
        tree: Tree,
        path: tuple[str, ...],
    ) -> Any:
        """The value, with embedded objects, sublists and what the call expands.

        All four trees are of the place that `path` leads to: `guide` has every field that may
        hold an object, `always` those that are never an id, `hidden` those that an answer has
        only when asked, and `tree` those that the call asks for.
        """
        if isinstance(value, list):
            return [self.fill(guide, always, hidden, item, tree, path) for item in value]
        if not isinstance(value, dict):
            return value
        out = dict(value)
        for name in dict.fromkeys((*always, *hidden, *tree)):
            node, asked, here = guide.get(name), tree.get(name), (*path, name)
            if hidden.get(name, NOTHING) is None and asked is None:
                if self.v2 and name in out:
                    out[name] = None
                else:
                    out.pop(name, None)
                continue
            below = asked or NOTHING
            if node is None:
                if name in out and isinstance(hidden.get(name), dict):
                    out[name] = self.fill(NOTHING, NOTHING, hidden[name], out[name], below, here)
            elif not is_node(node):
                if name in out:
                    always_below, hidden_below = always.get(name, NOTHING), hidden.get(name)
                    out[name] = self.fill(
                        node, always_below, hidden_below or NOTHING, out[name], below, here
                    )
            elif node["t"] == "sublist":
                out[name] = self.sublist(here, node, below.get("data", NOTHING))
            elif name in out and (node["t"] == "embed" or asked is not None):
                out[name] = self.expanded(out[name], node, below)
        return out

    def expanded(self, value: Any, node: Mapping[str, Any], tree: Tree) -> Any:
        """The object in the place of its id, or the id where there is no such object."""
        if isinstance(value, list):
            return [self.expanded(item, node, tree) for item in value]
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
        store, space, shown = self.store, self.space, children[:SUBLIST_LENGTH]
        data: list[Any]
        if self.embed:
            data = [orjson.Fragment(as_bytes(store, space, child, tree)) for child in shown]
        else:
            data = [as_object(store, space, child, tree) for child in shown]
        return {
            "object": "list",
            "data": data,
            "has_more": len(children) > SUBLIST_LENGTH,
            "url": url.format(id=self.record.id),
        }


def sublist_children(
    space: Space, record: Record, url: str, by: str, targets: list[str]
) -> list[Record]:
    """All records of a sublist, newest first.

    `url` and `by` are the sublist's entry in `SUBLISTS`; `targets` are the resources in it.
    """
    key = (record.id, segment(url)) if by == "parent" else record.id
    found = []
    for resource in targets:
        if (table := space.tables.get(resource)) is not None:
            found.extend(
                (sort, table)
                for sort in table.index(by).get(key, ())
                if sort[1] not in table.unlisted
            )
    found.sort(key=lambda pair: pair[0], reverse=True)
    return [table.by_id[sort[1]] for sort, table in found]
