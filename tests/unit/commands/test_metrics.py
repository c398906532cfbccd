"""`launch metrics`: cards as a table (S79)."""

from graphql import build_schema, parse, validate

from commands.metrics.metrics import CARDS, METRICS, rows
from server.graph import schema

CARD: dict[str, object] = {
    "title": "Error Rate",
    "value": 3.0,
    "unit": "%",
    "previous": 1.5,
    "changePercent": 100.0,
    "trend": "UP",
    "improving": False,
}
DASH = "\u2013"
EMPTY = CARD | {
    "value": None, "previous": None, "changePercent": None, "trend": "UNKNOWN", "improving": None,
}  # fmt: skip


def shown(card: dict[str, object]) -> list[str]:
    return [str(part) for part in rows(dict.fromkeys(CARDS, card))[0]]


def test_a_card_is_a_row() -> None:
    assert shown(CARD) == ["Error Rate", "3.0 %", "1.5 %", "↑ +100.0 %", "worse"]
    assert shown(CARD | {"improving": True, "trend": "DOWN"})[-1] == "better"


def test_a_missing_measurement_is_a_dash() -> None:
    assert shown(EMPTY) == ["Error Rate", DASH, DASH, "", ""]


def test_counts_have_no_decimals() -> None:
    assert shown(CARD | {"value": 12.0, "unit": ""})[1] == "12"


def test_the_document_fits_the_graph() -> None:
    assert validate(build_schema(schema.as_str()), parse(METRICS)) == []
