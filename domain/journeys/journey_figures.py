"""The figures of the funnels (S80, S100 to S104, A37)."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from domain.journeys.journey_counts import WHOLE, Cell, Measure, percentile
from domain.journeys.journeys import JOURNEYS, Journey, JourneyKey, JourneyStep

Cells = Mapping[Cell, int]


@dataclass(frozen=True, slots=True)
class StepFigures:
    """One step of a funnel."""

    step: JourneyStep
    entered: int
    completed: int
    stalled: int
    median_seconds: float | None


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures of everybody who started, or of one vendor type."""

    started: int
    completed: int
    failed: int
    abandoned: int
    in_time: int
    timed: int
    p50_seconds: float | None
    p95_seconds: float | None

    @property
    def ended(self) -> int:
        """The number of runs that have ended."""
        return self.completed + self.failed + self.abandoned

    @property
    def under_way(self) -> int:
        """The number of runs that have started and not ended."""
        return max(self.started - self.ended, 0)

    @property
    def success_rate(self) -> float | None:
        """Completed of all that ended, including abandoned ones, in percent (S104, M16)."""
        return _percent(self.completed, self.ended)

    @property
    def completion_rate(self) -> float | None:
        """Completed of completed and failed, in percent."""
        return _percent(self.completed, self.completed + self.failed)

    @property
    def in_time_rate(self) -> float | None:
        """Within the target, of completed runs with a known duration, in percent."""
        return _percent(self.in_time, self.timed)


@dataclass(frozen=True, slots=True)
class JourneyFigures:
    """One funnel. `by_vendor`: by vendor type, '' where it is not known yet."""

    journey: Journey
    totals: Totals
    steps: tuple[StepFigures, ...]
    by_vendor: Mapping[str, Totals]


def figures(
    counted: Mapping[JourneyKey, Cells], moving: Mapping[JourneyKey, Mapping[str, int]]
) -> tuple[JourneyFigures, ...]:
    """The figures of every journey. `moving`: people who reached a step just now."""
    return tuple(
        _figures(journey, counted.get(key, {}), moving.get(key, {}))
        for key, journey in JOURNEYS.items()
    )


class _Sums:
    """Sums of counts."""

    def __init__(self) -> None:
        self.numbers: Counter[tuple[str, Measure]] = Counter()
        self.durations: defaultdict[str, Counter[int]] = defaultdict(Counter)

    def add(self, cell: Cell, number: int) -> None:
        if cell.measure is not Measure.SECONDS:
            self.numbers[cell.step, cell.measure] += number
        elif number > 0:
            self.durations[cell.step][cell.bucket] += number

    def seconds(self, step: str, share: float) -> float | None:
        return percentile(self.durations.get(step, {}), share)


def _figures(journey: Journey, cells: Cells, moving: Mapping[str, int]) -> JourneyFigures:
    every, vendors = _Sums(), defaultdict[str, _Sums](_Sums)
    for cell, number in cells.items():
        every.add(cell, number)
        if cell.step == WHOLE:
            vendors[cell.vendor_type].add(cell, number)
    by_vendor = {vendor: _totals(sums) for vendor, sums in sorted(vendors.items())}
    return JourneyFigures(
        journey,
        _totals(every),
        tuple(_step(step, every, moving.get(step.key, 0)) for step in journey.steps),
        {vendor: totals for vendor, totals in by_vendor.items() if totals.started},
    )


def _totals(sums: _Sums) -> Totals:
    def number(measure: Measure) -> int:
        return sums.numbers[WHOLE, measure]

    return Totals(
        started=number(Measure.ENTERED),
        completed=number(Measure.COMPLETED),
        failed=number(Measure.FAILED),
        abandoned=number(Measure.ABANDONED),
        in_time=number(Measure.IN_TIME),
        timed=number(Measure.TIMED),
        p50_seconds=sums.seconds(WHOLE, 0.50),
        p95_seconds=sums.seconds(WHOLE, 0.95),
    )


def _step(step: JourneyStep, sums: _Sums, moving: int) -> StepFigures:
    return StepFigures(
        step,
        entered=sums.numbers[step.key, Measure.ENTERED],
        completed=sums.numbers[step.key, Measure.COMPLETED],
        stalled=max(sums.numbers[step.key, Measure.WAITING] - moving, 0),
        median_seconds=sums.seconds(step.key, 0.50),
    )


def _percent(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None
