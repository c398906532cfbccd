"""Revokes all access of a person: sessions, the tokens they created, open streams (A49)."""

from db.models.accounts import User
from db.queries import credentials
from db.session import UnitOfWork
from domain.actors import Actor
from domain.events import AccessRevoked
from services.accounts import sessions


async def end_all(uow: UnitOfWork, actor: Actor, user: User) -> None:
    """Log a person out everywhere, and end the streams of the tokens that they created.

    Those tokens keep only the scopes that their creator still has: `look_up` applies it.
    """
    await sessions.end_sessions(uow, actor, user.id)
    for token in await credentials.tokens_made_by(uow.session, user.id):
        uow.record(actor, AccessRevoked(credential_id=token.id))


async def revoke_all(uow: UnitOfWork, actor: Actor, user: User) -> None:
    """End the sessions and also revoke the tokens of a person whose account is deleted."""
    await sessions.end_sessions(uow, actor, user.id)
    for token in await credentials.tokens_made_by(uow.session, user.id):
        token.revoked_at = uow.now
        uow.record(actor, AccessRevoked(credential_id=token.id))
