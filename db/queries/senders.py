"""SQL about whom letters are from."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import User
from db.models.invitations import Invitation
from db.models.suppliers import Supplier
from domain.actors import Role


class InvitingSupplier(NamedTuple):
    """Who invites: the name of the business, and the address that its owner logs in with."""

    business_name: str | None
    email: str
    is_confirmed: bool


async def supplier_of_invitation(
    session: AsyncSession, invitation_id: UUID
) -> InvitingSupplier | None:
    """The supplier of an invitation; None where it is gone."""
    query = (
        select(Supplier.business_name, User.email, User.email_verified_at.is_not(None))
        .join(Invitation, Invitation.supplier_id == Supplier.id)
        .join(User, User.id == Supplier.user_id)
        .where(Invitation.id == invitation_id)
    )
    row = (await session.execute(query)).one_or_none()
    return None if row is None else InvitingSupplier(*row)


async def role_of(session: AsyncSession, email: str) -> Role | None:
    """The role of the account with this e-mail."""
    return await session.scalar(select(User.role).where(func.lower(User.email) == email.lower()))
