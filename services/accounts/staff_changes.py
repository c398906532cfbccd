"""Manages staff accounts through the API (A53)."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import PasswordReset, User
from db.queries import accounts, credentials, pages
from db.queries.pages import Moments
from db.session import UnitOfWork
from domain.accounts import account_emails as emails
from domain.accounts import staff as rules
from domain.actors import STAFF, Actor, Role
from domain.errors import Invalid, NotFound, NotUnique
from services.accounts import revocation
from services.accounts.email_confirmations import record
from services.accounts.staff_invitations import has_ended
from services.mail import mail
from services.platform.credentials import digest, new_secret

LINK_LIFETIME = timedelta(days=7)


async def page(session: AsyncSession, page: Moments) -> list[User]:
    """Return a page of the staff, newest first, disabled accounts included."""
    return await accounts.page_of_users(session, accounts.staff(), page)


async def count(session: AsyncSession) -> int:
    """Count the staff."""
    return await pages.count(session, User, accounts.staff())


async def invite(uow: UnitOfWork, actor: Actor, base_url: str, email: str, role: Role) -> User:
    """Create an account without a password, and send the link that sets one.

    A person whose invitation ended with the rights of its inviter is invited again.
    Raises Forbidden or Invalid for the role, NotUnique for an e-mail that has an account.
    """
    rules.check_grant(actor, role)
    user = await accounts.add_user(uow.session, email, role, None)
    user = user or await _invited_in_vain(uow, email, role)
    if user is None:
        raise NotUnique("This e-mail has an account already.", path=("email",))
    token = new_secret()
    reset = PasswordReset(
        user_id=user.id,
        token_hash=digest(token),
        created_at=uow.now,
        expires_at=uow.now + LINK_LIFETIME,
    )
    uow.session.add(reset)
    link = f"{base_url}/reset-password?token={token}"
    message = emails.staff_invitation(email, role, link)
    await mail.post(uow, actor, message, link_expires_at=reset.expires_at)
    record(uow, actor, user, "invited", role)
    return user


async def _invited_in_vain(uow: UnitOfWork, email: str, role: Role) -> User | None:
    """Return the account of an ended invitation with its new role; its links end."""
    seen = await accounts.user_by_email(uow.session, email)
    user = await accounts.lock_user(uow.session, seen.id) if seen else None
    if user is None or user.disabled_at or not await has_ended(uow.session, user, uow.now):
        return None
    user.role = role
    await credentials.void_resets(uow.session, user.id, uow.now)
    return user


async def change_role(uow: UnitOfWork, actor: Actor, user_id: UUID, role: Role) -> User:
    """Change the role of a staff account and end its sessions. The same role does nothing."""
    user = await _locked(uow, actor, user_id)
    if user.role not in STAFF:
        raise Invalid(f"This is the account of a {user.role}.", path=("id",))
    rules.check_grant(actor, role)
    if user.role is role:
        return user
    await _check_admins_left(uow, user)
    user.role = role
    await revocation.end_all(uow, actor, user)
    record(uow, actor, user, "role changed", role)
    return user


async def disable(uow: UnitOfWork, actor: Actor, user_id: UUID, reason: str | None) -> User:
    """Disable an account at once and everywhere; repeating it does nothing."""
    user = await _locked(uow, actor, user_id)
    if user.disabled_at is not None:
        return user
    await _check_admins_left(uow, user)
    user.disabled_at = uow.now
    await revocation.end_all(uow, actor, user)
    record(uow, actor, user, "disabled", reason)
    return user


async def enable(uow: UnitOfWork, actor: Actor, user_id: UUID) -> User:
    """Enable an account again; repeating it does nothing."""
    user = await _locked(uow, actor, user_id)
    if user.disabled_at is not None:
        user.disabled_at = None
        record(uow, actor, user, "enabled")
    return user


async def _locked(uow: UnitOfWork, actor: Actor, user_id: UUID) -> User:
    user = await accounts.lock_user(uow.session, user_id)
    if user is None:
        raise NotFound("There is no User with this id.", path=("id",))
    rules.check_target(actor, user.id, user.role)
    return user


async def _check_admins_left(uow: UnitOfWork, user: User) -> None:
    if user.role is Role.ADMIN and user.disabled_at is None:
        others = await accounts.other_admins(uow.session, user.id)
        rules.check_admins_left(user.role, other_admins=others)
