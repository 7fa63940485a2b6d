"""JSON values: the value at a path, and a copy of a value without its secrets."""

from __future__ import annotations

from itertools import repeat
from typing import Any

from stripe_assets.catalog.model import SECRET_NAMES


def at_path(value: Any, path: tuple[str, ...]) -> Any:
    """The value at a path of nested objects. None where the path leads nowhere."""
    for key in path:
        if type(value) is not dict:
            return None
        value = value.get(key)
    return value


def id_of(value: Any) -> str | None:
    """The id in a reference: the id itself, or that of an expanded object. None for an empty id."""
    if type(value) is dict:
        value = value.get("id")
    return value if type(value) is str and value else None


def holds_secret(value: Any) -> bool:
    """Whether a JSON value contains a name of SECRET_NAMES, at any depth."""
    if type(value) is dict:
        if not SECRET_NAMES.isdisjoint(value):
            return True
        value = value.values()
    elif type(value) is not list:
        return False
    for inner in value:
        kind = type(inner)
        if (kind is dict or kind is list) and holds_secret(inner):
            return True
    return False


def without_secrets(value: Any) -> Any:
    """A copy of a JSON value without the names of SECRET_NAMES, at any depth."""
    top: list[Any] = [value]
    copies: list[Any] = [top]
    # Not recursive: deep JSON would need more frames than Python has.
    while copies:
        copy = copies.pop()
        for key, inner in list(copy.items() if type(copy) is dict else enumerate(copy)):
            if type(inner) is dict:
                inner = {name: one for name, one in inner.items() if name not in SECRET_NAMES}
            elif type(inner) is list:
                inner = list(inner)
            else:
                continue
            copy[key] = inner
            copies.append(inner)
    return top[0]


def without_path(value: Any, path: tuple[str, ...]) -> Any:
    """A copy of the value without the part at the path. The input is not changed.

    Where the path meets a list, it continues in each of the list's items.
    """
    if type(value) is list:
        return list(map(without_path, value, repeat(path)))
    if type(value) is not dict or path[0] not in value:
        return value
    copy = dict(value)
    if len(path) == 1:
        del copy[path[0]]
    else:
        copy[path[0]] = without_path(copy[path[0]], path[1:])
    return copy
