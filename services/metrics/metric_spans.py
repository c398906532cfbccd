"""The time spans of dashboards, and the resolution to read them with (S78)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries import metric_rollups as rollups
from db.queries import metrics as queries
from db.queries import phases
from domain.errors import NotFound
from domain.platform.time_ranges import FINE, HOUR, MINUTE, Tier, TimeRange, start_of, tiers

_MAX_FINE_SPAN = timedelta(minutes=15)
_MAX_MINUTES_SPAN = timedelta(days=3)
_POINTS = 60


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time with the resolution of its samples."""

    start: datetime
    end: datetime
    folded: datetime | None = None  # samples before this minute are folded

    @property
    def tiers(self) -> Sequence[Tier]:
        """The tiers to read for a chart."""
        return tiers(self.start, self.end, self.resolution, self.folded)

    @property
    def whole(self) -> Sequence[Tier]:
        """The tiers to read for one value over the whole span, as coarse as possible."""
        return tiers(self.start, self.end, HOUR, self.folded)

    @property
    def resolution(self) -> int:
        """The resolution in seconds: coarser for long spans, to limit the number of rows."""
        length = self.end - self.start
        if length <= _MAX_FINE_SPAN:
            return FINE
        return MINUTE if length <= _MAX_MINUTES_SPAN else HOUR

    @property
    def previous(self) -> "Span":
        """The span of the same length before this one."""
        return Span(self.start - (self.end - self.start), self.start, self.folded)

    @property
    def step(self) -> timedelta:
        """The time between two points of a chart: about sixty points, on whole minutes or hours."""
        seconds = (self.end - self.start).total_seconds() / _POINTS
        unit = 3600 if self.resolution == HOUR else 60
        return timedelta(seconds=max(unit, round(seconds / unit) * unit))


async def span_of(
    session: AsyncSession, window: TimeRange, now: datetime, phase_id: UUID | None = None
) -> Span:
    """Return the span of a time range, limited to the lifetime of a phase if one is named.

    Without a live phase, CURRENT_PHASE is the last hour. Raises NotFound for an unknown phase.
    """
    span_phase_id = phase_id
    if span_phase_id is None and window is TimeRange.CURRENT_PHASE:
        span_phase_id = await queries.active_phase(session)
    phase = (
        (await phases.by_id(session, [span_phase_id])).get(span_phase_id) if span_phase_id else None
    )
    if phase_id is not None and phase is None:
        raise NotFound("There is no such phase.", path=("phaseId",))
    began = phase.started_at if phase else None
    ended = phase.ended_at if phase else None
    start = start_of(window, now, began) or now - timedelta(hours=1)
    if began is not None:
        start = max(start, began)
    end = min(now, ended) if ended is not None else now
    return await with_folded(session, Span(min(start, end - timedelta(seconds=1)), end))


async def with_folded(session: AsyncSession, span: Span) -> Span:
    """Return a span with the time up to which its samples are folded, where that matters."""
    return span if span.resolution == FINE else replace(span, folded=await rollups.newest(session))
