"""The graph of the code breaks no client of the last release (SPEC A47)."""

from graphql import build_schema
from graphql.utilities import find_breaking_changes

from schema.root import schema
from tests.architecture.source import ROOT

RELEASED = ROOT / "schema" / "released.graphql"

# Broken on purpose: (what find_breaking_changes says, why no client is hurt).
BROKEN: dict[str, str] = {}


def test_nothing_that_was_released_is_broken() -> None:
    found = find_breaking_changes(build_schema(RELEASED.read_text()), build_schema(schema.as_str()))
    assert {change.description for change in found} == set(BROKEN)


def test_every_deprecation_names_its_day() -> None:
    lines = [line for line in schema.as_str().splitlines() if "@deprecated" in line]
    assert [line for line in lines if "remove after 20" not in line] == []
