"""Each comparison of the launch day: it says so where the two accounts differ, and only there."""

import pytest

from tests.launch_day import deliveries, moments, propagation, verdicts
from tests.launch_day.deliveries import Losses, losses
from tests.launch_day.figures import gap_of_checks, longest_gap, quantile, steady
from tests.launch_day.lines import Verdict
from tests.launch_day.moments import Moment, State, both
from tests.launch_day.propagation import Spread
from tests.launch_day.verdicts import (
    BROKEN,
    KEPT,
    NOT_MEASURED,
    ROWS,
    UNKNOWN,
    FixedVerdict,
    Measure,
    Proof,
    RunSeen,
)

LOG = ["a", "b", "c", "d"]
ON, OFF = {"chat": (True, 100.0)}, {"chat": (False, 0.0)}
LIVE = State("ACTIVE", ON, frozenset({1}), {"DATABASE": "HEALTHY"})
SPREAD = Spread(7, total=12, acked=12, complete=True, complete_ms=400, unknown=0)


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        (LOG, Losses(0, 0, 0)),
        (["a", "b", "d"], Losses(1, 0, 0)),
        (["a", "b", "b", "c", "d"], Losses(0, 1, 0)),
        (["a", "c", "b", "d"], Losses(0, 0, 1)),
        (["a", "b", "c", "d", "x"], Losses(0, 1, 0)),
        ([], Losses(4, 0, 0)),
    ],
)
def test_events_that_a_reader_missed_are_listed(heard: list[str], expected: Losses) -> None:
    assert losses(LOG, heard) == expected


def test_events_after_the_log_was_read_are_no_loss() -> None:
    assert deliveries.up_to(["d"], [*LOG, "e"]) == LOG
    assert deliveries.up_to(["d"], ["a", "b"]) == ["a", "b"]
    assert deliveries.up_to([], ["a"]) == ["a"]


def test_a_missed_event_is_a_contradiction() -> None:
    assert deliveries.events(LOG, [LOG, LOG], 3, 0).verdict is Verdict.AGREES
    assert deliveries.events(LOG, [LOG, LOG[1:]], 3, 0).verdict is Verdict.CONTRADICTS
    assert deliveries.events(LOG, [LOG], 3, gaps=1).verdict is Verdict.CONTRADICTS


def test_each_email_arrives_as_often_as_it_is_claimed() -> None:
    assert deliveries.same("e-mails", ["x", "y"], ["y", "x"]).verdict is Verdict.AGREES
    doubled = deliveries.same("e-mails", ["x", "y"], ["x", "x", "y"])
    assert (doubled.verdict, doubled.seen) == (
        Verdict.CONTRADICTS,
        "3 arrived; not claimed: x (1)",
    )
    line = deliveries.same("e-mails", ["x", "y"], ["x"])
    assert (line.verdict, line.claimed) == (
        Verdict.CONTRADICTS,
        "2 delivered; never arrived: y (1)",
    )


def test_only_what_two_looks_agree_in_is_known_of_the_moment_between_them() -> None:
    later = State("ROLLED_BACK", OFF, frozenset({1}), {})
    assert both(LIVE, later, {}) == State(None, None, frozenset({1}), {})
    assert both(LIVE, None, {"API": "HEALTHY"}) == State(None, None, None, {"API": "HEALTHY"})


@pytest.mark.parametrize(
    ("claimed", "expected"),
    [
        (LIVE, Verdict.AGREES),
        (State("PAUSED", ON, frozenset({1}), {"DATABASE": "HEALTHY"}), Verdict.CONTRADICTS),
        (State("ACTIVE", OFF, frozenset({1}), {"DATABASE": "HEALTHY"}), Verdict.CONTRADICTS),
        (State("ACTIVE", ON, frozenset({1, 2}), {"DATABASE": "HEALTHY"}), Verdict.CONTRADICTS),
        (State("ACTIVE", ON, frozenset({1}), {"DATABASE": "CRITICAL"}), Verdict.CONTRADICTS),
        (State("ACTIVE", ON, frozenset({1}), {}), Verdict.CONTRADICTS),
    ],
)
def test_the_state_at_a_moment(claimed: State, expected: Verdict) -> None:
    assert moments.compare(Moment("noon", 5.0, LIVE), claimed).verdict is expected


def test_a_moment_at_which_nothing_was_seen_is_not_judged() -> None:
    nothing = Moment("noon", 5.0, State(None, None, None, {}))
    assert moments.compare(nothing, LIVE).verdict is Verdict.NOT_JUDGED


@pytest.mark.parametrize(
    ("claim", "viewers", "arrived", "lag", "expected"),
    [
        (SPREAD, 10, [100.1, 100.4], 0.0, Verdict.AGREES),
        (SPREAD, 10, [101.3], 0.0, Verdict.AGREES),  # within what a message travels
        (SPREAD, 10, [103.0], 0.0, Verdict.CONTRADICTS),  # heard after it was complete
        (SPREAD, 10, [105.0], 0.6, Verdict.NOT_JUDGED),
        (SPREAD, 13, [100.1], 0.0, Verdict.CONTRADICTS),  # viewers who were not counted
        (Spread(7, 13, 12, False, None, 1), 13, [130.0], 0.0, Verdict.AGREES),
        (SPREAD, 10, [], 0.0, Verdict.AGREES),
    ],
)
def test_complete_means_that_nobody_hears_later(
    claim: Spread, viewers: int, arrived: list[float], lag: float, expected: Verdict
) -> None:
    assert propagation.compare(claim, 100.0, viewers, arrived, lag).verdict is expected


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        (Measure(2.0, 3, "s", 0.5), {KEPT}),
        (Measure(4.0, 3, "s", 0.5), {BROKEN}),
        (Measure(2.8, 3, "s", 0.5), {KEPT, BROKEN, UNKNOWN}),
        (Measure(2.0, 3, "s", 0.5, "a process was lost"), {KEPT, UNKNOWN}),
        (Measure(None, 3, "s", 0.5), {NOT_MEASURED}),
        (Measure(None, 3, "s", 0.5, "a process was lost"), {NOT_MEASURED, UNKNOWN}),
        (Measure(96.0, 95, "%", 0.5, at_least=True), {KEPT}),
        (Measure(94.0, 95, "%", 0.5, at_least=True), {BROKEN}),
        (FixedVerdict(frozenset({BROKEN}), "never rehearsed"), {BROKEN}),
    ],
)
def test_which_verdicts_would_be_true(measure: Measure | FixedVerdict, expected: set[str]) -> None:
    assert measure.allowed() == expected


def test_every_row_of_a_report_is_compared() -> None:
    seen = RunSeen("first run", {row: Measure(1.0, 3, "s", 0.1) for row in ROWS if row != "S95"})
    proofs = [Proof(row, KEPT, "fine") for row in ROWS if row != "S112"]
    proofs = [proof if proof.row != "S97" else Proof("S97", BROKEN, "late") for proof in proofs]
    by_name = {line.name: line.verdict for line in verdicts.compare(seen, proofs)}
    assert {name for name, verdict in by_name.items() if verdict is Verdict.CONTRADICTS} == {
        "S97",  # the driver saw it kept
        "S112",  # it is missing
    }
    assert by_name["S95"] is Verdict.NOT_JUDGED  # the driver has not looked at it
    assert list(by_name) == list(ROWS)


def test_gaps_reach_from_the_beginning_to_the_end() -> None:
    assert longest_gap([], 0, 100) is None
    assert longest_gap([10, 40, 70], 0, 100) == 30
    assert longest_gap([-20, 40, 90], 0, 100) == 60
    assert longest_gap([10, 40], 0, 100) == 60
    gap = gap_of_checks([[("API", 10.0), ("AUTH", 10.0)], [("API", 40.0)]], 0, 50)
    assert gap == 40


def test_a_quantile_is_a_value_that_was_seen() -> None:
    assert quantile([], 95) is None
    assert quantile([3.0, 1.0, 2.0], 50) == 2.0
    assert quantile(map(float, range(1, 101)), 95) == 95.0


def test_a_check_is_known_at_a_moment_where_it_showed_the_same_on_both_sides() -> None:
    pages = [(1.0, {"API": "HEALTHY", "AUTH": "WARNING"}), (9.0, {"API": "HEALTHY", "AUTH": "X"})]
    assert steady(pages, 5.0) == {"API": "HEALTHY"}
    assert steady(pages, 0.5) == {}
    assert steady(pages, 9.5) == {}
