"""The enum of marketplace events (M14)."""

from domain.overview.marketplace_events import MarketplaceEventKind
from schema.enums import describe

__all__ = ["MarketplaceEventKind"]

describe(
    MarketplaceEventKind,
    "What happened between suppliers and couples.",
    SUPPLIER_SIGNED_UP="A supplier made an account.",
    COUPLE_SIGNED_UP="One of a couple made an account, also by accepting an invitation.",
    INVITATION_SENT="A supplier invited a client.",
    INVITATION_RESENT="A supplier sent an invitation again; its former link is dead.",
    INVITATION_OPENED="A person opened the link of an invitation.",
    INVITATION_ACCEPTED="A couple accepted an invitation.",
    INVITATION_DECLINED="A couple declined an invitation.",
    INVITATION_REVOKED="A supplier took an invitation back.",
    INVITATION_EXPIRED="An invitation ended without being accepted.",
    PARTNERSHIP_STARTED="A supplier and a couple are connected, possibly again.",
    PARTNERSHIP_ENDED="One of the two sides, or the staff, ended a partnership.",
    MESSAGE_SENT="Somebody wrote in the conversation of a partnership.",
)
