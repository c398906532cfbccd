"""The jobs for people who are stuck in the setup or ask for help (S44, S72, X12)."""

from datetime import datetime
from uuid import UUID

from pgqueuer.errors import RetryRequested

from db.session import Database
from jobs.queue import Payload
from services.alerting import AlertCenter
from services.marketplace import assistance, incident_followups, nudges
from settings import Settings


async def check_stalled(db: Database, settings: Settings, payload: Payload) -> None:
    """Check the onboarding of a person and queue the next check; may run twice and late."""
    user_id, since = UUID(str(payload["user_id"])), datetime.fromisoformat(str(payload["since"]))
    async with db.write() as uow:
        next_at = await nudges.look(uow, settings, user_id, since)
    if next_at is not None:
        raise RetryRequested(next_at - db.clock(), "nothing is due before")


async def notify_recovery(db: Database, settings: Settings, incident_id: UUID) -> None:
    """Notify the people whom an incident had blocked; may run twice."""
    await incident_followups.notify_blocked_users(db, settings, incident_id)


async def alert_support(
    db: Database, settings: Settings, alerts: AlertCenter, onboarding_id: UUID
) -> None:
    """Notify the support team of a request for help, or of its end; may run twice and late."""
    async with db.read() as session:
        request = await assistance.request_of(session, onboarding_id)
    await assistance.alert_support(alerts, settings.base_url, onboarding_id, request)
