"""SQL that finds all rows of one person."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.base import Base
from db.models.accounts import ApiToken, LegalAcceptance, Session, User
from db.models.bulk_invitations import BulkInvitation
from db.models.client_imports import ClientImport
from db.models.conversations import ConversationRead, Message, MessageReport
from db.models.couples import Couple, CoupleMember, Partnership
from db.models.invitations import CoupleInvitation, Invitation
from db.models.notifications import Notification, NotificationPreference
from db.models.onboarding import OnboardingProgress
from db.models.suppliers import Client, Supplier


async def rows_of_person(
    session: AsyncSession, user_id: UUID, limit: int
) -> Mapping[str, Sequence[Base]]:
    """Return at most `limit` rows of each table, by table name."""
    return {
        model.__tablename__: (await session.scalars(select(model).where(own).limit(limit))).all()
        for model, own in _owned(user_id)
    }


def _owned(user_id: UUID) -> Sequence[tuple[type[Base], ColumnElement[bool]]]:
    suppliers = select(Supplier.id).where(Supplier.user_id == user_id)
    couples = select(CoupleMember.couple_id).where(CoupleMember.user_id == user_id)
    partnerships = select(Partnership.id).where(
        or_(Partnership.supplier_id.in_(suppliers), Partnership.couple_id.in_(couples))
    )
    return (
        (User, User.id == user_id),
        (Session, Session.user_id == user_id),
        (LegalAcceptance, LegalAcceptance.user_id == user_id),
        (ApiToken, ApiToken.created_by == user_id),
        (Supplier, Supplier.user_id == user_id),
        (Couple, Couple.id.in_(couples)),
        (CoupleMember, CoupleMember.user_id == user_id),
        (CoupleInvitation, CoupleInvitation.couple_id.in_(couples)),
        (OnboardingProgress, OnboardingProgress.user_id == user_id),
        (Client, Client.supplier_id.in_(suppliers)),
        (BulkInvitation, BulkInvitation.supplier_id.in_(suppliers)),
        (ClientImport, ClientImport.supplier_id.in_(suppliers)),
        (Invitation, or_(Invitation.supplier_id.in_(suppliers), Invitation.couple_id.in_(couples))),
        (
            Partnership,
            or_(Partnership.supplier_id.in_(suppliers), Partnership.couple_id.in_(couples)),
        ),
        # Received messages belong to the person too, except those that staff has hidden from them.
        (
            Message,
            Message.partnership_id.in_(partnerships)
            & or_(Message.sender_id == user_id, Message.hidden_at.is_(None)),
        ),
        (ConversationRead, ConversationRead.user_id == user_id),
        (Notification, Notification.user_id == user_id),
        (NotificationPreference, NotificationPreference.user_id == user_id),
        (MessageReport, MessageReport.reporter_id == user_id),
    )
