"""Each acceptance criterion, by the facts of a run (S95 to S112, D7)."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.journeys.journey_counts import Cell, Measure
from domain.journeys.journey_figures import figures
from domain.journeys.journeys import JourneyKey
from domain.phases.acceptance_criteria import proofs
from domain.phases.proof_verdicts import ProofVerdict
from domain.phases.readiness import RehearsalEvidence
from domain.phases.reports import (
    CheckGap,
    IncidentFact,
    Measured,
    ReadinessFact,
    ReportFacts,
    Spread,
    means,
)
from domain.propagation.propagation import Propagation
from tests.unit.domain.builders import NOW
from tests.unit.domain.test_rehearsal import PROPAGATED, rehearsal, run
from tests.unit.domain.test_reports import (
    BROKEN,
    EMPTY,
    FACTS,
    FUNNELS,
    INCIDENT,
    KEPT,
    NOT_MEASURED,
    SPREAD,
    UNKNOWN,
    evidence,
    verdicts,
)


def measured(values: Measured) -> ReportFacts:
    return replace(EMPTY, measured=replace(values, requests=100, journeys=FUNNELS))


def gaps(**seconds: float) -> Measured:
    return Measured(health_gaps=[CheckGap(check, gap) for check, gap in seconds.items()])


@pytest.mark.parametrize(
    ("row", "values", "verdict"),
    [
        ("S98", gaps(email=33.0, api=30.0), KEPT),
        ("S98", gaps(email=33.1, api=30.0), BROKEN),
        ("S98", replace(gaps(email=30.0), unavailable_seconds=3600), UNKNOWN),
        ("S98", replace(gaps(email=90.0), unavailable_seconds=3600), BROKEN),
        ("S105", Measured(response_p95_ms=492.2), KEPT),
        ("S105", Measured(response_p95_ms=590.67), UNKNOWN),
        ("S105", Measured(response_p95_ms=708.8), BROKEN),
        ("S105", Measured(response_p95_ms=100.0, uncounted_seconds=91), UNKNOWN),
        ("S107", Measured(error_rate=1.99), KEPT),
        ("S107", Measured(error_rate=2.0), BROKEN),
        ("S107", Measured(error_rate=0.0, uncounted_seconds=91), UNKNOWN),
        ("S108", Measured(realtime_p99_ms=2_000.0), KEPT),
        ("S108", Measured(realtime_p99_ms=5_000.0), BROKEN),
        ("S109", Measured(metrics_gap_seconds=30.0), KEPT),
        ("S109", Measured(metrics_gap_seconds=91.0), BROKEN),
        ("S109", Measured(metrics_gap_seconds=30.0, unavailable_seconds=3600), UNKNOWN),
        ("S110", Measured(journeys_p99_ms=1_000.0), KEPT),
        ("S110", Measured(journeys_p99_ms=5_000.0), BROKEN),
    ],
)
def test_a_measurement_is_compared_with_its_limit(
    row: str, values: Measured, verdict: ProofVerdict
) -> None:
    facts = measured(values)
    assert verdicts(facts)[row] is verdict
    (shown,) = [item for item in proofs(facts) if item.row == row]
    assert (shown.limit or 0) > 0
    assert shown.kept is {KEPT: True, BROKEN: False}.get(verdict)


def test_journeys_are_compared_with_their_targets() -> None:
    """S100: 95 of 100 who arrive do so in time; S104: 95 of 100 that end arrive (M16)."""
    by_row = verdicts(measured(Measured()))
    assert (by_row["S100"], by_row["S101"]) == (KEPT, NOT_MEASURED)
    assert evidence(measured(Measured()), "S104") == (
        "Supplier onboarding: 95.2 % of 21 that ended "
        "(20 arrived, 1 failed, 0 abandoned; 9 under way)"
    )


@pytest.mark.parametrize(
    ("counts", "row", "verdict"),
    [
        ({Measure.COMPLETED: 20, Measure.TIMED: 20, Measure.IN_TIME: 18}, "S100", BROKEN),
        ({Measure.COMPLETED: 21, Measure.TIMED: 20, Measure.IN_TIME: 19}, "S100", UNKNOWN),
        ({Measure.COMPLETED: 40, Measure.TIMED: 40, Measure.IN_TIME: 38}, "S100", KEPT),
        ({Measure.COMPLETED: 19, Measure.ABANDONED: 1}, "S104", KEPT),
        ({Measure.COMPLETED: 19, Measure.ABANDONED: 2}, "S104", BROKEN),
        ({Measure.ENTERED: 19}, "S104", NOT_MEASURED),
    ],
)
def test_a_journey_by_its_counts(
    counts: dict[Measure, int], row: str, verdict: ProofVerdict
) -> None:
    cells = Counter({Cell("", "", measure): number for measure, number in counts.items()})
    values = Measured(journeys=figures({JourneyKey.SUPPLIER_ONBOARDING: cells}, {}))
    assert verdicts(replace(EMPTY, measured=values))[row] is verdict


WAITING = replace(SPREAD, complete=False, complete_ms=None, within_budget=None, acked=9)
LOST = replace(WAITING, unknown_processes=1, unknown_streams=2)


@pytest.mark.parametrize(
    ("row", "propagation", "verdict"),
    [
        ("S97", replace(SPREAD, complete_ms=30_010, within_budget=False), BROKEN),
        ("S97", replace(SPREAD, commit_ms=29_500), BROKEN),  # people wait for the commit as well
        ("S97", LOST, UNKNOWN),
        ("S97", WAITING, UNKNOWN),
        ("S97", replace(WAITING, within_budget=False), BROKEN),
        ("S96", replace(SPREAD, p95_ms=3_001), BROKEN),
        ("S96", WAITING, BROKEN),  # 3 of 12 are still without it an hour later
        ("S96", LOST, UNKNOWN),
        ("S108", replace(SPREAD, p99_ms=3_001), BROKEN),
        ("S108", LOST, UNKNOWN),
    ],
)
def test_how_changes_spread(row: str, propagation: Propagation, verdict: ProofVerdict) -> None:
    facts = replace(FACTS, spreads=[Spread("rolled back", propagation)])
    assert verdicts(facts)[row] is verdict
    assert ("unknown: 1 process, 2 streams" in evidence(facts, row)) is (propagation is LOST)


def test_only_a_rollback_of_the_run_is_its_rollback() -> None:
    late = replace(SPREAD, complete_ms=40_000, within_budget=False)
    facts = replace(FACTS, spreads=[Spread("rolled back", late, own=False)])
    assert verdicts(facts)["S97"] is NOT_MEASURED


SECONDS = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("incident", "critical", "noticed"),
    [
        (INCIDENT, KEPT, KEPT),
        (replace(INCIDENT, alerted_at=NOW + 61 * SECONDS), BROKEN, BROKEN),
        (replace(INCIDENT, alerted_at=None), BROKEN, BROKEN),
        (replace(INCIDENT, severity="high", alerted_at=None), NOT_MEASURED, BROKEN),
        (replace(INCIDENT, severity="medium", alerted_at=None), NOT_MEASURED, NOT_MEASURED),
        (replace(INCIDENT, first_bad_at=None), KEPT, NOT_MEASURED),
        (
            replace(
                INCIDENT,
                alerted_at=NOW + 130 * SECONDS,
                silenced_until=NOW + 120 * SECONDS,
            ),
            KEPT,
            KEPT,
        ),
        (
            replace(
                INCIDENT,
                first_bad_at=NOW + timedelta(minutes=59, seconds=30),
                alerted_at=None,
                resolved_at=None,
            ),
            UNKNOWN,
            UNKNOWN,
        ),
    ],
)
def test_alerts_count_from_the_first_bad_sample_to_the_delivered_message(
    incident: IncidentFact, critical: ProofVerdict, noticed: ProofVerdict
) -> None:
    by_row = verdicts(replace(FACTS, incidents=[incident]))
    assert (by_row["S99"], by_row["S111"]) == (critical, noticed)


CHECKED = FACTS.readiness


@pytest.mark.parametrize(
    ("checks", "verdict"),
    [
        (CHECKED, KEPT),
        (CHECKED[1:], UNKNOWN),
        ([replace(CHECKED[0], ok=False), *CHECKED[1:]], BROKEN),
        ([replace(CHECKED[0], ok=False, blocking=False), *CHECKED[1:]], KEPT),
        ([], BROKEN),
    ],
)
def test_pre_checks(checks: list[ReadinessFact], verdict: ProofVerdict) -> None:
    """S95: a warning may be accepted, what blocks may not."""
    assert verdicts(replace(FACTS, readiness=checks))["S95"] is verdict


@pytest.mark.parametrize(
    ("rehearsal", "edits", "verdict"),
    [
        (RehearsalEvidence(NOW - timedelta(days=1), None), 0, KEPT),
        (RehearsalEvidence(NOW - timedelta(days=1), None), 1, UNKNOWN),
        (RehearsalEvidence(NOW - timedelta(days=8), None), 0, UNKNOWN),
        (RehearsalEvidence(NOW - timedelta(days=1), "3 synthetic users kept a flag."), 0, BROKEN),
        (None, 0, BROKEN),
    ],
)
def test_a_run_stands_on_a_rehearsal(
    rehearsal: RehearsalEvidence | None, edits: int, verdict: ProofVerdict
) -> None:
    facts = replace(FACTS, rehearsed=rehearsal, edits_since_rehearsal=edits)
    assert verdicts(facts)["S112"] is verdict


def test_a_rehearsal_is_a_proof_of_its_own() -> None:
    state = replace(run(rehearsal()), propagation=PROPAGATED)
    facts = replace(EMPTY, kind="rehearsal", rehearsal=state)
    assert (verdicts(facts)["S97"], verdicts(facts)["S95"]) == (KEPT, NOT_MEASURED)
    assert means(facts).to_detect == state.seconds_to(state.detected_at)
    assert means(facts).to_recover == pytest.approx(3.04)
