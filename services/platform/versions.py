"""Checks `expectedVersion`, and names the author of the current version (A5)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.events import Change
from db.queries import changes
from domain.errors import VersionConflict


async def check_version(
    session: AsyncSession,
    expected: int | None,
    *,
    current: int,
    subject_id: UUID,
    changed_at: datetime,
) -> None:
    """Raise VersionConflict where the caller has read an older version."""
    if expected is None or expected == current:
        return
    raise conflict(await changes.newest(session, subject_id), current, changed_at)


def conflict(newest: Change | None, current: int, changed_at: datetime) -> VersionConflict:
    """Build the conflict, with the author of the newest change if the audit has one."""
    return VersionConflict(
        current_version=current,
        changed_at=newest.at if newest else changed_at,
        changed_by=changes.actor_of(newest) if newest else None,
    )
