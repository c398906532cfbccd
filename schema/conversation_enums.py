"""The enums of conversations (M7, S114)."""

from domain.marketplace.communication import CommunicationStatus
from domain.marketplace.conversations import ConversationSide
from domain.marketplace.message_reports import ReportOutcome
from schema.enums import describe

__all__ = ["CommunicationStatus", "ConversationSide", "ReportOutcome"]

describe(
    ConversationSide,
    "One of the two sides of a partnership.",
    SUPPLIER="The supplier.",
    COUPLE="The couple.",
)
describe(
    ReportOutcome,
    "How the staff resolved a report.",
    HIDDEN="The message was hidden from both sides.",
    DISMISSED="The message stays as it is.",
)
describe(
    CommunicationStatus,
    "How far a supplier is in touch with a client.",
    NOT_INVITED="No invitation is pending.",
    INVITED="An invitation was sent and not opened yet.",
    OPENED="The invitation was opened.",
    DECLINED="The couple declined the invitation.",
    EXPIRED="The invitation expired.",
    CONNECTED="Both are connected and can write to each other.",
    ENDED="They were connected, and are no longer.",
)
