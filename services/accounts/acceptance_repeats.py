"""Lets a couple repeat an acceptance whose response was lost (M2).

The key opens a session for a day. Only a hash over the code and the key is stored, so that neither
the code alone, which the supplier has, nor a copy of the database opens a session.
"""

from uuid import UUID

from sqlalchemy import delete

from db.models.accounts import User
from db.models.events import IdempotencyKey
from db.queries import accounts
from db.session import UnitOfWork
from domain.errors import Invalid
from services.platform.credentials import digest
from services.platform.idempotency import LIFETIME, MAX_KEY

MIN_KEY = 22  # characters: 128 random bits in base64
_OPERATION = "acceptInvitation"
_PATH = ("input", "idempotencyKey")


def check_key(key: str | None) -> None:
    """Raise Invalid for a key that could be guessed."""
    if key is not None and not MIN_KEY <= len(key) <= MAX_KEY:
        raise Invalid(
            f"The key of an acceptance has {MIN_KEY} to {MAX_KEY} characters, at random: "
            "it lets its sender in again.",
            path=_PATH,
        )


def keep(uow: UnitOfWork, user_id: UUID, code: str, key: str | None) -> None:
    """Store the key of an account that has accepted, in the transaction that logs it in."""
    if key is None:
        return
    row = IdempotencyKey(
        actor=_owner(user_id),
        key=_hashed(code, key),
        operation=_OPERATION,
        request_hash=digest(code),
        created_at=uow.now,
    )
    uow.session.add(row)


async def account_of(uow: UnitOfWork, user_id: UUID, code: str, key: str | None) -> User | None:
    """Lock the account that this key created; None for another key, or after a day."""
    if key is None:
        return None
    row = await uow.session.get(IdempotencyKey, (_owner(user_id), _hashed(code, key)))
    if row is None or row.created_at <= uow.now - LIFETIME:
        return None
    user = await accounts.lock_user(uow.session, user_id)
    return None if user is None or user.disabled_at else user


async def forget(uow: UnitOfWork, user_id: UUID) -> None:
    """Delete the keys of an account; call this wherever its sessions are ended."""
    of_owner = (IdempotencyKey.actor == _owner(user_id)) & (IdempotencyKey.operation == _OPERATION)
    await uow.session.execute(delete(IdempotencyKey).where(of_owner))


def _owner(user_id: UUID) -> str:
    """Return the owner under which the key is stored, as for requests of a logged-in person."""
    return f"user:{user_id}"


def _hashed(code: str, key: str) -> str:
    return digest(f"{code}:{key}").hex()
