"""The enums of suppliers, couples and invitations."""

from domain.marketplace.clients import ClientStatus, ConnectionMethod
from domain.marketplace.invitation_hints import InvitationHintKind, InvitationNextStep
from domain.marketplace.invitations import InvitationChannel, InvitationStatus
from schema.enums import describe

__all__ = [
    "ClientStatus",
    "ConnectionMethod",
    "InvitationChannel",
    "InvitationHintKind",
    "InvitationNextStep",
    "InvitationStatus",
]

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
describe(
    InvitationHintKind,
    "What is in the way of an invitation.",
    BOUNCED="The address takes no letters.",
    BLOCKED="The letter could not be delivered, for another reason than its address.",
    DELAYED="The letter has not left for ten minutes; it is still tried.",
    NOT_SENT="This system sends no e-mail at present.",
    UNOPENED="The letter left three days ago, and nobody has opened its link.",
    EXPIRED="It ran out before anybody accepted it.",
)
describe(
    InvitationNextStep,
    "What its supplier can do about it.",
    CORRECT_ADDRESS="Change the client's e-mail, then send the invitation again.",
    SEND_AGAIN="Send it again: `resendInvitation`.",
    USE_LINK="Send it again and hand over the link of the answer.",
)
