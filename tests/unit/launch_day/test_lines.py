"""What a comparison of the launch day comes to, and how the page says it."""

import pytest

from tests.launch_day.lag import worst
from tests.launch_day.lines import Exit, Line, Verdict, agree, exit_code, promise
from tests.launch_day.page import Summary, page
from tests.launch_day.spread import Change, lines

GOOD = Line("state", "flags", "off", "off", Verdict.AGREES)
LIE = Line("state", "flags", "on", "off", Verdict.CONTRADICTS)
LATE = Line("promises", "rollback", "31 s", "within 30 s", Verdict.BROKEN)
UNSURE = Line("promises", "alert", "61 s", "within 60 s", Verdict.NOT_JUDGED)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([GOOD], Exit.GOOD),
        ([GOOD, UNSURE], Exit.TOO_SLOW),
        ([GOOD, LIE], Exit.BAD),
        ([UNSURE, LATE], Exit.BAD),
        ([UNSURE, LIE], Exit.BAD),
        ([], Exit.GOOD),
    ],
)
def test_the_worst_line_decides_the_exit_code(lines: list[Line], expected: Exit) -> None:
    assert exit_code(lines) is expected


@pytest.mark.parametrize(
    ("seen", "judged", "expected"),
    [
        (29.9, True, Verdict.AGREES),
        (30.0, True, Verdict.AGREES),
        (30.1, True, Verdict.BROKEN),
        (30.1, False, Verdict.NOT_JUDGED),
        (5.0, False, Verdict.AGREES),  # who is slow sees things too late, never too soon
        (None, True, Verdict.BROKEN),
        (None, False, Verdict.BROKEN),
    ],
)
def test_seconds_are_judged_only_where_the_driver_was_quick(
    seen: float | None, judged: bool, expected: Verdict
) -> None:
    assert promise("rollback", seen, 30, judged=judged).verdict is expected


def test_two_measurements_that_differ_are_a_contradiction() -> None:
    assert agree("state", "flags", "on", "off", holds=False) == LIE
    assert agree("state", "flags", "off", "off", holds=True) == GOOD


def test_a_lag_counts_where_it_reaches_into_the_time() -> None:
    samples = [(10.0, 0.1), (12.0, 1.5), (20.0, 8.5)]
    assert worst(samples, 9, 11) == 1.5  # it had begun at 10.5
    assert worst(samples, 9, 10.2) == 0.1
    assert worst(samples, 30, 40) == 0


def test_a_change_is_complete_when_the_last_viewer_has_it() -> None:
    change = Change("rollback", 100.0, [101.0, 104.0, 102.0], lag=0.1, limit=30)
    assert change.seconds == [1.0, 2.0, 4.0]
    assert change.last == 4.0
    assert [line.verdict for line in lines([change])] == [Verdict.AGREES]


def test_a_viewer_who_was_never_told_breaks_the_promise() -> None:
    change = Change("rollback", 100.0, [101.0, None], lag=2.0, limit=30)
    assert change.last is None
    assert [line.verdict for line in lines([change])] == [Verdict.BROKEN]


def test_the_page_ends_with_one_line_that_sums_it_up() -> None:
    summary = Summary(481.0, ["500 viewers"], [(3.2, "first activation")], 0.21, 3.4)
    text = page(summary, [GOOD, LIE, UNSURE])
    assert "     3.2 s  first activation" in text
    assert "  ok  flags: off; off" in text
    assert "  !!  flags\n        CONTRADICTS\n        seen:    on\n        claimed: off" in text
    assert text.splitlines()[-1] == (
        "launch day, 481 s: do not trust it yet: 1 of 3 agree, 1 contradicts, 1 not judged "
        "(driver at most 0.21 s late, load 3.4)"
    )
