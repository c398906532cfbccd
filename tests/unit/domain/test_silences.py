"""Planned work: what it covers, and what people are told of it afterwards (A28)."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from domain.actors import ActorKind, ActorRef
from domain.alerting.alert_causes import silenced_until
from domain.alerting.alerts import Alert, AlertKind, AlertSource, Cause, follow, pass_time
from domain.alerting.silences import (
    Silence,
    SilenceStatus,
    check_times,
    covering,
    is_forgotten,
    newest,
    suppression_reason,
    unique,
)
from domain.errors import Invalid
from domain.events.alerts import SilenceChanged
from domain.health.health import CheckType
from tests.unit.domain.builders import NOW
from tests.unit.domain.test_alerts import BAD, GOOD

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DATABASE, EMAIL = CheckType.DATABASE, CheckType.EMAIL
PLANNED, IN_FORCE, OVER = SilenceStatus
ALL = Silence(
    id=UUID(int=1),
    starts_at=NOW,
    ends_at=NOW + HOUR,
    reason="new disks",
    created_by=ActorRef(ActorKind.USER, UUID(int=7), "ann@wedsync.com"),
    created_at=NOW - DAY,
)
LONG = replace(ALL, id=UUID(int=2), ends_at=NOW + 2 * HOUR, checks=(DATABASE,))


@pytest.mark.parametrize(
    ("minutes", "status"),
    [(-0.1, PLANNED), (0, IN_FORCE), (59.9, IN_FORCE), (60, OVER), (9_999, OVER)],
)
def test_a_silence_excludes_its_end(minutes: float, status: SilenceStatus) -> None:
    at = NOW + minutes * MINUTE
    assert ALL.status(at) is status
    assert ALL.covers(DATABASE, at) is (status is IN_FORCE)


@pytest.mark.parametrize(
    ("key", "source", "expected"),
    [
        ("health:database", AlertSource.HEALTH, LONG.ends_at),
        ("health:email", AlertSource.HEALTH, ALL.ends_at),
        ("watcher:health", AlertSource.RAISED, ALL.ends_at),
        ("criterion:1:errors", AlertSource.INCIDENT, None),
        ("health:database", AlertSource.INCIDENT, None),
    ],
)
def test_reported_incidents_are_never_silenced(
    key: str, source: AlertSource, expected: datetime | None
) -> None:
    assert silenced_until([ALL, LONG], key, source, NOW) == expected


def test_a_silence_of_one_check_is_not_one_of_all() -> None:
    assert covering([LONG], DATABASE, NOW) is LONG
    assert covering([LONG], EMAIL, NOW) is covering([LONG], None, NOW) is None


def test_criteria_wait_unless_it_says_otherwise() -> None:
    both = [DATABASE, EMAIL]
    assert suppression_reason([ALL], NOW, both) == "silence until 21:15:00 UTC (new disks)"
    assert suppression_reason([replace(ALL, holds_criteria=False)], NOW, both) is None
    assert suppression_reason([ALL], NOW - MINUTE, both) is None


@pytest.mark.parametrize(
    ("silence", "checks", "is_held"),
    [
        (ALL, [EMAIL], True),
        (ALL, [], False),
        (LONG, [DATABASE, EMAIL], True),
        (LONG, [EMAIL], False),
        (LONG, [], False),
    ],
)
def test_only_what_depends_on_it_waits(
    silence: Silence, checks: list[CheckType], *, is_held: bool
) -> None:
    """L16: a silence of the database holds no criterion of mail."""
    assert (suppression_reason([silence], NOW, checks) is not None) is is_held


def test_of_two_copies_the_shorter_is_the_newer() -> None:
    ended = replace(ALL, ends_at=NOW + MINUTE, ended_early=True)
    assert newest([ALL], [ended], [ALL]) == newest([ended], [ALL]) == [ended]


def test_a_silence_is_kept_for_readings_that_are_stored_late() -> None:
    assert not is_forgotten(ALL, ALL.ends_at + 2 * DAY)
    assert is_forgotten(ALL, ALL.ends_at + 2 * DAY + MINUTE)


def test_naming_every_check_is_a_silence_of_all() -> None:
    assert unique([EMAIL, DATABASE, EMAIL]) == (DATABASE, EMAIL)
    assert unique(list(CheckType)) == unique(None) == ()


@pytest.mark.parametrize("start", [None, NOW, NOW - DAY])
def test_a_silence_begins_now_at_the_earliest(start: datetime | None) -> None:
    assert check_times(start, NOW + HOUR, NOW) == NOW


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        (None, NOW, "endsAt"),
        (None, NOW - HOUR, "endsAt"),
        (NOW + HOUR, NOW + HOUR, "endsAt"),
        (None, NOW + 7 * DAY + MINUTE, "endsAt"),
        (NOW + 91 * DAY, NOW + 92 * DAY, "startsAt"),
    ],
)
def test_times_that_make_no_sense(start: datetime | None, end: datetime, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_times(start, end, NOW)
    assert refused.value.path == ("input", field)


def test_the_event_of_a_silence_names_its_checks_and_end() -> None:
    summary = SilenceChanged(silence=LONG).summary
    assert summary == "Silence of database until 2026-11-23 22:15:00 UTC: new disks"
    early = SilenceChanged(silence=replace(ALL, ended_early=True)).summary
    assert early == "Silence of all checks ended early: new disks"


def silenced(cause: Cause = BAD) -> Alert:
    step = follow(None, cause, NOW, silenced_until=ALL.ends_at)
    assert step is not None
    assert step.notification is None
    return step.alert


def test_an_alert_within_a_silence_is_not_announced() -> None:
    step = follow(silenced(), replace(GOOD, at=NOW + MINUTE), NOW + MINUTE)
    assert step is not None
    assert (step.notification, step.alert.open, step.alert.silenced_until) == (
        None,
        False,
        ALL.ends_at,
    )


def test_an_alert_that_outlasts_a_silence_is_announced_once() -> None:
    """And its latency counts from then: nobody was to be told before (S99)."""
    alert = silenced()
    assert pass_time(alert, NOW + MINUTE, silenced_until=ALL.ends_at) is None
    step = pass_time(alert, ALL.ends_at)
    assert step is not None
    assert step.notification is AlertKind.FIRING
    assert (step.alert.since, step.alert.audible_since) == (NOW, ALL.ends_at)
    assert pass_time(step.alert, ALL.ends_at + MINUTE) is None


def test_without_channels_it_comes_to_an_end_too() -> None:
    step = pass_time(silenced(), ALL.ends_at, silent=True)
    assert step is not None
    assert (step.notification, step.alert.silenced_until, step.alert.announced) == (
        None,
        None,
        False,
    )


def test_an_alert_announced_before_a_silence_still_announces_its_end() -> None:
    """A25: whoever was told that it broke is told that it works."""
    step = follow(None, BAD, NOW)
    assert step is not None
    until = NOW + DAY
    assert pass_time(step.alert, NOW + HOUR, silenced_until=until) is None
    later = NOW + 2 * HOUR
    end = follow(step.alert, replace(GOOD, at=later), later, silenced_until=until)
    assert end is not None
    assert end.notification is AlertKind.RESOLVED
