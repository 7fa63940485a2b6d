"""A request's parameters: decoded from Stripe's bracket notation, checked against the route."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import parse_qsl

from stripe_assets.sandbox.calls.errors import invalid, missing_parameter, unknown_parameter

Params = dict[str, Any]
"""Parameter names with their values: strings, lists, or more Params."""

RANGE = frozenset({"gt", "gte", "lt", "lte"})
"""The bounds of a range: `created[gte]`."""

_PART = re.compile(r"\[([^\]]*)\]")


def decode(text: str) -> Params:
    """`created[gte]=1&expand[]=a` → `{"created": {"gte": "1"}, "expand": ["a"]}`."""
    out: Params = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        head, *_ = name.split("[", 1)
        parts = [head, *_PART.findall(name[len(head) :])]
        _put(out, parts, value)
    return {name: _lists(value) for name, value in out.items()}


def _put(into: Params, parts: list[str], value: str) -> None:
    for part in parts[:-1]:
        part = part or str(len(into))
        if not isinstance(into.get(part), dict):
            into[part] = {}
        into = into[part]
    into[parts[-1] or str(len(into))] = value


def _lists(value: Any) -> Any:
    """The same value, where an object with the keys 0, 1, 2 … has become a list."""
    if not isinstance(value, dict):
        return value
    below = {name: _lists(item) for name, item in value.items()}
    if below and all(name.isdigit() for name in below):
        return [below[name] for name in sorted(below, key=int)]
    return below


def check(given: Params, declared: Mapping[str, str], required: Collection[str]) -> None:
    """Refuses parameters that the route does not take.

    `declared` gives each parameter's type, as words with commas between them: `string`,
    `integer`, `boolean`, `enum:a|b`, `array:…`, `object`.
    Raises ApiError (400) for an unknown name, a value of another type, or a missing parameter.
    """
    for name, value in given.items():
        if name not in declared:
            raise unknown_parameter(name)
        _check_type(name, value, declared[name])
    for name in sorted(required):
        if given.get(name) in (None, "", [], {}):
            raise missing_parameter(name)


def _check_type(name: str, value: Any, kind: str) -> None:
    if isinstance(value, dict):
        if name == "created" or set(value) & RANGE:
            for sub, item in value.items():
                if sub not in RANGE:
                    raise unknown_parameter(f"{name}[{sub}]")
                integer(item, f"{name}[{sub}]")
        elif kind in ("string", "integer", "boolean"):
            raise invalid(f"Invalid {kind}: {value}", name)
    elif kind == "integer" or kind in ("object,integer", "integer,object"):
        integer(value, name)
    elif kind == "boolean" and value not in ("true", "false", True, False):
        raise invalid(f"Invalid boolean: {value}", name)
    elif kind.startswith("array:") and not isinstance(value, list):
        raise invalid("Invalid array", name)
    elif kind.startswith("enum:") and isinstance(value, str):
        words, *others = kind[5:].split(",")
        if not words:
            return  # `enum:,string` is any string, or the empty text that unsets the field
        known = words.split("|")
        if value not in known and not ("integer" in others and value.isdigit()):
            raise invalid(f"Invalid {name}: must be one of {', '.join(known)}", name)


def integer(value: Any, name: str) -> int:
    """The parameter's value as an integer. Raises ApiError (400), which names the parameter."""
    try:
        return int(value)
    except (TypeError, ValueError):
        raise invalid(f"Invalid integer: {value}", name, "parameter_invalid_integer") from None
