"""The numbers of the funnels (SPEC S80, S100 to S104, A37)."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from domain.journey_counts import WHOLE, Cell, Measure, percentile
from domain.journeys import JOURNEYS, Journey, JourneyKey, JourneyStep

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
    """Of all who began, or of those of one vendor type."""

    started: int
    completed: int
    failed: int
    abandoned: int
    in_time: int
    timed: int
    p50_seconds: float | None
    p95_seconds: float | None

    @property
    def success_rate(self) -> float | None:
        """Completed of completed and failed, in percent; leaving is no failure (SPEC S104)."""
        return _percent(self.completed, self.completed + self.failed)

    @property
    def in_time_rate(self) -> float | None:
        """Within the target, of the completed ones whose duration is known, in percent."""
        return _percent(self.in_time, self.timed)


@dataclass(frozen=True, slots=True)
class JourneyFigures:
    """One funnel. `by_vendor`: vendor types by their names, '' for who has not said it yet."""

    journey: Journey
    totals: Totals
    steps: tuple[StepFigures, ...]
    by_vendor: Mapping[str, Totals]


def figures(
    counted: Mapping[JourneyKey, Cells], moving: Mapping[JourneyKey, Mapping[str, int]]
) -> tuple[JourneyFigures, ...]:
    """Every journey. `moving`: how many came to a step just now, and so do not stand still."""
    return tuple(
        _figures(journey, counted.get(key, {}), moving.get(key, {}))
        for key, journey in JOURNEYS.items()
    )


def _figures(journey: Journey, cells: Cells, moving: Mapping[str, int]) -> JourneyFigures:
    every, vendors = Counter[Cell](), defaultdict[str, Counter[Cell]](Counter)
    for cell, number in cells.items():
        anybodys = cell._replace(vendor_type="")
        every[anybodys] += number
        if cell.step == WHOLE:
            vendors[cell.vendor_type][anybodys] += number
    by_vendor = {vendor: _totals(found) for vendor, found in sorted(vendors.items())}
    return JourneyFigures(
        journey,
        _totals(every),
        tuple(_step(step, every, moving.get(step.key, 0)) for step in journey.steps),
        {vendor: totals for vendor, totals in by_vendor.items() if totals.started},
    )


def _totals(cells: Cells) -> Totals:
    durations = _durations(cells, WHOLE)

    def number(measure: Measure) -> int:
        return cells.get(Cell("", WHOLE, measure), 0)

    return Totals(
        started=number(Measure.ENTERED),
        completed=number(Measure.COMPLETED),
        failed=number(Measure.FAILED),
        abandoned=number(Measure.ABANDONED),
        in_time=number(Measure.IN_TIME),
        timed=number(Measure.TIMED),
        p50_seconds=percentile(durations, 0.50),
        p95_seconds=percentile(durations, 0.95),
    )


def _step(step: JourneyStep, cells: Cells, moving: int) -> StepFigures:
    waiting = cells.get(Cell("", step.key, Measure.WAITING), 0)
    return StepFigures(
        step,
        entered=cells.get(Cell("", step.key, Measure.ENTERED), 0),
        completed=cells.get(Cell("", step.key, Measure.COMPLETED), 0),
        stalled=max(waiting - moving, 0),
        median_seconds=percentile(_durations(cells, step.key), 0.50),
    )


def _durations(cells: Cells, step: str) -> Mapping[int, int]:
    return {
        cell.bucket: number
        for cell, number in cells.items()
        if cell.step == step and cell.measure is Measure.SECONDS and number > 0
    }


def _percent(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None
