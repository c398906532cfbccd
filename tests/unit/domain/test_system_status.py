"""What users are told of the system's health (S113)."""

import pytest

from domain.health.health import CheckType, HealthStatus
from domain.incidents.incidents import Severity
from domain.overview.system_status import ServiceStatus, summarize

HEALTHY = dict.fromkeys(CheckType, HealthStatus.HEALTHY)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, ServiceStatus.OPERATIONAL),
        ({CheckType.DATABASE: HealthStatus.WARNING}, ServiceStatus.OPERATIONAL),
        ({CheckType.EMAIL: HealthStatus.CRITICAL}, ServiceStatus.DEGRADED),
        ({CheckType.REALTIME: HealthStatus.CRITICAL}, ServiceStatus.DEGRADED),
        ({CheckType.DATABASE: HealthStatus.CRITICAL}, ServiceStatus.OUTAGE),
        ({CheckType.AUTH: HealthStatus.CRITICAL}, ServiceStatus.OUTAGE),
        ({CheckType.API: HealthStatus.UNKNOWN}, ServiceStatus.UNKNOWN),
        (
            {CheckType.API: HealthStatus.UNKNOWN, CheckType.EMAIL: HealthStatus.CRITICAL},
            ServiceStatus.DEGRADED,
        ),
    ],
)
def test_the_worst_that_users_feel_counts(
    changed: dict[CheckType, HealthStatus], expected: ServiceStatus
) -> None:
    assert summarize((HEALTHY | changed).items()).status is expected


def test_effects_are_told_for_what_fails_and_nothing_else() -> None:
    status = summarize((HEALTHY | {CheckType.EMAIL: HealthStatus.CRITICAL}).items())
    assert status.effects == ("E-mails are delayed; links to hand over work.",)


def test_without_any_check_nothing_is_claimed() -> None:
    assert summarize([]).status is ServiceStatus.UNKNOWN


@pytest.mark.parametrize(
    ("severities", "expected"),
    [
        ([], ServiceStatus.OPERATIONAL),
        ([Severity.LOW], ServiceStatus.DEGRADED),
        ([Severity.HIGH, Severity.MEDIUM], ServiceStatus.DEGRADED),
        ([Severity.CRITICAL], ServiceStatus.OUTAGE),
    ],
)
def test_an_incident_that_users_notice_counts(
    severities: list[Severity], expected: ServiceStatus
) -> None:
    """M15: healthy checks do not hide an incident with an impact on users."""
    status = summarize(HEALTHY.items(), severities)
    effect = "Some features do not work as usual. Our team is working on it."
    assert (status.status, status.effects) == (expected, (effect,) if severities else ())
