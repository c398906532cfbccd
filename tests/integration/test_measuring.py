"""One tick measures each number once, for all phases that ask for it (L2)."""

from datetime import timedelta

from db.session import Database
from domain.metrics.criteria import Aggregation
from domain.metrics.metrics import Measurement
from services.metrics.metric_probe import MetricQuery, MetricReader
from tests.factories.guards import CountingMetricReader
from tests.support.clock import Clock

WINDOW = 60


async def test_runs_older_than_the_window_share_a_measurement(db: Database, clock: Clock) -> None:
    source = CountingMetricReader(lambda: Measurement(1.0, 20))
    reader = MetricReader(db, source)
    for minutes in (2, 3):
        begun = clock() - timedelta(minutes=minutes)
        questions = [MetricQuery("error_rate", Aggregation.RATE, WINDOW, begun)] * 2
        assert [look.value for look in await reader.read_all(questions)] == [1.0, 1.0]
    assert source.count == 1


async def test_a_run_younger_than_the_window_has_its_own_measurement(
    db: Database, clock: Clock
) -> None:
    source = CountingMetricReader(lambda: Measurement(1.0, 20))
    begun = [clock() - timedelta(seconds=seconds) for seconds in (20, 40, 70)]
    questions = [MetricQuery("error_rate", Aggregation.RATE, WINDOW, moment) for moment in begun]
    await MetricReader(db, source).read_all(questions)
    assert source.count == 3


async def test_a_failing_measurement_is_tried_once_per_tick(db: Database) -> None:
    """A provider that hangs costs a tick one wait, not one for each phase."""

    def fail() -> Measurement:
        raise RuntimeError

    source = CountingMetricReader(fail)
    reader = MetricReader(db, source)
    question = MetricQuery("error_rate", Aggregation.RATE, WINDOW)
    problems = [(await reader.read_all([question]))[0].problem for _ in range(2)]
    assert problems == ["RuntimeError in the provider"] * 2
    assert source.count == 1
