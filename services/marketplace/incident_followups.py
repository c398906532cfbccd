"""Notifies the people whom an incident had blocked once it is resolved (X12)."""

from uuid import UUID

from db.queries import incidents as incident_queries
from db.queries import nudges as queries
from db.queries import onboarding as onboarding_queries
from db.session import Database, UnitOfWork
from domain.incidents.incidents import ACTIVE_STATUSES
from domain.marketplace.nudges import NudgeKind
from services.marketplace import nudges
from settings import Settings

_PAGE = 100


async def notify_blocked_users(db: Database, settings: Settings, incident_id: UUID) -> int:
    """Notify all users whom the incident blocked and who are still stalled; returns how many.

    May run twice or be interrupted: each user is notified once, in one transaction per user.
    """
    notified = 0
    while True:
        async with db.read() as session:
            incident = (await incident_queries.by_id(session, [incident_id])).get(incident_id)
            users = await queries.blocked_users(session, incident_id, _PAGE)
        if incident is None or incident.status in ACTIVE_STATUSES or not users:
            return notified
        for user_id in users:
            async with db.write() as uow:
                notified += await _notify_user(uow, settings, incident_id, user_id)


async def _notify_user(
    uow: UnitOfWork, settings: Settings, incident_id: UUID, user_id: UUID
) -> bool:
    row = await onboarding_queries.lock_of_user(uow.session, user_id)
    if row is None:
        return False
    step_key = await queries.mark_notified(uow.session, row.id, incident_id, uow.now)
    place = await nudges.stand(uow, settings, user_id) if step_key else None
    if place is None or place.step.key != step_key or place.row.nudges_opted_out:
        return False
    other = await nudges.incident_on(uow, place.step)
    if other is not None:
        # Another incident blocks this step now, and its end notifies them.
        await queries.record_blocked(uow.session, place.row.id, other, place.step.key, uow.now)
        return False
    await nudges.nudge(uow, settings, place, NudgeKind.WORKS_AGAIN)
    return True
