"""SQL about the senders of e-mails."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import User
from db.models.invitations import Invitation
from db.models.suppliers import Supplier
from domain.actors import Role


class InvitingSupplier(NamedTuple):
    """The supplier who invites: business name, and the address that the owner logs in with."""

    business_name: str | None
    email: str
    is_confirmed: bool


async def supplier_of_invitation(
    session: AsyncSession, invitation_id: UUID
) -> InvitingSupplier | None:
    """Return the supplier of an invitation; None if the invitation does not exist."""
    query = (
        select(Supplier.business_name, User.email, User.email_verified_at.is_not(None))
        .join(Invitation, Invitation.supplier_id == Supplier.id)
        .join(User, User.id == Supplier.user_id)
        .where(Invitation.id == invitation_id)
    )
    row = (await session.execute(query)).one_or_none()
    return None if row is None else InvitingSupplier(*row)


async def role_of(session: AsyncSession, email: str) -> Role | None:
    """Return the role of the account with this e-mail."""
    return await session.scalar(select(User.role).where(func.lower(User.email) == email.lower()))
