"""The catalog's shapes as the sandbox uses them: a resource's fields, nested objects and routes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from stripe_assets.catalog import catalog, shapes

Node = Mapping[str, Any]
Guide = dict[str, Any]
"""Field → a node that holds another object (`ref`, `embed`, `sublist`), or a Guide below it."""

OBJECTS = frozenset({"ref", "embed", "sublist"})
"""The kinds of fields that may hold another object.

A field of the kind `id` is a reference too, but the API never expands it.
"""


@dataclass(slots=True)
class Schema:
    name: str
    fields: Mapping[str, Node]
    gets: Mapping[str, Mapping[str, Any]]
    posts: Mapping[str, Mapping[str, Any]]
    deletes: Mapping[str, Mapping[str, Any]]
    guide: Guide = field(default_factory=dict)
    """Every field that is another object or may be expanded."""
    always: Guide = field(default_factory=dict)
    """The part of `guide` that is never an id: embedded objects and sublists."""
    absent: frozenset[str] = frozenset()
    """The fields that are left out where they have no value: they are never null."""

    @property
    def noun(self) -> str:
        """The resource's name in Stripe's messages."""
        return NOUNS.get(self.name, self.name.replace(".", " ").replace("_", " "))

    @property
    def version(self) -> str:
        return "v2" if self.name.startswith("v2.") else "v1"


NOUNS = {
    "payment_method": "PaymentMethod",
    "payment_intent": "payment_intent",
    "setup_intent": "setupintent",
}


def guide_of(fields: Mapping[str, Node], kinds: frozenset[str]) -> Guide:
    """The part of the fields that leads to nodes of these kinds."""
    found: Guide = {}
    for name, node in fields.items():
        inner = node
        while inner["t"] in ("array", "map") and "of" in inner:
            inner = inner["of"]
        if inner["t"] in kinds:
            found[name] = inner
        elif inner["t"] == "object" and (below := guide_of(inner["fields"], kinds)):
            found[name] = below
    return found


@cache
def schemas() -> Mapping[str, Schema]:
    """Resource → its schema. Text fields that the catalog knows as references are ids here."""
    references = catalog().resources
    made = {}
    for name, top in shapes().items():
        fields = {key: node for key, node in top["fields"].items() if key != "deleted"}
        for known in references[name].fields if name in references else ():
            node = fields.get(known.name)
            if (
                known.kind == "reference"
                and node
                and node["t"] == "string"
                and len(known.path) == 1
            ):
                fields[known.name] = {**node, "t": "id", "to": list(known.targets)}
        made[name] = Schema(
            name,
            fields,
            top.get("gets", {}),
            top.get("posts", {}),
            top.get("deletes", {}),
            guide_of(fields, OBJECTS),
            guide_of(fields, frozenset({"embed", "sublist"})),
            frozenset(key for key, node in fields.items() if node.get("unset") == "absent"),
        )
    return made


def is_node(guide: Mapping[str, Any]) -> bool:
    """Whether it is a node. Otherwise it is a Guide."""
    return isinstance(guide.get("t"), str)


def paths(guide: Guide, prefix: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Every dotted path of a guide with its node."""
    for name, below in guide.items():
        if is_node(below):
            yield (*prefix, name), below
        else:
            yield from paths(below, (*prefix, name))


def has_sublist(guide: Guide) -> bool:
    return any(node["t"] == "sublist" for _, node in paths(guide))
