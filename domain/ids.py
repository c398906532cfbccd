"""Typed ids, and the opaque global ids of the graph."""

import base64
import binascii
from typing import NewType
from uuid import UUID

PhaseId = NewType("PhaseId", UUID)
RunId = NewType("RunId", UUID)
FlagId = NewType("FlagId", UUID)
ChangeId = NewType("ChangeId", UUID)
IncidentId = NewType("IncidentId", UUID)
UserId = NewType("UserId", UUID)
SessionId = NewType("SessionId", UUID)
TokenId = NewType("TokenId", UUID)
MailId = NewType("MailId", UUID)
SupplierId = NewType("SupplierId", UUID)
CoupleId = NewType("CoupleId", UUID)
ClientId = NewType("ClientId", UUID)
InvitationId = NewType("InvitationId", UUID)
CoupleInvitationId = NewType("CoupleInvitationId", UUID)
PartnershipId = NewType("PartnershipId", UUID)
OnboardingId = NewType("OnboardingId", UUID)
MessageId = NewType("MessageId", UUID)
MessageReportId = NewType("MessageReportId", UUID)
WebhookId = NewType("WebhookId", UUID)
DeliveryId = NewType("DeliveryId", UUID)

EventId = NewType("EventId", int)
EventSeq = NewType("EventSeq", int)

_FROM_URL_SAFE = bytes.maketrans(b"-_", b"+/")


def global_id(type_name: str, key: UUID | str) -> str:
    """The Relay id of a node: opaque to clients and stable."""
    return base64.urlsafe_b64encode(f"{type_name}:{key}".encode()).decode().rstrip("=")


def parse_global_id(value: str) -> tuple[str, str] | None:
    """Type name and key of a global id; None if the text is not one."""
    try:
        padded = value.encode("ascii").translate(_FROM_URL_SAFE) + b"=" * (-len(value) % 4)
        type_name, separator, key = binascii.a2b_base64(padded).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return (type_name, key) if separator and type_name and key else None


def row_id(value: str, *type_names: str) -> str:
    """The row id in a global id of one of these types; any other text as it is.

    Clients know nodes by their global ids; buckets and target groups are made of row ids.
    """
    type_name, key = parse_global_id(value) or ("", "")
    uuid = parse_uuid(key) if type_name in type_names else None
    return value if uuid is None else str(uuid)


def parse_uuid(value: str) -> UUID | None:
    """A UUID; None if the text is not one."""
    try:
        return UUID(value)
    except ValueError:
        return None
