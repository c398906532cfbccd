"""SQL about the contact between suppliers and their clients (S114)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.conversations import Conversation
from db.models.couples import Partnership
from db.models.invitations import Invitation
from db.models.suppliers import Client
from domain.marketplace.invitations import InvitationStatus


class Communication(NamedTuple):
    """The contact with a client; `invitation` is the stored status of the newest invitation."""

    client_id: UUID
    partnership_id: UUID | None
    invitation: InvitationStatus | None
    expires_at: datetime | None
    last_activity_at: datetime | None


async def by_client(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Communication]:
    """Return the contact with each client.

    Nothing after the end of a partnership is visible (SEC11).
    """
    rows = await session.execute(_query(ids))
    return {row[0]: Communication(*row) for row in rows}


def _query(
    ids: Sequence[UUID],
) -> Select[UUID, UUID | None, InvitationStatus | None, datetime | None, datetime | None]:
    newest = (
        select(
            Invitation.status,
            Invitation.expires_at,
            func.greatest(Invitation.sent_at, Invitation.opened_at, Invitation.accepted_at).label(
                "moved_at"
            ),
        )
        .where(Invitation.client_id == Client.id)
        .order_by(Invitation.created_at.desc(), Invitation.id.desc())
        .limit(1)
        .lateral("newest")
    )
    pair = (Partnership.supplier_id == Client.supplier_id) & (
        Partnership.couple_id == Client.couple_id
    )
    moved: tuple[object, ...] = (
        newest.c.moved_at,
        Partnership.connected_at,
        Conversation.last_message_at,
    )
    return (
        select(
            Client.id,
            Partnership.id,
            newest.c.status,
            newest.c.expires_at,
            func.greatest(*moved),
        )
        .select_from(Client)
        .outerjoin(newest, true())
        .outerjoin(Partnership, pair)
        .outerjoin(Conversation, Conversation.partnership_id == Partnership.id)
        .where(Client.id.in_(ids))
    )
