"""How readings become a status (S5, S25, S65, S67, A25)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.health.health import (
    CHECK_IDS,
    CHECKS_BY_ID,
    CheckState,
    CheckType,
    HealthSnapshot,
    HealthStatus,
    Outcome,
    ProbeResult,
    Reading,
    as_seen,
    changed_at,
    disabled,
    is_stale,
    is_suspect,
    judge,
    next_state,
    overall,
    resumed,
)

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
EVERY = timedelta(seconds=30)

HEALTHY, WARNING = HealthStatus.HEALTHY, HealthStatus.WARNING
CRITICAL, UNKNOWN = HealthStatus.CRITICAL, HealthStatus.UNKNOWN

# One letter a reading: g good, s slow, f failed, t timed out.
LETTERS = {"g": HEALTHY, "s": WARNING, "f": CRITICAL, "t": UNKNOWN}
READINGS = st.text(alphabet="gsft", max_size=40)


def reading(letter: str, at: datetime = NOW) -> Reading:
    status = LETTERS[letter]
    return Reading(status, 5, None if letter == "g" else f"because {letter}", {}, at)


def after(letters: str, start: CheckState | None = None) -> CheckState:
    """The state after these readings, one every 30 seconds."""
    state = start or CheckState(CheckType.EMAIL)
    for index, letter in enumerate(letters):
        at = NOW + index * EVERY
        state = next_state(state, reading(letter, at), at)
    return state


@pytest.mark.parametrize(
    ("letters", "status"),
    [
        ("", UNKNOWN),
        ("g", HEALTHY),
        ("s", WARNING),
        ("f", UNKNOWN),
        ("ff", CRITICAL),
        ("gf", WARNING),
        ("gff", CRITICAL),
        ("gfg", HEALTHY),
        ("gfgf", WARNING),
        ("gs", WARNING),
        ("gsg", HEALTHY),
        ("gt", WARNING),
        ("gtt", UNKNOWN),
        ("gtf", CRITICAL),
        ("gft", CRITICAL),
        ("gfftt", CRITICAL),
        ("gttf", CRITICAL),
        ("gffg", CRITICAL),
        ("gffgg", HEALTHY),
        ("gffgs", WARNING),
        ("gffgfg", CRITICAL),
        ("gttg", UNKNOWN),
        ("gttgg", HEALTHY),
    ],
)
def test_table_of_readings(letters: str, status: HealthStatus) -> None:
    """S67: bad on the second failure, good after two passes; S5: UNKNOWN is timed out twice."""
    assert after(letters).status is status


@pytest.mark.parametrize(
    ("outcome", "milliseconds", "status"),
    [
        (Outcome.PASSED, 500, HEALTHY),
        (Outcome.PASSED, 501, WARNING),
        (Outcome.DEGRADED, 5, WARNING),
        (Outcome.FAILED, 5, CRITICAL),
        (Outcome.FAILED, 900, CRITICAL),
        (Outcome.TIMED_OUT, 5000, UNKNOWN),
    ],
)
def test_judge(outcome: Outcome, milliseconds: int, status: HealthStatus) -> None:
    """S65: healthy but slow is a WARNING; S66: the time is kept for failures too."""
    reading = judge(ProbeResult(outcome, milliseconds, "text"), NOW)
    assert (reading.status, reading.response_time_ms, reading.at) == (status, milliseconds, NOW)


def test_slow_says_how_slow() -> None:
    """S65: the reason names the number and the limit."""
    reading = judge(ProbeResult(Outcome.PASSED, 812), NOW)
    assert reading.error == "812 ms (limit 500 ms)"


def test_only_a_first_failure_is_suspect() -> None:
    """S67: only the first failure is looked at again after ten seconds."""
    assert [is_suspect(after(letters)) for letters in ("g", "gf", "gff", "gfg")] == [
        False,
        True,
        False,
        False,
    ]


def test_reason_stays_while_it_recovers() -> None:
    """S67: after one good reading it is still CRITICAL, and still says why."""
    assert after("gffg").error == "because f"
    assert after("gffgg").error is None


def test_since_moves_only_with_the_status() -> None:
    """S5: `since` is when the present status began."""
    assert after("gggg").since == NOW
    assert after("ggff").since == NOW + 3 * EVERY
    assert after("ggffff").since == NOW + 3 * EVERY


def test_four_changes_in_ten_minutes_are_flapping() -> None:
    """A25: more noise than news."""
    assert after("gsgs").flapping
    assert not after("gsg").flapping


def test_flapping_ends_with_quiet() -> None:
    """A25: after ten minutes without a change it is over."""
    assert after("gsgsg" + "g" * 17).flapping
    assert not after("gsgsg" + "g" * 18).flapping


def test_stale_after_two_intervals() -> None:
    """S5: UNKNOWN when the last sample is older than two intervals."""
    state = after("g")
    assert not is_stale(state, NOW + 2 * EVERY, EVERY)
    seen = as_seen(state, NOW + timedelta(seconds=61), EVERY)
    assert (seen.status, seen.stale, seen.checked_at) == (UNKNOWN, True, NOW)


def test_fresh_is_seen_as_it_is() -> None:
    """S5: a state that was stale once is not so for ever."""
    state = replace(after("g"), stale=True)
    assert as_seen(state, NOW + EVERY, EVERY) == after("g")


def test_disabled_is_unknown() -> None:
    """S5: nobody may rely on a check that is switched off."""
    state = disabled(after("g"))
    assert (state.status, state.checked_at, state.error) == (
        UNKNOWN,
        None,
        "this check is disabled",
    )


def test_failures_before_a_pause_do_not_count() -> None:
    """S67: an hour between two failures is no row of failures."""
    state = resumed(after("gf"), NOW + timedelta(hours=1), EVERY)
    assert next_state(state, reading("f"), NOW).status is WARNING
    assert resumed(after("gf"), NOW + EVERY, EVERY) == after("gf")


@pytest.mark.parametrize(
    ("statuses", "worst"),
    [
        ([], UNKNOWN),
        ([HEALTHY, HEALTHY], HEALTHY),
        ([HEALTHY, WARNING], WARNING),
        ([WARNING, UNKNOWN], UNKNOWN),
        ([UNKNOWN, CRITICAL, HEALTHY], CRITICAL),
    ],
)
def test_overall_is_the_worst(statuses: list[HealthStatus], worst: HealthStatus) -> None:
    """S25: one bad part is enough."""
    states = [CheckState(CheckType.API, status=status) for status in statuses]
    assert overall(states) is worst
    assert HealthSnapshot(NOW, tuple(states)).overall is worst


def test_snapshot_knows_every_check() -> None:
    """S5: what was never looked at is UNKNOWN."""
    snapshot = HealthSnapshot(NOW, (after("g"),))
    assert snapshot.state(CheckType.EMAIL).status is HEALTHY
    assert snapshot.state(CheckType.API).status is UNKNOWN


def test_ids_are_fixed() -> None:
    """Global ids work without a database and stay for ever."""
    assert {CHECKS_BY_ID[key] for key in CHECK_IDS.values()} == set(CheckType)
    assert str(CHECK_IDS[CheckType.DATABASE]) == "39d1b165-3c28-5ee5-8aef-1cd1a85c94f7"


@given(READINGS)
def test_a_single_failure_is_never_critical(letters: str) -> None:
    """S67: from good, no single failure makes it CRITICAL or UNKNOWN."""
    state = after(letters + "gg")
    assert next_state(state, reading("f"), NOW).status is WARNING


@given(READINGS, st.sampled_from(["ff", "tf", "ft"]))
def test_two_failures_are_always_critical(letters: str, failures: str) -> None:
    """S67: whatever was before; A25: the failure threshold is two."""
    assert after(letters + failures).status is CRITICAL


@given(READINGS)
def test_two_passes_always_recover(letters: str) -> None:
    """S67: no past keeps a good part from being HEALTHY."""
    assert after(letters + "gg").status is HEALTHY


@given(READINGS)
def test_bad_is_left_only_after_two_passes(letters: str) -> None:
    """S67: recover after two good, never after one."""
    state = after(letters + "ff")
    assert next_state(state, reading("g"), NOW).status is CRITICAL


@given(READINGS)
def test_a_bad_status_always_has_a_reason(letters: str) -> None:
    """S66: whoever sees a status other than HEALTHY can read why."""
    state = after(letters)
    assert state.status is HEALTHY or not letters or state.error


@given(READINGS)
def test_counters_and_changes_agree(letters: str) -> None:
    """A25: one counter is always zero, and changes are in order within ten minutes."""
    state = after(letters)
    assert state.consecutive_failures == 0 or state.consecutive_successes == 0
    assert list(state.changes) == sorted(state.changes)
    assert not state.changes or state.changes[-1] == state.since


@pytest.mark.parametrize(
    ("letters", "then", "index"),
    [
        ("g", "ff", 1),  # an outage begins with its first bad sample
        ("g", "tt", 1),
        ("g", "tf", 1),
        ("gff", "gg", 4),  # it ends when two passes have made it sure
        ("g", "s", 1),
        ("gffg", "fgg", 6),
    ],
)
def test_a_status_began_with_the_sample_that_it_is_about(
    letters: str, then: str, index: int
) -> None:
    """L6: not when the second sample confirmed it, and not when it was stored."""
    before, state = after(letters), after(letters + then)
    assert state.status is not before.status
    assert changed_at(before, state) == NOW + index * EVERY


def test_a_status_never_begins_before_the_one_that_it_follows() -> None:
    """L6: two workers that do not see each other's samples store in turn."""
    previous = replace(after("g"), since=NOW + timedelta(minutes=5))
    assert changed_at(previous, after("ff")) == previous.since
