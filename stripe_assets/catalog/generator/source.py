"""The SDK's source files as syntax trees.

They are parsed and never imported, for two reasons. Half of the SDK's annotations name classes that
are imported for type checkers only. And only the source has the text below a field, which says that
an integer is a time, or that the field is sent on request.
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ClassRef:
    """A class of the SDK: its module and the chain of classes from the outermost to itself."""

    module: str
    chain: tuple[ast.ClassDef, ...]

    @property
    def node(self) -> ast.ClassDef:
        return self.chain[-1]


@dataclass
class Module:
    """A parsed module of the SDK."""

    name: str
    tree: ast.Module
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Local name → (module, name there)."""
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)

    @classmethod
    def parse(cls, name: str, path: Path) -> Module:
        module = cls(name, ast.parse(path.read_text(encoding="utf-8")))
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    module.imports[alias.asname or alias.name] = (node.module, alias.name)
        module.classes = {
            node.name: node for node in module.tree.body if isinstance(node, ast.ClassDef)
        }
        return module


class SdkSource:
    """The SDK's modules.

    Each is parsed at its first use. Raises RuntimeError where the SDK is not installed.
    """

    def __init__(self) -> None:
        spec = importlib.util.find_spec("stripe")
        if spec is None or spec.origin is None:
            raise RuntimeError("the stripe package is not installed")
        self.root = Path(spec.origin).parent
        self._modules: dict[str, Module] = {}

    def paths(self) -> Iterator[tuple[str, Path]]:
        """(module, file) of every module, in alphabetical order."""
        for path in sorted(self.root.rglob("*.py")):
            relative = path.relative_to(self.root).with_suffix("")
            parts = [part for part in relative.parts if part != "__init__"]
            yield ".".join(("stripe", *parts)), path

    def module(self, name: str) -> Module:
        if name not in self._modules:
            base = self.root.joinpath(*name.split(".")[1:])
            path = base / "__init__.py" if base.is_dir() else base.with_suffix(".py")
            self._modules[name] = Module.parse(name, path)
        return self._modules[name]

    def resolve(
        self, name: str, module: str, scope: tuple[ast.ClassDef, ...] = ()
    ) -> ClassRef | None:
        """The class that `name` means inside `scope` of `module`.

        None where it is no class of the SDK.
        """
        for depth in range(len(scope), 0, -1):
            for node in scope[depth - 1].body:
                if isinstance(node, ast.ClassDef) and node.name == name:
                    return ClassRef(module, (*scope[:depth], node))
        here = self.module(module)
        if name in here.classes:
            return ClassRef(module, (here.classes[name],))
        if name in here.imports:
            origin, original = here.imports[name]
            if origin.split(".")[0] == "stripe":
                return self.resolve(original, origin)
        return None

    @cached_property
    def resources(self) -> dict[str, ClassRef]:
        """OBJECT_NAME → its class.

        These names are unique; class names are not: five classes are named `Transaction`.
        """
        found: dict[str, ClassRef] = {}
        for name, path in self.paths():
            if path.stem.endswith(("_service", "_params", "__init__")) or name.startswith(
                "stripe.events"
            ):
                continue
            if "OBJECT_NAME: ClassVar" not in path.read_text(encoding="utf-8"):
                continue
            for node in self.module(name).classes.values():
                object_name = class_constant(node, "OBJECT_NAME")
                if isinstance(object_name, str):
                    if object_name in found:
                        raise RuntimeError(
                            f"two classes of the SDK have the OBJECT_NAME {object_name}"
                        )
                    found[object_name] = ClassRef(name, (node,))
        return found

    @cached_property
    def object_names(self) -> dict[tuple[str, str], str]:
        """(module, class) → OBJECT_NAME."""
        return {(ref.module, ref.node.name): name for name, ref in self.resources.items()}

    def services(self) -> Iterator[tuple[str, ast.ClassDef]]:
        """(module, class) of every service."""
        for name, path in self.paths():
            if path.stem.endswith("_service") and path.stem != "_stripe_service":
                for node in self.module(name).classes.values():
                    yield name, node


def class_constant(node: ast.ClassDef, name: str) -> object:
    """The literal that the class body assigns to `name`. None where it assigns none."""
    for statement in node.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value) if (
                target == name
            ):
                pass
            case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                pass
            case _:
                continue
        try:
            return ast.literal_eval(value)
        except ValueError:
            return None
    return None


def annotated(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr, str]]:
    """(name, annotation, text below it) of the class's fields, in the order of the source."""
    for index, statement in enumerate(node.body):
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        following = node.body[index + 1] if index + 1 < len(node.body) else None
        text = ""
        if (
            isinstance(following, ast.Expr)
            and isinstance(following.value, ast.Constant)
            and isinstance(following.value.value, str)
        ):
            text = following.value.value
        yield statement.target.id, statement.annotation, text


def unquote(expression: ast.expr) -> ast.expr:
    """The expression in a quoted annotation. Every other expression as it is."""
    if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
        return ast.parse(expression.value.strip(), mode="eval").body
    return expression


def subscript(expression: ast.expr) -> tuple[str | None, list[ast.expr]]:
    """`Optional[X]` → ("Optional", [X]); a plain name → (name, [])."""
    expression = unquote(expression)
    match expression:
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Tuple(elts=parts)):
            return name, list(parts)
        case ast.Subscript(value=ast.Name(id=name), slice=part):
            return name, [part]
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return "Union", [left, right]
        case ast.Name(id=name):
            return name, []
        case ast.Constant(value=None):
            return "None", []
    return None, []
