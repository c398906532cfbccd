"""The enums of suppliers, couples and invitations."""

from domain.clients import ClientStatus, ConnectionMethod
from domain.invitations import InvitationChannel, InvitationStatus
from schema.enums import describe

__all__ = ["ClientStatus", "ConnectionMethod", "InvitationChannel", "InvitationStatus"]

describe(
    ClientStatus,
    "How far a client is on the way to a connection.",
    ADDED="The supplier knows of it.",
    INVITED="An invitation is pending.",
    CONNECTED="The couple has accepted.",
    INACTIVE="Archived.",
)
describe(
    ConnectionMethod,
    "How a supplier and a couple were connected.",
    INVITATION="The couple accepted an invitation.",
    DIRECT="The couple agreed without one.",
)
describe(
    InvitationStatus,
    "Where an invitation stands.",
    SENT="Nobody has opened it yet.",
    OPENED="A person has opened its link.",
    ACCEPTED="The couple is connected.",
    EXPIRED="It ran out.",
    REVOKED="The supplier took it back.",
    DECLINED="The couple did not want it.",
)
describe(
    InvitationChannel,
    "How a couple gets the link.",
    EMAIL="By a letter of ours.",
    LINK="The supplier hands it over.",
)
