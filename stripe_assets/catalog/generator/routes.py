"""The API's routes, from the SDK's services: each method has the path, the parameters and what is
returned."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Literal

from stripe_assets.catalog.generator.shapes import Shapes
from stripe_assets.catalog.generator.source import SdkSource, annotated, subscript, unquote

SIMPLE = {
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "Decimal": "decimal",
}


@dataclass(frozen=True, slots=True)
class SdkRoute:
    """A route of the API, as a method of the SDK's services has it."""

    method: str
    """`get`, `post` or `delete`."""
    path: str
    name: str
    """The service's method: `list`, `retrieve`, `create`, `finalize_invoice`, …"""
    kind: Literal["list", "retrieve", "other"]
    returns: tuple[str, ...]
    """The resources that an answer can have."""
    params: dict[str, str]
    """Parameter → its type (`type_name`)."""
    required: tuple[str, ...]
    """The parameters that Stripe requires."""


def routes(source: SdkSource, shapes: Shapes) -> list[SdkRoute]:
    """All routes of v1 and v2, sorted by path and method."""
    found = []
    for module, service in source.services():
        for function in service.body:
            if isinstance(function, ast.FunctionDef) and not function.name.startswith("_"):
                route = _route(source, shapes, module, function)
                if route:
                    found.append(route)
    return sorted(found, key=lambda route: (route.path, route.method))


def _route(
    source: SdkSource, shapes: Shapes, module: str, function: ast.FunctionDef
) -> SdkRoute | None:
    request = next(
        (node for node in ast.walk(function) if isinstance(node, ast.Call) and _is_request(node)),
        None,
    )
    if request is None or function.returns is None:
        return None
    method, path = ast.literal_eval(request.args[0]), _template(request.args[1])
    if not path.startswith(("/v1/", "/v2/")):
        return None
    returned = subscript(function.returns)[0]
    kind: Literal["list", "retrieve", "other"] = "other"
    if method == "get" and returned == "ListObject":
        kind = "list"
    elif method == "get" and function.name in {"retrieve", "retrieve_current"}:
        kind = "retrieve"
    params, required = _params(source, module, function)
    return SdkRoute(
        method,
        path,
        function.name,
        kind,
        tuple(shapes.names(function.returns, module)),
        params,
        required,
    )


def _is_request(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and node.func.attr in {
        "_request",
        "_request_stream",
    }


def _template(expression: ast.expr) -> str:
    match expression:
        case ast.Constant(value=str(path)):
            return path
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(path)), attr="format")):
            return path
    return ""


def _params(
    source: SdkSource, module: str, function: ast.FunctionDef
) -> tuple[dict[str, str], tuple[str, ...]]:
    argument = next(
        (a for a in (*function.args.posonlyargs, *function.args.args) if a.arg == "params"), None
    )
    if argument is None or argument.annotation is None:
        return {}, ()
    head, parts = subscript(argument.annotation)
    if head == "Optional":
        head, _ = subscript(parts[0])
    ref = source.resolve(head, module) if head else None
    if ref is None:
        return {}, ()
    params, required = {}, []
    for name, annotation, _ in annotated(ref.node):
        head, parts = subscript(annotation)
        if head == "NotRequired":
            annotation = parts[0]
        else:
            required.append(name)
        params[name] = type_name(annotation)
    return params, tuple(sorted(required))


def type_name(expression: ast.expr) -> str:
    """A parameter's type as a word: `string`, `enum:a|b`, `array:string`, `object`.

    The words of a union are joined by `,`.
    """
    expression = unquote(expression)
    head, parts = subscript(expression)
    if head in SIMPLE:
        return SIMPLE[head]
    if head == "Optional":
        return type_name(parts[0])
    if head in {"List", "list"}:
        return f"array:{type_name(parts[0])}"
    if head == "Literal":
        return "enum:" + "|".join(
            str(part.value) for part in parts if isinstance(part, ast.Constant)
        )
    if head == "Union":
        words = [word for part in parts for word in type_name(part).split(",")]
        return ",".join(dict.fromkeys(words))
    return "any" if head in {"Any", "IO", None} else "object"
