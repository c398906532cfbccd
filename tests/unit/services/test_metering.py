"""What a process counts in memory (S63, S69)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from db.session import Database
from domain.metrics.metric_folds import BOUNDS, Folded
from services.metrics.metering import BACKLOG, Meter, Tally

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
async def meter() -> AsyncIterator[Meter]:
    """Its database is away, and its clock stands still."""
    unreachable = Database("postgresql+asyncpg://nobody@127.0.0.1:1/none", clock=lambda: NOW)
    yield Meter(unreachable, 10)
    await unreachable.dispose()


def test_a_tally_folds_into_three_metrics() -> None:
    tally = Tally()
    for seconds, failed in ((0.001, False), (0.004, True), (None, True)):
        tally.count(seconds, failed=failed)
    folds = tally.folds()
    assert (folds["requests_total"].total, folds["request_errors_total"].total) == (3, 2)
    times = folds["response_time_ms"]
    assert (times.samples, times.minimum, times.maximum, times.last) == (2, 1.0, 4.0, 4.0)
    assert sum(times.histogram.values()) == 2


def test_an_empty_tally_has_no_folds() -> None:
    assert Tally().folds() == {}


@pytest.mark.parametrize("seconds", [0, 1e-9, 1e6])
def test_every_time_has_a_bucket(seconds: float) -> None:
    tally = Tally()
    tally.count(seconds, failed=False)
    (bucket,) = tally.histogram
    assert 0 <= bucket < len(BOUNDS)


async def test_a_failing_gauge_keeps_the_others(meter: Meter) -> None:
    def broken() -> float:
        raise OSError

    meter.watch("one", broken)
    meter.watch("two", lambda: 7)
    meter.read_gauges()
    assert meter.so_far() == {"two": Folded(1, 7.0, 7.0, 7.0, 7.0)}


async def test_handed_over_counts_still_count_for_the_process(meter: Meter) -> None:
    for _ in range(3):
        meter.count(0.01, failed=False)
        await meter.flush()
    assert meter.so_far()["requests_total"].total == 3


async def test_no_two_hand_overs_have_the_same_time(meter: Meter) -> None:
    """The same source and time would be taken for one that was sent again."""
    for _ in range(3):
        meter.count(0.01, failed=False)
        await meter.flush()
    times = [at for at, _ in meter.waiting]
    assert times == [NOW + timedelta(microseconds=n) for n in range(3)]


async def test_memory_is_bounded_while_the_database_is_away(meter: Meter) -> None:
    for _ in range(BACKLOG + 5):
        meter.count(0.01, failed=False)
        meter.take()
    assert len(meter.waiting) == BACKLOG
