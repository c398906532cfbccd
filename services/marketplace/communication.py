"""The communication status of clients, as the client list shows it (S114)."""

from datetime import datetime

from db.queries.communication import Communication
from domain.marketplace.clients import ClientStatus
from domain.marketplace.communication import CommunicationStatus, communication_status
from domain.marketplace.invitations import InvitationStatus, status_at


def status_of(
    client: ClientStatus, latest: Communication | None, now: datetime
) -> CommunicationStatus:
    """Return the communication status of a client at a moment."""
    connected = latest is not None and latest.partnership_id is not None
    return communication_status(client, _invitation(latest, now), was_connected=connected)


def _invitation(latest: Communication | None, now: datetime) -> InvitationStatus | None:
    if latest is None or latest.invitation is None or latest.expires_at is None:
        return None
    return status_at(latest.invitation, latest.expires_at, now)
