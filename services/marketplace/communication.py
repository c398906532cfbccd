"""The communication status of clients, as the client list shows it (S114)."""

from datetime import datetime

from db.queries.communication import Communication
from domain.marketplace.clients import ClientStatus
from domain.marketplace.communication import CommunicationStatus, communication_status
from domain.marketplace.invitations import InvitationStatus, status_at


def status_of(
    client: ClientStatus, found: Communication | None, now: datetime
) -> CommunicationStatus:
    """Return the communication status of a client at a moment."""
    connected = found is not None and found.partnership_id is not None
    return communication_status(client, _invitation(found, now), was_connected=connected)


def _invitation(found: Communication | None, now: datetime) -> InvitationStatus | None:
    if found is None or found.invitation is None or found.expires_at is None:
        return None
    return status_at(found.invitation, found.expires_at, now)
