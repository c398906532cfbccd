"""What a launch was like at a moment, from nothing but the event log (X6)."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries import launch_states as queries
from domain.overview.launch_states import LaunchState, fold


async def state_at(session: AsyncSession, at: datetime) -> LaunchState:
    """Phases, flags, health and incidents as they were.

    Reads the last event of each thing, so an early moment costs no more than a late one.
    """
    return fold(await queries.last_events(session, at), await queries.position_at(session, at))
