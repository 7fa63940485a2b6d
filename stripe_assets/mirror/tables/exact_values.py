"""What `_extra` says of values that the database could not keep as they were, and how an object
gets them back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from stripe_assets.catalog.odd_json import exact_loads

EXACT = "_exact"
"""The key of `_extra`: JSON pointer (RFC 6901) → the value that the API sent, as JSON text."""


def pointer(path: Iterable[str]) -> str:
    return "".join(f"/{key.replace('~', '~0').replace('/', '~1')}" for key in path)


def restore(obj: Any, exact: Mapping[str, str]) -> None:
    """Puts the exact values into an object, where their places are still there.

    It changes `obj`, which belongs to nobody else.
    """
    for place, text in exact.items():
        if not place:
            obj.update(exact_loads(text))
            continue
        *above, last = (key.replace("~1", "/").replace("~0", "~") for key in place.split("/")[1:])
        holder = obj
        for key in above:
            holder = _at(holder, key)
        if isinstance(holder, dict) and last in holder:
            holder[last] = exact_loads(text)
        elif isinstance(holder, list) and last.isdecimal() and int(last) < len(holder):
            holder[int(last)] = exact_loads(text)


def _at(holder: Any, key: str) -> Any:
    if isinstance(holder, dict):
        return holder.get(key)
    if isinstance(holder, list) and key.isdecimal() and int(key) < len(holder):
        return holder[int(key)]
    return None
