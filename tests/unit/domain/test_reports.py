"""What a run came to: means, proofs, and Markdown that nobody can write into (SPEC X15)."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.flags import FlagState
from domain.journey_counts import Cell, Measure
from domain.journey_figures import figures
from domain.journeys import JourneyKey
from domain.percent import Percent
from domain.plans import FlagDiff
from domain.proofs import proofs
from domain.propagation import Propagation
from domain.report_markdown import markdown, text
from domain.reports import (
    Facts,
    IncidentFact,
    Measured,
    Moment,
    ReadinessFact,
    Spread,
    means,
)
from tests.unit.domain.builders import NOW
from tests.unit.domain.test_rehearsal import HEARD, rehearsal, run

OFF = FlagState(False, Percent(0), (), 1)
ON = FlagState(True, Percent(25), ("supplier",), 2)
INCIDENT = IncidentFact(
    number=7,
    title="Errors",
    severity="high",
    status="resolved",
    created_at=NOW + timedelta(seconds=30),
    first_bad_at=NOW,
    alerted_at=NOW + timedelta(seconds=40),
    acknowledged_at=NOW + timedelta(seconds=90),
    resolved_at=NOW + timedelta(seconds=300),
)
SPREAD = Propagation(
    9, NOW, 2, 12, 12, p95_ms=210, complete_ms=900, complete=True, within_budget=True
)
FACTS = Facts(
    phase="Supplier rollout",
    number=3,
    kind="live",
    who="david@wedsync.com",
    started_at=NOW,
    ended_at=NOW + timedelta(hours=1),
    outcome="rolled_back",
    readiness=[ReadinessFact("Health of api", True, "fine")],
    flags=[FlagDiff("mvp_chat", OFF, ON)],
    incidents=[INCIDENT],
    spreads=[Spread("activated", SPREAD), Spread("rolled back", SPREAD)],
    timeline=[Moment(NOW, "david@wedsync.com", "Phase Supplier rollout activated")],
    more_events=4,
)
EMPTY = replace(FACTS, readiness=[], flags=[], incidents=[], spreads=[], timeline=[], more_events=0)


def verdicts(facts: Facts) -> dict[str, bool | None]:
    return {item.row: item.kept for item in proofs(facts)}


def test_means_are_over_the_incidents() -> None:
    slow = replace(INCIDENT, created_at=NOW + timedelta(seconds=50), acknowledged_at=None)
    found = means(replace(FACTS, incidents=[INCIDENT, slow]))
    assert (found.to_detect, found.to_acknowledge, found.to_recover) == (40, 60, 300)


def test_an_incident_without_a_first_sample_says_nothing_about_detection() -> None:
    by_hand = replace(INCIDENT, first_bad_at=None)
    found = means(replace(FACTS, incidents=[by_hand]))
    assert (found.to_detect, found.to_recover) == (None, 270)


def test_nothing_to_mean_is_null() -> None:
    found = means(EMPTY)
    assert (found.to_detect, found.to_acknowledge, found.to_recover) == (None, None, None)


def test_a_good_run_proves_the_criteria() -> None:
    found = {row: kept for row, kept in verdicts(FACTS).items() if kept is not None}
    assert found == dict.fromkeys(("S95", "S96", "S97", "S99", "S108", "S111"), True)


def test_every_acceptance_criterion_is_spoken_of_once() -> None:
    """1G, and in their order."""
    rows = [item.row for item in proofs(EMPTY)]
    assert rows == [f"S{number}" for number in range(95, 113)]


def test_what_was_not_measured_is_no_proof() -> None:
    assert set(verdicts(EMPTY).values()) == {None}


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


def measured(**found: float) -> Facts:
    return replace(EMPTY, measured=Measured(requests=100, journeys=FUNNELS, **found))


@pytest.mark.parametrize(
    ("row", "good", "bad"),
    [
        ("S98", {"health_gap_seconds": 33.0}, {"health_gap_seconds": 33.1}),
        ("S105", {"response_p95_ms": 500.0}, {"response_p95_ms": 501.0}),
        ("S107", {"error_rate": 2.0}, {"error_rate": 2.01}),
        ("S109", {"metrics_gap_seconds": 10.0}, {"metrics_gap_seconds": 40.0}),
    ],
)
def test_what_was_measured_is_held_against_its_limit(
    row: str, good: dict[str, float], bad: dict[str, float]
) -> None:
    assert verdicts(measured(**good))[row] is True
    assert verdicts(measured(**bad))[row] is False
    (shown,) = [item for item in proofs(measured(**bad)) if item.row == row]
    assert (shown.value, (shown.limit or 0) > 0) == (*bad.values(), True)


def test_journeys_are_held_against_their_targets() -> None:
    """S100, S104: 95 of 100 in time, and 95 of 100 arrive."""
    found = verdicts(measured())
    assert (found["S100"], found["S101"], found["S104"]) == (True, None, True)
    slow = figures(
        {
            JourneyKey.SUPPLIER_ONBOARDING: Counter(
                {Cell("", "", Measure.TIMED): 20, Cell("", "", Measure.IN_TIME): 18}
                | {Cell("", "", Measure.SECONDS, 120): 20}
            )
        },
        {},
    )
    assert verdicts(replace(EMPTY, measured=Measured(journeys=slow)))["S100"] is False


@pytest.mark.parametrize(
    ("row", "facts"),
    [
        (
            "S97",
            replace(FACTS, spreads=[Spread("rolled back", replace(SPREAD, within_budget=False))]),
        ),
        ("S108", replace(FACTS, spreads=[Spread("activated", replace(SPREAD, p95_ms=3_001))])),
        (
            "S99",
            replace(
                FACTS,
                incidents=[replace(INCIDENT, alerted_at=NOW + timedelta(seconds=61))],
            ),
        ),
    ],
)
def test_what_was_too_slow_is_broken(row: str, facts: Facts) -> None:
    assert verdicts(facts)[row] is False


def test_a_rehearsal_is_a_proof_of_its_own() -> None:
    state = replace(run(rehearsal()), propagation=HEARD)
    facts = replace(EMPTY, kind="rehearsal", rehearsal=state)
    assert verdicts(facts)["S97"] is True
    assert means(facts).to_detect == state.seconds_to(state.detected_at)
    assert means(facts).to_recover == pytest.approx(3.04)


def test_the_document_has_all_parts() -> None:
    """X15, S119: an analysis that needs no model."""
    found = markdown(FACTS)
    for line in (
        "# Supplier rollout, run 3 (live)",
        "- started 2026-11-23 20:15:00 UTC by david@wedsync.com",
        "| to detect | 30.0 |",
        "| S97 | a rollback reaches everybody within 30 s | kept | 900 ms, 12 of 12 |",
        "| mvp\\_chat | off, 0 % | on, 25 % for supplier |",
        "| 9 | rolled back | 12 of 12 | 210 ms | 900 ms | yes |",
        "- and 4 more",
    ):
        assert line in found


def test_parts_without_content_are_left_out() -> None:
    found = markdown(EMPTY)
    assert "## Incidents" not in found
    assert "## Timeline" not in found


@given(st.text(max_size=200))
def test_what_others_wrote_stays_in_its_cell(written: str) -> None:
    """No new lines, no cells, no links, no HTML."""
    shown = text(written)
    assert "\n" not in shown
    bare = shown.replace("\\\\", "")
    for mark in "|<>[]`#":
        assert bare.count(mark) == bare.count(f"\\{mark}")
