"""The code keeps to its limits: sizes, no circles, and resource names in the catalog alone."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

from stripe_assets.catalog import catalog

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "stripe_assets"
KNOWN = tomllib.loads((Path(__file__).parent / "structure.toml").read_text())
MODULES = {path.relative_to(ROOT).as_posix(): path for path in sorted(PACKAGE.rglob("*.py"))}

MODULE_LINES, FUNCTION_LINES, METHODS, FIELDS = 300, 50, 20, 12
"""The most that a module, a function and a class may have."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def test_modules_functions_and_classes_are_small() -> None:
    too_large = {name: what for path in MODULES for name, what in _too_large(path)}
    assert {n: w for n, w in too_large.items() if n not in KNOWN["exceptions"]} == {}
    assert set(KNOWN["exceptions"]) <= set(too_large), "an exception that nothing needs any more"
    assert len(KNOWN["exceptions"]) <= 10


def _too_large(path: str) -> Iterator[tuple[str, str]]:
    text = MODULES[path].read_text()
    lines = len(text.splitlines())
    if lines > MODULE_LINES:
        yield path, f"{lines} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, Function):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{path}:{node.name}", f"{lines} lines"
        elif isinstance(node, ast.ClassDef):
            methods = sum(isinstance(one, Function) for one in node.body)
            if methods > METHODS:
                yield f"{path}:{node.name}", f"{methods} methods"
            if len(_fields(node)) > FIELDS:
                yield f"{path}:{node.name}", f"{len(_fields(node))} fields"


def _fields(node: ast.ClassDef) -> set[str]:
    """The attributes that a class declares, and those that its `__init__` sets."""
    found = {
        one.target.id
        for one in node.body
        if isinstance(one, ast.AnnAssign)
        and isinstance(one.target, ast.Name)
        and "ClassVar" not in ast.unparse(one.annotation)
    }
    for method in node.body:
        if isinstance(method, ast.FunctionDef) and method.name == "__init__":
            found |= {
                one.attr
                for one in ast.walk(method)
                if isinstance(one, ast.Attribute)
                and isinstance(one.ctx, ast.Store)
                and isinstance(one.value, ast.Name)
                and one.value.id == "self"
            }
    return found


def test_no_modules_import_each_other() -> None:
    """Imports inside functions and under TYPE_CHECKING count too."""
    circles = _circles({name: set(_imports(path)) for name, path in _by_name().items()})
    known = {frozenset(circle["modules"]) for circle in KNOWN["circles"].values()}
    assert [sorted(circle) for circle in circles if circle not in known] == []
    assert len(known) <= 3


def _by_name() -> dict[str, str]:
    """Dotted name → path of each module."""
    names = ((path[:-3].replace("/", "."), path) for path in MODULES)
    return {name.removesuffix(".__init__"): path for name, path in names}


def _imports(path: str) -> Iterator[str]:
    known, itself = _by_name(), path[:-3].replace("/", ".").removesuffix(".__init__")
    for node in ast.walk(ast.parse(MODULES[path].read_text())):
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}:{node.lineno}: a relative import hides from this test"
            for alias in node.names:
                below = f"{node.module}.{alias.name}"
                found = below if below in known else node.module or ""
                if found in known and found != itself:
                    yield found
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)


def _circles(imports: dict[str, set[str]]) -> set[frozenset[str]]:
    """The sets of modules that reach each other."""

    def reached(start: str) -> set[str]:
        seen, todo = set[str](), [start]
        while todo:
            for name in imports[todo.pop()] - seen:
                seen.add(name)
                todo.append(name)
        return seen

    reach = {name: reached(name) for name in imports}
    circles = (
        frozenset(other for other in reach[name] if name in reach[other]) for name in imports
    )
    return {circle for circle in circles if len(circle) > 1}


LABELS = {"account", "event", "source"}
"""Headings of a table and keys of a JSON document, which are resources' names too."""


def test_resource_names_stand_in_the_catalog_alone() -> None:
    """What is particular to a resource is data of the catalog, and no branch in the code."""
    rooms = ("mirror", "stripe_api", "sync")
    assert _named(rooms, set(catalog().resources)) == []
    outer = ("cli", "instance", "keys", "models", "orchestration")
    assert _named(outer, set(catalog().resources) - LABELS) == []


def _named(rooms: tuple[str, ...], names: set[str]) -> list[str]:
    """Where a string of the code is one of the names, or a path of Stripe's API."""
    return [
        f"{path}:{node.lineno}: {node.value!r}"
        for path in MODULES
        if path.split("/")[1].removesuffix(".py") in rooms
        for node in ast.walk(ast.parse(MODULES[path].read_text()))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and (node.value in names or node.value.startswith(("/v1/", "/v2/")))
    ]
