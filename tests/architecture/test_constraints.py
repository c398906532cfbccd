"""What a constraint refuses is the caller's mistake only where a row exists already."""

import ast

from tests.architecture.source import modules


def test_only_one_module_handles_unique_violations() -> None:
    """Whoever catches IntegrityError would take a broken migration for a mistake of the caller."""
    handlers = {
        module.name
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom | ast.Import)
        and any(name.name.endswith("IntegrityError") for name in node.names)
    }
    assert handlers == {"db.unique"}
