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
    ADDED="The supplier has added it.",
    INVITED="An invitation is pending.",
    CONNECTED="The couple has accepted.",
    INACTIVE="Archived.",
)
describe(
    ConnectionMethod,
    "How a supplier and a couple were connected.",
    INVITATION="The couple accepted an invitation.",
    DIRECT="The couple agreed without an invitation.",
)
describe(
    InvitationStatus,
    "The status of an invitation.",
    SENT="Nobody has opened it yet.",
    OPENED="A person has opened its link.",
    ACCEPTED="The couple is connected.",
    EXPIRED="It has expired.",
    REVOKED="The supplier revoked it.",
    DECLINED="The couple declined it.",
)
describe(
    InvitationChannel,
    "How a couple gets the link.",
    EMAIL="By e-mail.",
    LINK="The supplier hands it over.",
)
describe(
    InvitationHintKind,
    "The problem of an invitation.",
    BOUNCED="The address does not accept e-mails.",
    BLOCKED="The e-mail could not be delivered, for another reason than its address.",
    DELAYED="The e-mail has been delayed for ten minutes and is being retried.",
    NOT_SENT="This system sends no e-mail at present.",
    UNOPENED="The e-mail was sent three days ago, and its link has not been opened.",
    EXPIRED="It expired before anybody accepted it.",
)
describe(
    InvitationNextStep,
    "What its supplier can do about it.",
    CORRECT_ADDRESS="Change the client's e-mail, then send the invitation again.",
    SEND_AGAIN="Send it again: `resendInvitation`.",
    USE_LINK="Resend it and hand over the link in the response.",
)
