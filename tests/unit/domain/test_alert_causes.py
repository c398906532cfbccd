"""What becomes an alert: checks for sure, severe incidents (S67, S68, S99, S111)."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from domain.alerting.alert_causes import HEALTH_INCIDENT, IncidentFacts, cause_of, causes_of
from domain.alerting.alerts import AlertSource, Cause
from domain.health.health import (
    CheckState,
    CheckType,
    HealthSnapshot,
    HealthStatus,
    Reading,
    next_state,
    worst_detection,
)
from domain.incidents.incidents import IncidentStatus, Severity
from services.alerting.store import DATABASE_SECONDS, READ_SECONDS, REDIS_SECONDS
from services.health.health_monitor import DEFAULT_TIMING
from settings import Settings
from tests.unit.domain.builders import NOW

HEALTHY, CRITICAL, UNKNOWN = HealthStatus.HEALTHY, HealthStatus.CRITICAL, HealthStatus.UNKNOWN
INCIDENT = IncidentFacts(
    id=UUID(int=7),
    type="phase_rollback",
    severity=Severity.HIGH,
    title="Phase MVP Emergency Rollback",
    description="errors",
    status=IncidentStatus.OPEN,
    dedup_key=None,
    since=NOW,
    updated_at=NOW,
)


def after(*samples: HealthStatus) -> CheckState:
    """The database check after samples, each ten seconds after the one before."""
    state = CheckState(CheckType.DATABASE)
    for index, status in enumerate(samples):
        moment: datetime = NOW + timedelta(seconds=10 * index)
        error = None if status is HEALTHY else "refused"
        state = next_state(state, Reading(status, 5, error, {}, moment), moment)
    return state


def seen(*samples: HealthStatus) -> list[tuple[bool, str]]:
    causes = causes_of(HealthSnapshot(NOW, (after(*samples),)))
    return [(cause.bad, cause.title) for cause in causes]


DOWN = (True, "Database check is critical")
SILENT = (True, "Database check does not answer")
UP = (False, "Database check is critical")


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        ([HEALTHY], [UP]),
        ([HEALTHY, CRITICAL], []),
        ([HEALTHY, UNKNOWN], []),
        ([HEALTHY, CRITICAL, CRITICAL], [DOWN]),
        ([HEALTHY, UNKNOWN, UNKNOWN], [SILENT]),
        ([CRITICAL], []),
        ([CRITICAL, CRITICAL], [DOWN]),
        ([HEALTHY, CRITICAL, CRITICAL, HEALTHY], []),
        ([HEALTHY, CRITICAL, CRITICAL, HEALTHY, CRITICAL], [DOWN]),
        ([HEALTHY, CRITICAL, CRITICAL, HEALTHY, HEALTHY], [UP]),
    ],
)
def test_only_what_is_sure(samples: list[HealthStatus], expected: list[tuple[bool, str]]) -> None:
    """S67: one bad sample is no alert, one good one is no recovery; no answer is as bad as a no."""
    assert seen(*samples) == expected


def test_a_cause_begins_with_its_first_bad_sample() -> None:
    """S99: not when it became CRITICAL."""
    state = after(HEALTHY, CRITICAL, CRITICAL, CRITICAL)
    (cause,) = causes_of(HealthSnapshot(NOW, (state,)))
    assert cause.since == NOW + timedelta(seconds=10)


def test_a_check_that_is_switched_off_is_no_alert() -> None:
    """Or it would be reminded of for ever."""
    (cause,) = causes_of(HealthSnapshot(NOW, (CheckState(CheckType.EMAIL),)))
    assert not cause.bad


def test_the_default_settings_keep_the_promise() -> None:
    """S67, S99, S111: 30 + 5 + 10 + 5 seconds to be sure, and the rest to tell: 60 at most."""
    settings = Settings(_env_file=None)
    detected = worst_detection(
        settings.health_interval_seconds,
        settings.health_timeout_seconds,
        settings.health_recheck_seconds,
    )
    # Read before the second look and after it, claim, brief: with stores that hang.
    notification_seconds = 2 * READ_SECONDS + REDIS_SECONDS + DATABASE_SECONDS
    assert detected == 50
    assert (DEFAULT_TIMING.interval, DEFAULT_TIMING.recheck) == (30, 10)
    assert detected + notification_seconds <= 55, "a channel has five seconds to take it"


def facts(**changes: object) -> Cause:
    return cause_of(replace(INCIDENT, **changes))  # type: ignore[arg-type]  # fields of it


@pytest.mark.parametrize(
    ("cause", "bad"),
    [
        (facts(), True),
        (facts(status=IncidentStatus.INVESTIGATING), True),
        (facts(severity=Severity.CRITICAL), True),
        (facts(severity=Severity.MEDIUM), False),
        (facts(severity=Severity.LOW), False),
        (facts(status=IncidentStatus.RESOLVED), False),
        (facts(status=IncidentStatus.CLOSED), False),
    ],
)
def test_severe_incidents_while_they_are_open(cause: Cause, bad: bool) -> None:
    assert (cause.bad, cause.source) == (bad, AlertSource.INCIDENT)


def test_an_incident_of_a_check_opens_no_alert_of_its_own() -> None:
    """S68: both are one."""
    assert not facts(type=HEALTH_INCIDENT, dedup_key="health:api").opens
    assert facts(dedup_key="health:api").key == "health:api"
    assert facts().key == f"incident:{INCIDENT.id}"
