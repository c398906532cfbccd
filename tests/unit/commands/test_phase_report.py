"""`launch phases report`: a promise is a line with its number (X15)."""

from graphql import build_schema, parse, validate

from commands.phases.phase_report import REPORT, is_broken, row
from server.graph import schema

PROOF: dict[str, object] = {
    "row": "S105",
    "criterion": "the API answers within 500 ms",
    "verdict": "BROKEN",
    "value": 612.345,
    "limit": 500.0,
    "unit": "ms",
    "evidence": "95 % of 90 within 612 ms",
}
SILENT = PROOF | {"verdict": "NOT_MEASURED", "value": None}


def test_a_promise_is_a_line() -> None:
    assert row(PROOF)[2:5] == ("BROKEN", "612.35 ms", "500 ms")
    assert row(SILENT)[2:4] == ("not measured", "\u2013")


def test_a_missing_measurement_breaks_no_criterion() -> None:
    assert is_broken({"report": {"proofs": [SILENT, PROOF]}})
    assert not is_broken({"report": {"proofs": [SILENT, PROOF | {"verdict": "UNKNOWN"}]}})


def test_the_document_fits_the_graph() -> None:
    assert validate(build_schema(schema.as_str()), parse(REPORT)) == []
