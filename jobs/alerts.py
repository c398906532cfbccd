"""The job `alerts.incident`."""

from uuid import UUID

from db.session import Database
from services.alerting import AlertCenter
from services.incidents import incident_reads


async def follow_incident(db: Database, alerts: AlertCenter, incident_id: UUID) -> None:
    """Announce a severe incident or its end; may run twice and late."""
    async with db.read() as session:
        facts = await incident_reads.facts(session, incident_id)
    if facts is not None:
        await alerts.follow_incident(facts)
