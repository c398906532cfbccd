"""`launch journeys`: funnels as a table (S80)."""

import pytest
from graphql import build_schema, parse, validate

from commands.metrics.journeys import JOURNEYS, duration, rows
from server.graph import schema

DASH = "\u2013"
NUMBERS: dict[str, object] = {
    "started": 9, "completed": 3, "failed": 1, "abandoned": 2, "ended": 6, "underWay": 3,
    "successRate": 50, "p50Seconds": 90.0, "p95Seconds": None,
}  # fmt: skip
JOURNEY: dict[str, object] = {
    "title": "Supplier onboarding",
    "targetSeconds": 300,
    "breakdown": [{"vendorType": None, **NUMBERS}],
    **NUMBERS,
}


def test_a_journey_is_a_row() -> None:
    assert rows([JOURNEY]) == [
        ("Supplier onboarding", 9, 3, 3, 2, 1, "50 % of 6", "90 s", DASH, "target 5.0 min")
    ]


def test_vendor_types_follow_where_they_are_wanted() -> None:
    assert [row[0] for row in rows([JOURNEY], by_vendor=True)][1:] == ["  not said"]


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.4, "0 s"), (119, "119 s"), (150, "2.5 min"), (9_000, "2.5 h")]
)
def test_durations_are_for_people(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


def test_the_document_fits_the_graph() -> None:
    assert validate(build_schema(schema.as_str()), parse(JOURNEYS)) == []
