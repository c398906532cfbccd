"""The enum of notifications (M6)."""

from domain.marketplace.notifications import NotificationKind
from schema.enums import describe

__all__ = ["NotificationKind"]

describe(
    NotificationKind,
    "Why somebody is notified.",
    INVITATION_ACCEPTED="A couple accepted the supplier's invitation.",
    INVITATION_DECLINED="A couple declined the supplier's invitation.",
    INVITATION_ENDING="An invitation of the supplier expires within a day without being accepted.",
    LINK_REQUESTED="A couple asked the supplier for a new link after its invitation expired.",
    CONNECTED="The couple is connected with a supplier.",
    PARTNERSHIP_ENDED="The other side has ended the partnership.",
    HELP_ANSWERED="The staff answered a request for help.",
    MESSAGE="The other side of a partnership has written.",
    PARTNER_JOINED="The partner of the reader has an account of their own in the couple now.",
    PARTNER_LEFT="The partner of the reader has left the couple. Its e-mail always goes out.",
)
