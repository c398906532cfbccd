"""docs/security.md names tests and modules that are there, in each row."""

import ast
import re
from itertools import pairwise

import pytest

from tests.architecture.source import ROOT

TEXT = (ROOT / "docs" / "security.md").read_text()


def rows_with_tests(text: str) -> list[str]:
    """The rows of each table whose last column is called test."""
    lines, proves = list[str](), False
    for line, below in pairwise([*text.splitlines(), ""]):
        if below.startswith("|--"):
            proves = line.endswith("| test |")
        elif proves and line.startswith("|") and not line.startswith("|--"):
            lines.append(line)
    return lines


ROWS = rows_with_tests(TEXT)
TEST = re.compile(r"`((?:\w+/)+test_\w+\.py)::(test_\w+)`")


def functions(path: str) -> set[str]:
    """The names of the functions of a test file; nothing where there is no such file."""
    file = ROOT / "tests" / path
    tree = ast.parse(file.read_text() if file.is_file() else "")
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in tree.body if isinstance(node, kinds)}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2:30])
def test_each_promise_names_existing_tests(row: str) -> None:
    named = TEST.findall(row)
    assert named
    assert [name for path, name in named if name not in functions(path)] == []


def test_tests_are_cited_by_name() -> None:
    assert len(ROWS) > 25
    assert re.findall(r"test_\w+\.py`", TEXT) == []


def test_each_named_module_exists() -> None:
    named = re.findall(r"`((?:\w+/)?\w+\.py)`", TEXT)
    assert [path for path in named if "test_" not in path and not (ROOT / path).is_file()] == []
