"""When people are notified, and when they are left in peace (S67, A25, A26, A30, A31)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.alerting.alerts import (
    Alert,
    AlertKind,
    AlertRules,
    AlertSource,
    Cause,
    follow,
    is_over,
    newest,
    pass_time,
)
from domain.incidents.incidents import Severity
from tests.unit.domain.builders import NOW

BAD = Cause(
    key="health:database",
    source=AlertSource.HEALTH,
    bad=True,
    severity=Severity.HIGH,
    title="Database check is critical",
    text="Database: refused",
    since=NOW,
    at=NOW,
)
GOOD = replace(BAD, bad=False, text="Database works again.")
WORSE = replace(BAD, severity=Severity.CRITICAL)
TAKEN = replace(BAD, source=AlertSource.INCIDENT, acknowledged=True)
GIVEN_BACK = replace(TAKEN, acknowledged=False)
TIME = None  # nothing is seen, but the clock moves

FIRING, REMINDER = AlertKind.FIRING, AlertKind.REMINDER
RESOLVED, WORSE_NOW = AlertKind.RESOLVED, AlertKind.WORSE
Seen = tuple[float, Cause | None]


class Story:
    """What happens to one cause, and what people are notified."""

    def __init__(self) -> None:
        self.now: datetime = NOW
        self.alert: Alert | None = None
        self.notified: list[tuple[datetime, AlertKind]] = []

    def see(self, minutes: float, cause: Cause | None, *, silent: bool = False) -> None:
        self.now += timedelta(minutes=minutes)
        if cause is not None:
            step = follow(self.alert, replace(cause, at=self.now), self.now, silent=silent)
        else:
            step = pass_time(self.alert, self.now, silent=silent) if self.alert else None
        if step is not None:
            self.alert = step.alert
        if step is not None and step.notification is not None:
            self.notified.append((self.now, step.notification))


def notified(*seen: Seen) -> list[AlertKind]:
    story = Story()
    for minutes, cause in seen:
        story.see(minutes, cause)
    return [kind for _, kind in story.notified]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ([(0, GOOD)], []),
        ([(0, BAD)], [FIRING]),
        ([(0, BAD), (0.5, BAD), (0.5, BAD)], [FIRING]),
        ([(0, BAD), (14.9, BAD)], [FIRING]),
        ([(0, BAD), (15, BAD)], [FIRING, REMINDER]),
        ([(0, BAD), (15, TIME), (1, TIME), (14, TIME)], [FIRING, REMINDER, REMINDER]),
        ([(0, BAD), (1, GOOD)], [FIRING, RESOLVED]),
        ([(0, BAD), (1, GOOD), (1, GOOD), (60, TIME)], [FIRING, RESOLVED]),
        ([(0, BAD), (1, GOOD), (1, BAD)], [FIRING, RESOLVED, FIRING]),
        ([(0, BAD), (1, WORSE), (1, WORSE)], [FIRING, WORSE_NOW]),
        ([(0, WORSE), (1, BAD)], [FIRING]),
        ([(0, BAD), (1, TAKEN), (30, BAD), (30, TIME)], [FIRING]),
        ([(0, BAD), (1, TAKEN), (30, BAD), (1, GOOD)], [FIRING, RESOLVED]),
        ([(0, BAD), (1, TAKEN), (30, GIVEN_BACK), (1, BAD)], [FIRING, REMINDER]),
    ],
)
def test_notifications_follow_the_states_of_a_cause(
    seen: list[Seen], expected: list[AlertKind]
) -> None:
    """S67: on change, every 15 minutes while it lasts and nobody took it, and at its end."""
    assert notified(*seen) == expected


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ([(0, True), (1, True)], []),
        ([(0, True), (1, False)], [FIRING]),
    ],
)
def test_silence_is_made_up_for(seen: list[tuple[float, bool]], expected: list[AlertKind]) -> None:
    """A28: what lasts longer than the silence is notified when that ends."""
    story = Story()
    for minutes, silent in seen:
        story.see(minutes, BAD, silent=silent)
    assert [kind for _, kind in story.notified] == expected


def test_an_unannounced_alert_resolves_silently() -> None:
    """uptime-kuma#2069: no UP without a DOWN."""
    story = Story()
    story.see(0, BAD, silent=True)
    story.see(1, WORSE, silent=True)
    story.see(1, GOOD)
    assert story.notified == []
    assert story.alert is not None
    assert not story.alert.open


def test_a_flapping_one_has_to_prove_itself() -> None:
    """uptime-kuma#3031: the third time within half an hour its end waits for five good minutes."""
    up_and_down = [(1.0, BAD), (1.0, GOOD)]
    assert notified(*up_and_down * 8) == [FIRING, RESOLVED, FIRING, RESOLVED, FIRING]
    assert notified(*up_and_down * 8, (4.9, TIME), (0.1, TIME))[-1] is RESOLVED
    assert (
        notified(*up_and_down * 8, (4.9, TIME), (0.05, BAD), (1, GOOD), (4.9, TIME))[-1] is FIRING
    )


def test_a_long_peace_forgives_the_flapping() -> None:
    seen: list[Seen] = [(1.0, BAD), (1.0, GOOD)] * 2
    assert notified(*seen, (60, BAD), (1, GOOD))[-2:] == [FIRING, RESOLVED]


def test_a_cause_has_one_alert() -> None:
    """S68: the incident that a check opens is no second alert, and does not end the first."""
    opened = replace(BAD, source=AlertSource.INCIDENT)
    assert notified((0, BAD), (0, opened), (1, replace(opened, bad=False)), (1, BAD)) == [FIRING]


def test_a_consequence_of_a_check_opens_no_alert() -> None:
    """A check that is well again and whose incident somebody keeps open."""
    acknowledged = replace(TAKEN, opens=False)
    assert notified((0, BAD), (1, GOOD), (1, acknowledged)) == [FIRING, RESOLVED]


def test_a_raised_one_ends_with_its_incident() -> None:
    raised = replace(BAD, source=AlertSource.RAISED)
    closed = replace(GOOD, source=AlertSource.INCIDENT)
    assert notified((0, raised), (1, closed)) == [FIRING, RESOLVED]


def test_an_alert_begins_with_the_first_bad_sample() -> None:
    """S99: the moment of the first bad sample, however late it is decided."""
    step = follow(None, BAD, NOW + timedelta(seconds=20))
    assert step is not None
    assert (step.alert.since, step.alert.opened_at) == (NOW, NOW + timedelta(seconds=20))


def test_an_observation_older_than_the_last_step_is_ignored() -> None:
    """Rounds of two workers overlap: a slow one must not fire again what is over by then."""
    opened = follow(None, replace(BAD, at=NOW + timedelta(seconds=1)), NOW)
    assert opened is not None
    assert follow(opened.alert, GOOD, NOW + timedelta(seconds=9)) is None
    closed = follow(opened.alert, replace(GOOD, at=NOW + timedelta(seconds=5)), NOW)
    assert closed is not None
    slow = replace(BAD, at=NOW + timedelta(seconds=4))
    assert follow(closed.alert, slow, NOW + timedelta(seconds=9)) is None
    assert follow(closed.alert, replace(slow, at=NOW + timedelta(seconds=6)), NOW) is not None
    assert follow(closed.alert, replace(slow, at=NOW - timedelta(hours=1)), NOW) is not None


def test_the_newest_of_all_stores_counts() -> None:
    """A26: whichever store kept it."""
    opened = follow(None, BAD, NOW)
    assert opened is not None
    closed = follow(opened.alert, GOOD, NOW)
    assert closed is not None
    old, new = {BAD.key: opened.alert}, {BAD.key: closed.alert}
    assert newest(old, new, {}) == newest(new, {}, old) == new


def test_an_alert_that_ended_long_ago_is_forgotten() -> None:
    opened = follow(None, BAD, NOW)
    assert opened is not None
    assert not is_over(opened.alert, NOW + timedelta(days=9))
    closed = follow(opened.alert, GOOD, NOW)
    assert closed is not None
    assert not is_over(closed.alert, NOW + timedelta(hours=23))
    assert is_over(closed.alert, NOW + timedelta(hours=25))


CAUSES = st.sampled_from([BAD, GOOD, WORSE, TAKEN, GIVEN_BACK, TIME])
STORIES = st.lists(st.tuples(st.floats(0, 20), CAUSES, st.booleans()), max_size=80)


@given(STORIES)
def test_never_two_openings_without_an_end(seen: list[tuple[float, Cause | None, bool]]) -> None:
    """A25, A30: FIRING, then anything but FIRING, then RESOLVED; and so on."""
    story = Story()
    for minutes, cause, silent in seen:
        story.see(minutes, cause, silent=silent)
    burning = False
    for _, kind in story.notified:
        assert burning is (kind is not FIRING)
        burning = kind is not RESOLVED


@given(st.lists(st.tuples(st.floats(0, 3), st.sampled_from([BAD, GOOD, TIME])), max_size=150))
def test_a_flapping_cause_sends_few_notifications(seen: list[Seen]) -> None:
    """fluxcd/flagger#427: whatever a check does, few messages come in any half hour."""
    story = Story()
    for minutes, cause in seen:
        story.see(minutes, cause)
    opened = [at for at, kind in story.notified if kind is FIRING]
    for begin in opened:
        within = [at for at in opened if begin <= at < begin + timedelta(minutes=30)]
        assert len(within) <= 9


@given(STORIES)
def test_every_change_is_a_new_revision(seen: list[tuple[float, Cause | None, bool]]) -> None:
    """A26: two processes that make the same step make the same revision, so one of them wins."""
    story = Story()
    for minutes, cause, silent in seen:
        before = story.alert
        story.see(minutes, cause, silent=silent)
        if story.alert is not None and story.alert is not before:
            assert story.alert.revision == (before.revision if before else 0) + 1


def test_rules_are_those_of_the_specification() -> None:
    """A25: a reminder every 15 minutes."""
    assert AlertRules().remind_after == timedelta(minutes=15)
