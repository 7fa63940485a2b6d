"""The shape of every object, with nested fields, as small JSON nodes.

`catalog.shapes` describes their format.
"""

from __future__ import annotations

import ast
import re
from typing import Any

from stripe_assets.catalog.generator.source import (
    ClassRef,
    SdkSource,
    annotated,
    class_constant,
    subscript,
    unquote,
)

Node = dict[str, Any]

SCALARS = {
    "str": "string",
    "int": "integer",
    "float": "float",
    "bool": "boolean",
    "Decimal": "decimal",
    "Any": "any",
    "object": "any",
}

TIME_NAME = re.compile(
    r"(^|_)(created|updated|expires|timestamp)$|_(at|until|start|end|time|date)$|^deadline$"
)
TIME_TEXT = re.compile(
    r"unix (epoch|timestamp)|epoch seconds|\btimestamp\b"
    r"|\b(time|date|datetime|point in time) (at|on|after|by|when|of|that|until|for|in) "
    r"|measured in seconds since|\b(start|end) (of|time|date)\b|\bdate\b",
    re.IGNORECASE,
)
NO_TIME_NAME = re.compile(
    r"_(days?|minutes?|seconds|hours?|months?|years?|day|month|year|count|amount|percent)$"
    r"|^(day|month|year|hour|minutes|timezone_offset|amount.*)$"
)


def is_time(name: str, text: str, api: str) -> bool:
    """Whether an integer (v1) or a string (v2) is a time, by the field's name and the SDK's text
    about it."""
    if api == "v2":
        return bool(
            re.search(r"RFC ?3339", text)
            or name in {"created", "updated"}
            or re.search(r"_at$|_until$", name)
        )
    if NO_TIME_NAME.search(name):
        return False
    return bool(TIME_NAME.search(name) or TIME_TEXT.search(text))


class Shapes:
    """Turns the SDK's classes into nodes.

    A node only names other resources, so that it is finite.
    """

    def __init__(self, source: SdkSource) -> None:
        self.source = source

    def resource(self, name: str) -> Node:
        """The resource's fields: name → node."""
        return self._fields(self.source.resources[name], "v2" if name.startswith("v2.") else "v1")

    def names(
        self, expression: ast.expr, module: str, scope: tuple[ast.ClassDef, ...] = ()
    ) -> list[str]:
        """The resources that an annotation names, also inside Optional, Union, List and
        ListObject."""
        head, parts = subscript(expression)
        if parts:
            return [name for part in parts for name in self.names(part, module, scope)]
        ref = self.source.resolve(head, module, scope) if head else None
        name = (
            self.source.object_names.get((ref.module, ref.node.name))
            if ref and len(ref.chain) == 1
            else None
        )
        return [name] if name else []

    def _fields(self, ref: ClassRef, api: str) -> Node:
        encodings = class_constant(ref.node, "_field_encodings")
        on_the_wire = class_constant(ref.node, "_field_remappings")
        found: Node = {}
        for name, annotation, text in annotated(ref.node):
            if subscript(annotation)[0] == "ClassVar" or name.startswith("_"):
                continue
            node = self._node(annotation, ref, api)
            self._refine(node, name, text, api)
            if isinstance(encodings, dict) and encodings.get(name) == "int64_string":
                node["t"] = "int64_string"
            found[on_the_wire.get(name, name) if isinstance(on_the_wire, dict) else name] = node
        return found

    def _refine(self, node: Node, name: str, text: str, api: str) -> None:
        if node["t"] == ("integer" if api == "v1" else "string") and is_time(name, text, api):
            node["t"] = "timestamp" if api == "v1" else "rfc3339"

    def _node(self, expression: ast.expr, ref: ClassRef, api: str) -> Node:
        expression = unquote(expression)
        head, parts = subscript(expression)
        if head == "Optional":
            return {**self._node(parts[0], ref, api), "null": True}
        if head in ("List", "list", "Sequence"):
            return {"t": "array", "of": self._node(parts[0], ref, api)}
        if head in ("Dict", "dict"):
            return {"t": "map", "of": self._node(parts[1], ref, api)}
        if head == "UntypedStripeObject":
            return {"t": "map", "of": self._node(parts[0], ref, api) if parts else {"t": "any"}}
        if head == "Literal":
            values = [part.value for part in parts if isinstance(part, ast.Constant)]
            if values == [True]:
                return {"t": "boolean", "enum": [True]}
            return {"t": "literal" if len(values) == 1 else "enum", "enum": values}
        if head == "ExpandableField":
            to = self.names(parts[0], ref.module, ref.chain)
            return {"t": "ref", "to": to} if to else {"t": "string"}
        if head == "ListObject":
            to = self.names(parts[0], ref.module, ref.chain)
            return {"t": "sublist", "to": to} if to else {"t": "object", "fields": {}}
        if head == "Union":
            return self._union(parts, ref, api)
        if head in SCALARS:
            return {"t": SCALARS[head]}
        return self._named(head, ref, api)

    def _union(self, parts: list[ast.expr], ref: ClassRef, api: str) -> Node:
        nodes = [self._node(part, ref, api) for part in parts]
        kinds = {node["t"] for node in nodes}
        if kinds <= {"string", "literal", "enum"}:
            return {
                "t": "enum",
                "enum": [value for node in nodes for value in node.get("enum", [])],
            }
        if kinds == {"embed"}:
            return {"t": "embed", "to": [name for node in nodes for name in node["to"]]}
        return {"t": "any"}

    def _named(self, head: str | None, ref: ClassRef, api: str) -> Node:
        target = self.source.resolve(head, ref.module, ref.chain) if head else None
        if target is None or target.node.name in {"StripeObject", "UntypedStripeObject"}:
            return {"t": "any"}
        name = (
            self.source.object_names.get((target.module, target.node.name))
            if len(target.chain) == 1
            else None
        )
        if name:
            return {"t": "embed", "to": [name]}
        return {"t": "object", "fields": self._fields(target, api)}
