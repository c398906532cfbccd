"""The code of the project, as its rules look at it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "commands", "db", "devserver", "domain", "endpoints", "jobs", "resolvers", "schema",
    "server", "services",
    "subscriptions",
)  # fmt: skip
_GENERATED = (ROOT / "db" / "migrations",)

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One file."""

    path: Path

    @property
    def name(self) -> str:
        """As it is imported."""
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def lines(self) -> int:
        """All of them."""
        return len(self.path.read_text().splitlines())

    @cached_property
    def tree(self) -> ast.Module:
        """Parsed."""
        return ast.parse(self.path.read_text())

    def functions(self) -> Iterator[Function]:
        """Functions and methods, inner ones too."""
        for node in ast.walk(self.tree):
            if isinstance(node, Function):
                yield node

    def imports(self) -> set[str]:
        """The modules that it imports, wherever in the file."""
        names: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                names.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module)
        return names


def modules(*packages: str) -> list[Module]:
    """The modules of these packages; without any: all of the project but its tests."""
    chosen = packages or PACKAGES
    paths = [path for name in chosen for path in sorted((ROOT / name).rglob("*.py"))]
    if not packages:
        paths += sorted(ROOT.glob("*.py"))
    return [Module(path) for path in paths if not _is_generated(path)]


def _is_generated(path: Path) -> bool:
    return "node_modules" in path.parts or any(path.is_relative_to(top) for top in _GENERATED)
