"""Pending invitations of staff, which end with the rights of the inviter."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import User
from db.queries import changes
from domain.accounts import staff as rules
from services.accounts.makers import maker_now


async def has_ended(session: AsyncSession, user: User, now: datetime) -> bool:
    """Whether the inviter of this staff account could not invite it now (SEC10).

    False for an account that has a password or no inviter.
    """
    if not rules.is_pending(user.role, user.password_hash):
        return False
    inviter = await changes.inviter_of(session, user.id)
    if inviter is None:
        return False
    maker = await maker_now(session, inviter, now)
    return maker is None or not rules.may_invite(maker, user.role)
