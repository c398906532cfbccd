"""Creates and changes staff accounts from the command line of the server (A53)."""

from enum import StrEnum

from db.queries import accounts as queries
from db.session import UnitOfWork
from domain.accounts import accounts as rules
from domain.actors import USER_TYPES, Actor, Role, UserType
from domain.errors import Invalid, Required
from services.accounts import revocation
from services.accounts.password_changes import set_password
from services.mail.email_addresses import parse_address
from services.platform.passwords import Passwords


class Done(StrEnum):
    """The result for an account."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "as it was"


async def put(
    uow: UnitOfWork,
    actor: Actor,
    passwords: Passwords,
    email: str,
    role: Role | None = None,
    password: str | None = None,
) -> Done:
    """Create a staff account, or change its role or password, which ends its sessions.

    Raises Required for a new account without a password, Invalid for a supplier or a couple.
    """
    email, password_hash = parse_address(email, ("email",)), None
    if password is not None:
        rules.check_password(password, email, ("password",))
        password_hash = await passwords.hash(password)
    seen = await queries.user_by_email(uow.session, email)
    user = await queries.lock_user(uow.session, seen.id) if seen else None
    if user is None:
        return await _create(uow, email, role or Role.ADMIN, password_hash)
    if USER_TYPES[user.role] is not UserType.ADMIN:
        raise Invalid(f"{email} is the account of a {user.role}.", path=("email",))
    new_role = role or user.role
    if password_hash is None and new_role is user.role:
        return Done.UNCHANGED
    if new_role is not user.role:
        user.role = new_role
        await revocation.end_all(uow, actor, user)
    if password_hash is not None:
        await set_password(uow, actor, user, password_hash)
    return Done.CHANGED


async def _create(uow: UnitOfWork, email: str, role: Role, password_hash: str | None) -> Done:
    if password_hash is None:
        raise Required("A new account needs a password.", path=("password",))
    if await queries.add_user(uow.session, email, role, password_hash) is None:
        raise Invalid("Another request has just created this account. Try again.", path=("email",))
    return Done.CREATED
