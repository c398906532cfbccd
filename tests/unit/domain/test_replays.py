"""What may be replayed, and how fast (X6)."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import Invalid
from domain.platform.replays import LONGEST_RANGE, Replay

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_time_passes_at_the_speed_that_was_asked_for() -> None:
    plan = Replay.of(NOW, NOW + HOUR, 10)
    assert plan.due(NOW + timedelta(seconds=50)) == 5
    assert plan.due(NOW - HOUR) == 0  # a clock that went back


@pytest.mark.parametrize(
    ("length", "speed", "path"),
    [
        (timedelta(0), 10.0, "from"),
        (-HOUR, 10.0, "from"),
        (LONGEST_RANGE + HOUR, 100_000.0, "to"),
        (HOUR, 0.0, "speed"),
        (HOUR, -1.0, "speed"),
        (HOUR, 100_001.0, "speed"),
        (timedelta(days=3), 10.0, "speed"),
    ],
)
def test_an_impossible_replay_is_refused(length: timedelta, speed: float, path: str) -> None:
    with pytest.raises(Invalid) as refused:
        Replay.of(NOW, NOW + length, speed)
    assert refused.value.path == (path,)
