"""docs/security.md names tests and modules that are there."""

import re

from tests.architecture.source import ROOT

TEXT = (ROOT / "docs" / "security.md").read_text()


def test_each_named_test_exists() -> None:
    named = re.findall(r"`(\w+/(?:\w+/)*test_\w+\.py)`", TEXT)
    assert len(named) > 20
    assert [path for path in named if not (ROOT / "tests" / path).is_file()] == []


def test_each_named_module_exists() -> None:
    named = re.findall(r"`((?:\w+/)?\w+\.py)`", TEXT)
    assert [path for path in named if "test_" not in path and not (ROOT / path).is_file()] == []
