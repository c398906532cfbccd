"""Uses of private names of third parties, and assignments to the attributes of their objects.

Found as far as the source and the classes show them.
"""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module

from tests.architecture.source import PACKAGES, Module, modules

# Private names that we define as well; whatever is not `self` belongs to the library.
AMBIGUOUS = {"_schema"}
_OF_THE_LANGUAGE = {"_abc_impl", "_is_protocol"}
_ROOTS = {*PACKAGES, "app", "cli", "settings", "tests", "bench"}
_LOOK_UP = {"getattr", "setattr", "hasattr", "delattr"}

Use = tuple[str, str]  # (module of ours, private name)


def uses() -> set[Use]:
    """Everywhere, tests and benchmarks included."""
    named = {
        (module.name, name)
        for module in _sources()
        for name in _names(module.tree, _project_names())
    }
    return named | {(module.name, name) for module in modules() for name in _overridden(module)}


def in_text(text: str) -> set[str]:
    """The private names of others in a piece of source."""
    return set(_names(ast.parse(text), frozenset()))


def patches() -> set[Use]:
    """Return (module, target) of each assignment to an attribute of a library's object."""
    return {(module.name, target) for module in modules() for target in patched(module.tree)}


def patched(tree: ast.AST) -> Iterator[str]:
    """Yield the targets of such assignments in a tree, such as `Visitor.__init__`."""
    imported = _imported_from_others(tree)
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(ctx=ast.Store() | ast.Del()) if _root(node) in imported:
                yield ast.unparse(node)
            case ast.Call(func=ast.Name(id="setattr" | "delattr"), args=[target, name, *_]):
                if _root(target) in imported:
                    yield f"{ast.unparse(target)}.{ast.literal_eval(name)}"


def _imported_from_others(tree: ast.AST) -> set[str]:
    """Return the local names of what a tree imports from third parties."""
    names: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(source), level=0) if not _is_own(source):
                names |= {alias.asname or alias.name for alias in node.names}
            case ast.Import():
                names |= {
                    alias.asname or alias.name.partition(".")[0]
                    for alias in node.names
                    if not _is_own(alias.name)
                }
    return names


def _root(node: ast.expr) -> str | None:
    """Return the name that a chain of attributes begins with."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


@cache
def _sources() -> list[Module]:
    return [*modules(), *modules("tests", "bench")]


def _names(tree: ast.AST, project_names: frozenset[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=value, attr=name) if _is_private(name):
                of_others = name in AMBIGUOUS and not _is_self(value)
                if of_others or name not in project_names:
                    yield name
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                source = (getattr(node, "module", None) or "").split(".")
                parts = [part for alias in names for part in alias.name.split(".")]
                if getattr(node, "level", 0) == 0:
                    yield from (part for part in (*source, *parts) if _is_private(part))
            case ast.Call(func=ast.Name(id=called), args=[_, ast.Constant(value=str(name)), *_]):
                if called in _LOOK_UP and _is_private(name) and name not in project_names:
                    yield name


def _overridden(module: Module) -> Iterator[str]:
    """Private names of a base class of a third party that a class of ours defines again."""
    for kind in vars(import_module(module.name)).values():
        if isinstance(kind, type) and kind.__module__ == module.name:
            of_others = {
                name for base in kind.__mro__ if _is_of_others(base) for name in vars(base)
            }
            defined = vars(kind).keys() & of_others - _OF_THE_LANGUAGE
            yield from filter(_is_private, defined)


@cache
def _project_names() -> frozenset[str]:
    """Every name that a module of the project defines."""
    defined: set[str] = set()
    for module in _sources():
        for node in ast.walk(module.tree):
            match node:
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    defined.add(name)
                case ast.ClassDef(name=name) | ast.Name(id=name, ctx=ast.Store()):
                    defined.add(name)
                case ast.Attribute(value=value, attr=name, ctx=ast.Store()) if _is_self(value):
                    defined.add(name)
    return frozenset(defined)


def _is_self(value: ast.expr) -> bool:
    return isinstance(value, ast.Name) and value.id in {"self", "cls"}


def _is_of_others(kind: type) -> bool:
    return not _is_own(kind.__module__)


def _is_own(module: str) -> bool:
    """Return whether a module belongs to the project or the standard library."""
    return module.partition(".")[0] in _ROOTS | sys.stdlib_module_names


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name != "_"
