"""Reconstructs the state of a launch at a moment from the event log alone (X6)."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries import launch_states as queries
from domain.overview.launch_states import LaunchState, fold
from services.platform import log_edges


async def state_at(session: AsyncSession, at: datetime) -> LaunchState:
    """Return phases, flags, health and incidents as they were at a moment.

    It reads the last event of each subject, so an early moment costs no more than a late one.
    Raises EventsArchived for a moment before the edge of the log.
    """
    state = fold(await queries.last_events(session, at), await queries.position_at(session, at))
    await log_edges.check_kept(session, at, "at")
    return state
