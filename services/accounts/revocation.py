"""Revokes all access of a person: sessions, the tokens they created, open streams (A49)."""

from db.models.accounts import User
from db.queries import credentials
from db.session import UnitOfWork
from domain.actors import Actor
from domain.events import AccessRevoked
from services.accounts import sessions


async def end_all(uow: UnitOfWork, actor: Actor, user: User) -> None:
    """Log a person out everywhere, and end the streams of the tokens that they created.

    Those tokens work on only as far as who made them may still act: `authenticate` looks.
    """
    await sessions.end_sessions(uow, actor, user.id)
    for token in await credentials.tokens_made_by(uow.session, user.id):
        uow.record(actor, AccessRevoked(credential_id=token.id))


async def revoke_all(uow: UnitOfWork, actor: Actor, user: User) -> None:
    """Do the same for a person who leaves for good: their tokens are revoked too."""
    await sessions.end_sessions(uow, actor, user.id)
    for token in await credentials.tokens_made_by(uow.session, user.id):
        token.revoked_at = uow.now
        uow.record(actor, AccessRevoked(credential_id=token.id))
