"""Which events are marketplace events, and whose they are (M14)."""

from dataclasses import fields
from uuid import UUID

import pytest

from domain.actors import UserType
from domain.events import Event, UserSignedUp
from domain.events.marketplace import InvitationChanged, PartnershipChanged
from domain.events.messages import HIDDEN, SENT, MessageChanged
from domain.ids import (
    ClientId,
    CoupleId,
    InvitationId,
    MessageId,
    PartnershipId,
    SupplierId,
    UserId,
)
from domain.marketplace.clients import ConnectionMethod
from domain.marketplace.conversations import ConversationSide
from domain.marketplace.invitations import InvitationChannel, InvitationStatus
from domain.overview.marketplace_events import (
    STORED,
    TYPES,
    MarketplaceEventKind,
    Parties,
    kind_of,
    parties_of,
)
from domain.platform.row_scope import RowScope

SUPPLIER, COUPLE, USER, ROW = (UUID(int=number) for number in (1, 2, 3, 4))
KIND = MarketplaceEventKind


def invitation(action: str, couple_id: UUID | None = None) -> Event:
    return InvitationChanged(
        invitation_id=InvitationId(ROW),
        client_id=ClientId(ROW),
        supplier_id=SupplierId(SUPPLIER),
        couple_id=CoupleId(couple_id) if couple_id else None,
        channel=InvitationChannel.LINK,
        action=action,
        before=None,
        after=InvitationStatus.SENT,
    )


def partnership(action: str) -> Event:
    return PartnershipChanged(
        partnership_id=PartnershipId(ROW),
        supplier_id=SupplierId(SUPPLIER),
        couple_id=CoupleId(COUPLE),
        method=ConnectionMethod.INVITATION,
        action=action,
        is_active=True,
    )


def message(action: str) -> Event:
    return MessageChanged(
        partnership_id=PartnershipId(ROW),
        supplier_id=SupplierId(SUPPLIER),
        couple_id=CoupleId(COUPLE),
        message_id=MessageId(ROW),
        side=ConversationSide.COUPLE,
        position=1,
        action=action,
    )


def sign_up(user_type: UserType) -> Event:
    return UserSignedUp(user_id=UserId(USER), user_type=user_type)


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (sign_up(UserType.SUPPLIER), KIND.SUPPLIER_SIGNED_UP),
        (sign_up(UserType.COUPLE), KIND.COUPLE_SIGNED_UP),
        (sign_up(UserType.ADMIN), None),
        (invitation("sent"), KIND.INVITATION_SENT),
        (invitation("resent"), KIND.INVITATION_RESENT),
        *((invitation(status.value), KIND(f"invitation_{status}")) for status in InvitationStatus),
        (partnership("connected"), KIND.PARTNERSHIP_STARTED),
        (partnership("parted"), KIND.PARTNERSHIP_ENDED),
        (partnership("blocked"), None),
        (message(SENT), KIND.MESSAGE_SENT),
        (message(HIDDEN), None),
    ],
)
def test_each_event_has_at_most_one_kind(event: Event, kind: MarketplaceEventKind | None) -> None:
    assert kind_of(event) is kind


def test_every_kind_is_stored_in_a_field_of_its_event() -> None:
    assert set(STORED) == set(MarketplaceEventKind)
    for stored in STORED.values():
        assert stored.field in {field.name for field in fields(stored.type)}
        assert stored.type.TYPE in TYPES


@pytest.mark.parametrize(
    ("event", "parties"),
    [
        (sign_up(UserType.COUPLE), Parties(user_id=USER)),
        (invitation("sent"), Parties(SUPPLIER)),
        (invitation("accepted", COUPLE), Parties(SUPPLIER, COUPLE)),
        (partnership("parted"), Parties(SUPPLIER, COUPLE)),
        (message(SENT), Parties(SUPPLIER, COUPLE)),
    ],
)
def test_an_event_belongs_to_its_parties(event: Event, parties: Parties) -> None:
    assert parties_of(event) == parties
    others = RowScope(False, UserId(UUID(int=9)), SupplierId(UUID(int=9)), CoupleId(UUID(int=9)))
    assert not parties.include(others)
    assert not parties.include(RowScope(False))
    assert parties.include(RowScope(True))
    own = RowScope(False, UserId(USER), SupplierId(SUPPLIER), None)
    assert parties.include(own)
