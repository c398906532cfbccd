"""What must say by itself that it lives (A29)."""

from datetime import timedelta

import pytest

from domain.health.health import HealthStatus
from domain.health.heartbeats import Heartbeat, parse
from tests.unit.domain.builders import NOW

MINUTE = timedelta(minutes=1)
HEALTHY, CRITICAL, UNKNOWN = HealthStatus.HEALTHY, HealthStatus.CRITICAL, HealthStatus.UNKNOWN


@pytest.mark.parametrize(
    ("beat_minutes", "status"), [(0, HEALTHY), (-5, HEALTHY), (-5.1, CRITICAL), (1, HEALTHY)]
)
def test_silence_beyond_its_limit_is_critical(beat_minutes: float, status: HealthStatus) -> None:
    heartbeat = Heartbeat("worker", 5 * MINUTE, NOW + beat_minutes * MINUTE, NOW - 60 * MINUTE)
    assert heartbeat.status(NOW) is status


@pytest.mark.parametrize(("minutes", "status"), [(5, UNKNOWN), (5.1, CRITICAL)])
def test_a_source_that_never_beat_becomes_overdue(minutes: float, status: HealthStatus) -> None:
    heartbeat = Heartbeat("worker", 5 * MINUTE, None, NOW - minutes * MINUTE)
    assert heartbeat.status(NOW) is status
    assert "never been heard of" in heartbeat.text(NOW)


def test_an_overdue_heartbeat_says_how_long_it_is_silent() -> None:
    heartbeat = Heartbeat("exports", 5 * MINUTE, NOW - 6 * MINUTE, NOW)
    assert heartbeat.title == "No heartbeat of exports"
    assert heartbeat.text(NOW) == "exports was last heard of 360 s ago. It must be within 300 s."


def test_intervals_are_parsed_from_text() -> None:
    intervals = parse("nightly_backup=26h  exports=10m")
    assert intervals == {"nightly_backup": timedelta(hours=26), "exports": 10 * MINUTE}
    assert parse("") == {}


@pytest.mark.parametrize("bad", ["exports", "exports=", "exports=10", "Exports=10m", "a=1m", "=1m"])
def test_a_malformed_interval_is_named(bad: str) -> None:
    with pytest.raises(ValueError, match="is not such as"):
        parse(f"nightly_backup=26h {bad}")
