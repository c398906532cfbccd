"""Rules read the clock that they are given, never that of the database (D6).

A statement that decides takes its moment as a parameter: then a test, a replay and a model with a
virtual clock decide alike, and processes agree with what they record.
"""

import ast
import re
from collections.abc import Iterator
from typing import TypeGuard

from tests.architecture.source import modules

_CLOCK = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\(\s*\)"
    r"|\bCURRENT_(TIMESTAMP|DATE|TIME)\b|\bLOCALTIME(STAMP)?\b",
    re.IGNORECASE,
)
_FUNCTIONS = {"now", "clock_timestamp", "current_timestamp", "statement_timestamp"}
# Those that may, and why.
ALLOWED = {
    "db.base": "defaults of columns, for rows that somebody writes past this software",
    "db.queries.idempotency": "a key of a process whose clock is behind must not look old",
    "db.queries.retention": "a worker whose clock is ahead of all others must delete nothing",
    "db.queries.jobs": "pgqueuer compares the moments of its jobs with the clock of the database",
}


def test_only_listed_modules_read_the_clock_of_the_database() -> None:
    """One that no longer does leaves the list."""
    readers = {module.name for module in modules() if any(readings(module.tree))}
    assert readers == set(ALLOWED)


def test_the_search_finds_sql_text_and_functions() -> None:
    text = ast.parse('QUERY = "UPDATE jobs SET due = now() WHERE id = :id"')
    function = ast.parse("query = select(func.clock_timestamp())")
    docstring = ast.parse('def due():\n    """Compares with now() of its caller."""\n    now()')
    assert [len(list(readings(tree))) for tree in (text, function, docstring)] == [1, 1, 0]


def readings(tree: ast.Module) -> Iterator[int]:
    """Lines that ask the database for its time: in SQL text, or as `func.now()`."""
    documentation = set(_docstrings(tree))
    for node in ast.walk(tree):
        if (_is_sql(node) and node not in documentation) or _is_function(node):
            yield node.lineno


def _is_sql(node: ast.AST) -> TypeGuard[ast.Constant]:
    text = node.value if isinstance(node, ast.Constant) else None
    return isinstance(text, str) and _CLOCK.search(text) is not None


def _is_function(node: ast.AST) -> TypeGuard[ast.Attribute]:
    if not isinstance(node, ast.Attribute) or node.attr not in _FUNCTIONS:
        return False
    return isinstance(node.value, ast.Name) and node.value.id == "func"


def _docstrings(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
