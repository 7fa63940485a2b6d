"""The `expand[]` and `include[]` parameters: checked, and turned into a tree."""

from __future__ import annotations

from collections.abc import Sequence

from stripe_assets.sandbox.calls.errors import ApiError
from stripe_assets.sandbox.objects.trees import Tree, is_expandable

DEEPEST = 4


def parse(resources: Sequence[str], paths: Sequence[str], in_list: bool) -> Tree:
    """The tree below one item of an answer.

    `in_list`: each path begins with `data.`, as a list's paths do.
    Raises ApiError (400) for a path that no resource of the route can expand.
    """
    tree: Tree = {}
    for path in paths:
        parts = path.split(".")
        if len(parts) > DEEPEST:
            raise _refused(
                f"You cannot expand more than {DEEPEST} levels of a property. Property: {path}"
            )
        if in_list:
            if parts[0] != "data" or len(parts) < 2:
                raise _refused(
                    f"This property cannot be expanded ({path}). "
                    f"You may want to try expanding 'data.{path}' instead."
                )
            parts = parts[1:]
        if not any(is_expandable(resource, parts) for resource in resources):
            raise _refused(f"This property cannot be expanded ({path}).")
        below = tree
        for part in parts:
            below = below.setdefault(part, {})
    return tree


def _refused(message: str) -> ApiError:
    return ApiError(400, message, param="expand")
