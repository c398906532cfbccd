"""How far apart ticks are: the promise is 33 s for an interval of 30 s (S62, S98)."""

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain.health.health import worst_detection
from jobs.ticker import pause
from settings import Settings

INTERVAL = 30.0
LATE = 1.0  # seconds that a busy machine may wake a task too late
PROMISED = 33.0

begins = st.floats(1.7e9, 2e9)
runs = st.lists(
    st.tuples(st.floats(0, INTERVAL - 2 * LATE), st.floats(0, LATE)), min_size=2, max_size=120
)


def moments(begin: float, work: Sequence[tuple[float, float]]) -> list[float]:
    """When each tick begins, if the ticks take so long and each is woken so late."""
    now, starts = begin, []
    for seconds, late in work:
        starts.append(now)
        slot = int(now // INTERVAL)
        now += seconds
        now += pause(slot, INTERVAL, now) + late
    return starts


@given(begins, runs)
def test_the_duration_of_ticks_does_not_add_up(
    begin: float, work: list[tuple[float, float]]
) -> None:
    """S98: each begins in a slot of its own, none is skipped, and no gap exceeds the promise."""
    starts = moments(begin, work)
    slots = [int(moment // INTERVAL) for moment in starts]
    assert slots == list(range(slots[0], slots[0] + len(slots)))
    assert max(later - earlier for earlier, later in pairwise(starts)) <= INTERVAL + LATE + 1e-3
    assert INTERVAL + LATE < PROMISED


def test_a_round_of_checks_fits_into_its_interval() -> None:
    """S62, S67: two looks of five seconds and the pause between them, so that none is skipped."""
    settings = Settings(_env_file=None)
    longest = 2 * settings.health_timeout_seconds + settings.health_recheck_seconds
    assert settings.health_interval_seconds == INTERVAL
    assert longest < INTERVAL - LATE


def test_an_outage_is_detected_within_a_minute() -> None:
    """S99, S111: with the default timing."""
    settings = Settings(_env_file=None)
    assert (
        worst_detection(
            settings.health_interval_seconds,
            settings.health_timeout_seconds,
            settings.health_recheck_seconds,
        )
        <= 60
    )
