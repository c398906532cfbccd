"""Where a process of the server keeps things for later: caches, and collections that grow."""

import ast
from collections.abc import Iterator

from tests.architecture.source import Module

_CACHES = {"lru_cache", "cache", "OrderedDict", "WeakKeyDictionary", "WeakValueDictionary", "deque"}
_GROWING = {"dict", "set", "Counter", "defaultdict"}


def kept_in(module: Module) -> Iterator[str]:
    """The name of each, as `attribute` or `Class.attribute`."""
    yield from _of_body(module.tree.body, "")
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef) and not _is_frozen(node):
            yield from _of_class(node)


def _is_frozen(node: ast.ClassDef) -> bool:
    """A value: what it holds when it is made is all that it ever holds."""
    return any(
        isinstance(item, ast.Call) and any(word.arg == "frozen" for word in item.keywords)
        for item in node.decorator_list
    )


def _of_body(body: list[ast.stmt], prefix: str) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef) and any(
            _name(item) in _CACHES for item in node.decorator_list
        ):
            yield f"{prefix}{node.name}"
        elif isinstance(node, ast.AnnAssign) and _is_kept(node.value):
            yield f"{prefix}{ast.unparse(node.target)}"


def _of_class(node: ast.ClassDef) -> Iterator[str]:
    prefix = f"{node.name}."
    yield from _of_body(node.body, prefix)
    for method in node.body:
        if not isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if method.name in ("__init__", "__post_init__"):
            yield from _set_in(method, prefix)
        elif any(_name(item) == "cached_property" for item in method.decorator_list) and any(
            isinstance(item, ast.Return) and _is_kept(item.value) for item in method.body
        ):
            yield f"{prefix}{method.name}"


def _set_in(method: ast.FunctionDef | ast.AsyncFunctionDef, prefix: str) -> Iterator[str]:
    for node in ast.walk(method):
        if not isinstance(node, ast.AnnAssign | ast.Assign) or not _is_kept(node.value):
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            if isinstance(target, ast.Attribute):
                yield f"{prefix}{target.attr}"


def _is_kept(value: ast.expr | None) -> bool:
    """An empty collection, or one that is made of nothing: it is there to be filled."""
    if isinstance(value, ast.Dict):
        return not value.keys
    if not isinstance(value, ast.Call):
        return False
    if _name(value) == "field":
        return any(
            item.arg == "default_factory" and _name(item.value) in _CACHES | _GROWING
            for item in value.keywords
        )
    return _name(value) in _CACHES or (_name(value) in _GROWING and not value.args)


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        return _name(node.func)
    if isinstance(node, ast.Subscript):
        return _name(node.value)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
