"""What a run came to: means, proofs, and Markdown that nobody can write into (X15)."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.flags.flags import FlagState
from domain.journeys.journey_counts import Cell, Measure
from domain.journeys.journey_figures import figures
from domain.journeys.journeys import JourneyKey
from domain.phases.acceptance_criteria import proofs
from domain.phases.plans import FlagDiff
from domain.phases.proof_verdicts import Limit, ProofVerdict
from domain.phases.readiness import EXPECTED_CHECKS
from domain.phases.report_markdown import markdown
from domain.phases.reports import IncidentFact, Moment, ReadinessFact, ReportFacts, Spread, means
from domain.platform.markdown import text
from domain.platform.percent import Percent
from domain.propagation.propagation import Propagation
from tests.architecture.source import ROOT
from tests.unit.domain.builders import NOW

OFF = FlagState(False, Percent(0), (), 1)
ON = FlagState(True, Percent(25), ("supplier",), 2)
INCIDENT = IncidentFact(
    number=7,
    title="Errors",
    severity="critical",
    status="resolved",
    detected_at=NOW + timedelta(seconds=30),
    first_bad_at=NOW,
    alerted_at=NOW + timedelta(seconds=40),
    acknowledged_at=NOW + timedelta(seconds=90),
    resolved_at=NOW + timedelta(seconds=300),
)
SPREAD = Propagation(
    9,
    NOW,
    2,
    12,
    12,
    p95_ms=210,
    p99_ms=400,
    slowest_ms=900,
    complete_ms=900,
    complete=True,
    within_budget=True,
)
FACTS = ReportFacts(
    phase="Supplier rollout",
    number=3,
    kind="live",
    who="david@wedsync.com",
    started_at=NOW,
    ended_at=NOW + timedelta(hours=1),
    outcome="rolled_back",
    judged_at=NOW + timedelta(hours=1),
    readiness=[
        ReadinessFact(f"The {key}", True, "fine", key, True) for key in sorted(EXPECTED_CHECKS)
    ],
    flags=[FlagDiff("mvp_chat", OFF, ON)],
    incidents=[INCIDENT],
    spreads=[Spread("activated", SPREAD), Spread("rolled back", SPREAD)],
    timeline=[Moment(NOW, "david@wedsync.com", "Phase Supplier rollout activated")],
    more_events=4,
)
EMPTY = replace(FACTS, readiness=[], flags=[], incidents=[], spreads=[], timeline=[], more_events=0)


KEPT, BROKEN = ProofVerdict.KEPT, ProofVerdict.BROKEN
UNKNOWN, NOT_MEASURED = ProofVerdict.UNKNOWN, ProofVerdict.NOT_MEASURED


def verdicts(facts: ReportFacts) -> dict[str, ProofVerdict]:
    return {item.row: item.verdict for item in proofs(facts)}


def evidence(facts: ReportFacts, row: str) -> str:
    return next(item.evidence for item in proofs(facts) if item.row == row)


def test_means_count_from_the_first_bad_sample() -> None:
    slow = replace(INCIDENT, detected_at=NOW + timedelta(seconds=50), acknowledged_at=None)
    result = means(replace(FACTS, incidents=[INCIDENT, slow]))
    assert (result.to_detect, result.to_acknowledge, result.to_recover) == (40, 90, 300)


def test_an_incident_without_a_first_sample_says_nothing_about_detection() -> None:
    by_hand = replace(INCIDENT, first_bad_at=None)
    result = means(replace(FACTS, incidents=[by_hand]))
    assert (result.to_detect, result.to_acknowledge, result.to_recover) == (None, 60, 270)


def test_means_without_measurements_are_null() -> None:
    result = means(EMPTY)
    assert (result.to_detect, result.to_acknowledge, result.to_recover) == (None, None, None)


def test_a_good_run_proves_the_criteria() -> None:
    kept_rows = {row: verdict for row, verdict in verdicts(FACTS).items() if verdict is KEPT}
    assert set(kept_rows) == {"S95", "S96", "S97", "S99", "S108", "S111"}


def test_a_report_contains_each_acceptance_criterion_once_in_order() -> None:
    """1G, and in their order."""
    rows = [item.row for item in proofs(EMPTY)]
    assert rows == [f"S{number}" for number in range(95, 113)]


def test_a_missing_measurement_is_no_proof() -> None:
    """But a live run without a list, or without a rehearsal before it, has broken its promise."""
    by_row = verdicts(EMPTY)
    assert (by_row.pop("S95"), by_row.pop("S112")) == (BROKEN, BROKEN)
    assert set(by_row.values()) == {NOT_MEASURED}


def test_criteria_covered_by_tests_name_them() -> None:
    assert evidence(FACTS, "S103").startswith("covered by web/e2e/")
    assert evidence(FACTS, "S106").startswith("covered by tests/architecture/")
    for row in ("S103", "S106"):
        assert (ROOT / evidence(FACTS, row).split()[2].rstrip(",")).exists()


def test_a_value_rounded_beyond_the_limit_is_unknown() -> None:
    """Percentiles are upper bounds of buckets: 495 ms shows as 590.67."""
    promise = Limit("S105", "fast", 500, "ms", below=True)
    assert promise.judge(590.67, "95 %", at_least=492.2).verdict is UNKNOWN
    assert promise.judge(708.8, "95 %", at_least=590.67).verdict is BROKEN
    assert promise.judge(500, "95 %").verdict is BROKEN
    assert promise.judge(492.2, "95 %", "a part is missing").verdict is UNKNOWN


FUNNELS = figures(
    {
        JourneyKey.SUPPLIER_ONBOARDING: Counter(
            {
                Cell("", "", Measure.ENTERED): 30,
                Cell("", "", Measure.COMPLETED): 20,
                Cell("", "", Measure.FAILED): 1,
                Cell("", "", Measure.TIMED): 20,
                Cell("", "", Measure.IN_TIME): 19,
                Cell("", "", Measure.SECONDS, 100): 20,
            }
        )
    },
    {},
)


def test_the_document_has_all_parts() -> None:
    """X15, S119: an analysis that needs no model."""
    document = markdown(FACTS)
    for line in (
        "# Supplier rollout, run 3 (live)",
        "- started 2026-11-23 20:15:00 UTC by david@wedsync.com",
        "| to detect (MTTD) | 30.0 |",
        "| S97 | a rollback reaches everybody within 30 s | kept | 900 ms, 12 of 12 |",
        "| mvp\\_chat | off, 0 % | on, 25 % for supplier |",
        "| 9 | rolled back | 12 of 12 | 210 ms | 900 ms | yes |",
        "- and 4 more",
    ):
        assert line in document


def test_parts_without_content_are_left_out() -> None:
    document = markdown(EMPTY)
    assert "## Incidents" not in document
    assert "## Timeline" not in document


@given(st.text(max_size=200))
def test_user_text_stays_in_its_cell(written: str) -> None:
    """No new lines, no cells, no links, no HTML."""
    shown = text(written)
    assert "\n" not in shown
    bare = shown.replace("\\\\", "")
    for mark in "|<>[]`#":
        assert bare.count(mark) == bare.count(f"\\{mark}")
