"""The windows that dashboards look at, and how coarse what is read of them may be (S78)."""

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

_FINE = timedelta(minutes=15)
_MINUTES = timedelta(days=3)
_POINTS = 60


@dataclass(frozen=True, slots=True)
class Span:
    """A window of time, and how coarse its samples may be."""

    start: datetime
    end: datetime
    folded: datetime | None = None  # up to which minute

    @property
    def tiers(self) -> Sequence[Tier]:
        """How to read it."""
        return tiers(self.start, self.end, self.resolution, self.folded)

    @property
    def whole(self) -> Sequence[Tier]:
        """How to read one number of it all: as coarse as it is long."""
        return tiers(self.start, self.end, HOUR, self.folded)

    @property
    def resolution(self) -> int:
        """In seconds: the work of a long window must not grow with the number of samples."""
        length = self.end - self.start
        if length <= _FINE:
            return FINE
        return MINUTE if length <= _MINUTES else HOUR

    @property
    def previous(self) -> "Span":
        """The window of the same length before."""
        return Span(self.start - (self.end - self.start), self.start, self.folded)

    @property
    def step(self) -> timedelta:
        """Between two points of a chart: about sixty of them, on whole minutes or hours."""
        seconds = (self.end - self.start).total_seconds() / _POINTS
        unit = 3600 if self.resolution == HOUR else 60
        return timedelta(seconds=max(unit, round(seconds / unit) * unit))


async def span_of(
    session: AsyncSession, window: TimeRange, now: datetime, phase_id: UUID | None = None
) -> Span:
    """The window that is meant; cut to the life of a phase where one is named.

    Without a live phase CURRENT_PHASE is the last hour. Raises NotFound for an unknown phase.
    """
    wanted = phase_id
    if wanted is None and window is TimeRange.CURRENT_PHASE:
        wanted = await queries.active_phase(session)
    phase = (await phases.by_id(session, [wanted])).get(wanted) if wanted else None
    if phase_id is not None and phase is None:
        raise NotFound("There is no such phase.", path=("phaseId",))
    began = phase.started_at if phase else None
    ended = phase.ended_at if phase else None
    start = start_of(window, now, began) or now - timedelta(hours=1)
    if began is not None:
        start = max(start, began)
    end = min(now, ended) if ended is not None else now
    return await known(session, Span(min(start, end - timedelta(seconds=1)), end))


async def known(session: AsyncSession, span: Span) -> Span:
    """The same, with what is folded of it, where that matters."""
    return span if span.resolution == FINE else replace(span, folded=await rollups.newest(session))
