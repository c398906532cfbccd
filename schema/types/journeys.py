"""Funnels (S80, S100 to S104, A37)."""

from collections.abc import Iterable
from weakref import WeakKeyDictionary

import strawberry

from domain.actors import VendorType as Vendor
from domain.journeys import journey_figures as domain
from domain.platform.percent import Percent
from schema.enums import VendorType
from schema.results import SharedResults
from services.overview.metric_board import JourneySnapshot

_RATE = (
    "Completed runs of those that completed or failed, in percent, without "
    "abandoned ones. Null if there are none."
)
_OLD_RATE = "Use successRate, which counts those who left as well; remove after 2027-06-30."
_SUCCESS = (
    "Completed runs of all that ended, in percent; the target is 95 %. Null if none has ended."
)
_ENDED = "How many have ended: completed, failed or abandoned."
_UNDER_WAY = "How many have started and not ended."


@strawberry.type(description="One step of a journey.")
class JourneyStep:
    """A step with counts of the journey runs that began in the window."""

    key: str = strawberry.field(description="The key.")
    title: str = strawberry.field(description="Its heading.")
    entered: int = strawberry.field(description="How many reached it.")
    completed: int = strawberry.field(description="How many completed it.")
    stalled: int = strawberry.field(
        description="How many have been inactive at it for five minutes without abandoning it."
    )
    median_seconds: float | None = strawberry.field(
        description="The median time from the previous step, in seconds."
    )


@strawberry.type(description="A journey of suppliers of one vendor type.")
class JourneyBreakdown:
    """The totals of a journey for one kind of business."""

    vendor_type: VendorType | None = strawberry.field(
        description="The vendor type; null if it is not known yet."
    )
    started: int = strawberry.field(description="How many started.")
    completed: int = strawberry.field(description="How many completed.")
    failed: int = strawberry.field(description="How many failed.")
    abandoned: int = strawberry.field(description="How many abandoned it.")
    ended: int = strawberry.field(description=_ENDED)
    under_way: int = strawberry.field(description=_UNDER_WAY)
    success_rate: Percent | None = strawberry.field(description=_SUCCESS)
    completion_rate: Percent | None = strawberry.field(
        description=_RATE, deprecation_reason=_OLD_RATE
    )
    p50_seconds: float | None = strawberry.field(
        description="The median duration of completed runs, in seconds."
    )
    p95_seconds: float | None = strawberry.field(
        description="The 95th percentile of the duration of completed runs, in seconds."
    )

    @classmethod
    def of(cls, vendor_type: str, totals: domain.Totals) -> "JourneyBreakdown":
        """Build the object from totals."""
        return cls(
            vendor_type=Vendor(vendor_type) if vendor_type else None,
            started=totals.started,
            completed=totals.completed,
            failed=totals.failed,
            abandoned=totals.abandoned,
            ended=totals.ended,
            under_way=totals.under_way,
            success_rate=_percent(totals.success_rate),
            completion_rate=_percent(totals.completion_rate),
            p50_seconds=totals.p50_seconds,
            p95_seconds=totals.p95_seconds,
        )


@strawberry.type(description="The outcome of the runs that began in the window.")
class Journey:
    """A funnel. Each run is counted once; seconds are right within 2.5 percent."""

    key: str = strawberry.field(description="The key.")
    title: str = strawberry.field(description="Its name for people.")
    started: int = strawberry.field(description="How many started.")
    completed: int = strawberry.field(description="How many completed.")
    failed: int = strawberry.field(
        description="How many failed: they asked for help and never completed, their link ended "
        "after they had opened it, or an error of the system prevented the sign-up."
    )
    abandoned: int = strawberry.field(
        description="How many abandoned it: no step for a day, or a declined invitation."
    )
    ended: int = strawberry.field(description=_ENDED)
    under_way: int = strawberry.field(description=_UNDER_WAY)
    success_rate: Percent | None = strawberry.field(description=_SUCCESS)
    completion_rate: Percent | None = strawberry.field(
        description=_RATE, deprecation_reason=_OLD_RATE
    )
    p50_seconds: float | None = strawberry.field(
        description="The median duration of completed runs, in seconds."
    )
    p95_seconds: float | None = strawberry.field(
        description="The 95th percentile of the duration of completed runs, in seconds."
    )
    target_seconds: int | None = strawberry.field(description="The target duration, in seconds.")
    in_time_rate: Percent | None = strawberry.field(
        description="Completed runs within the target, in percent; exact."
    )
    clock_starts_after: str | None = strawberry.field(
        description="The step after which the clock starts; null: at the beginning."
    )
    steps: list[JourneyStep] = strawberry.field(description="The steps in order.")
    breakdown: list[JourneyBreakdown] = strawberry.field(
        description="The same by vendor type; types without a run are omitted."
    )

    @classmethod
    def of(cls, figures: domain.JourneyFigures) -> "Journey":
        """Build the object from a funnel."""
        totals = figures.totals
        return cls(
            key=figures.journey.key.value,
            title=figures.journey.title,
            started=totals.started,
            completed=totals.completed,
            failed=totals.failed,
            abandoned=totals.abandoned,
            ended=totals.ended,
            under_way=totals.under_way,
            success_rate=_percent(totals.success_rate),
            completion_rate=_percent(totals.completion_rate),
            p50_seconds=totals.p50_seconds,
            p95_seconds=totals.p95_seconds,
            target_seconds=int(figures.journey.target.total_seconds()),
            in_time_rate=_percent(totals.in_time_rate),
            clock_starts_after=figures.journey.clock_after,
            steps=[_step(item) for item in figures.steps],
            breakdown=[JourneyBreakdown.of(*item) for item in figures.by_vendor.items()],
        )


class Funnels(list[Journey]):
    """All journeys at one moment, executed once for all streams that send them."""

    def __init__(self, figures: Iterable[domain.JourneyFigures]) -> None:
        """As the graph shows them."""
        super().__init__(Journey.of(item) for item in figures)
        self.results = SharedResults()

    @classmethod
    def shared(cls, snapshot: JourneySnapshot) -> "Funnels":
        """Return one object for all streams of the same funnels."""
        funnels = _shown.get(snapshot)
        if funnels is None:
            funnels = _shown[snapshot] = cls(snapshot.journeys)
        return funnels


_shown: WeakKeyDictionary[JourneySnapshot, Funnels] = WeakKeyDictionary()


def _step(figures: domain.StepFigures) -> JourneyStep:
    return JourneyStep(
        key=figures.step.key,
        title=figures.step.title,
        entered=figures.entered,
        completed=figures.completed,
        stalled=figures.stalled,
        median_seconds=figures.median_seconds,
    )


def _percent(value: float | None) -> Percent | None:
    return None if value is None else Percent(round(value, 2))
