"""Somebody who is logged in wants invitations by e-mail, or none from any supplier (M4)."""

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import User
from db.session import UnitOfWork
from domain.actors import Actor
from domain.errors import Forbidden
from services.mail import invitation_limits


async def is_enabled(session: AsyncSession, actor: Actor) -> bool:
    """Whether invitations reach the caller's e-mail; True for those who have none."""
    email = await _email(session, actor)
    return email is None or not await invitation_limits.is_suppressed(session, email)


async def allow(uow: UnitOfWork, actor: Actor, *, enabled: bool) -> None:
    """The same as by the link in each invitation; saying it again changes nothing."""
    email = await _email(uow.session, actor)
    if email is None:
        raise Forbidden("Only a person has an e-mail.")
    await (invitation_limits.lift if enabled else invitation_limits.suppress)(uow, email)


async def _email(session: AsyncSession, actor: Actor) -> str | None:
    user = await session.get(User, actor.user_id) if actor.user_id is not None else None
    return user.email if user is not None else None
