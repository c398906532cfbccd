"""The communication status of a supplier and a client (S114)."""

from enum import StrEnum

from domain.marketplace.clients import ClientStatus
from domain.marketplace.invitations import InvitationStatus


class CommunicationStatus(StrEnum):
    """The state of the contact with a client."""

    NOT_INVITED = "not_invited"
    INVITED = "invited"
    OPENED = "opened"
    DECLINED = "declined"
    EXPIRED = "expired"
    CONNECTED = "connected"
    ENDED = "ended"


_OF_INVITATION = {
    InvitationStatus.SENT: CommunicationStatus.INVITED,
    InvitationStatus.OPENED: CommunicationStatus.OPENED,
    InvitationStatus.DECLINED: CommunicationStatus.DECLINED,
    InvitationStatus.EXPIRED: CommunicationStatus.EXPIRED,
}


def communication_status(
    client: ClientStatus, invitation: InvitationStatus | None, *, was_connected: bool
) -> CommunicationStatus:
    """The status in the client list; `invitation`: the current status of the newest one."""
    if client is ClientStatus.CONNECTED:
        return CommunicationStatus.CONNECTED
    if client is ClientStatus.INACTIVE:
        return CommunicationStatus.ENDED if was_connected else CommunicationStatus.NOT_INVITED
    if invitation is not None and invitation in _OF_INVITATION:
        return _OF_INVITATION[invitation]
    return CommunicationStatus.ENDED if was_connected else CommunicationStatus.NOT_INVITED
