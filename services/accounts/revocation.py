"""Ending all that lets somebody in: sessions, tokens they made, and every open stream (A49)."""

from db.models.accounts import User
from db.queries import credentials
from db.session import UnitOfWork
from domain.actors import Actor
from domain.events import AccessRevoked
from services.accounts import sessions


async def end_all(uow: UnitOfWork, actor: Actor, user: User) -> None:
    """Log somebody out everywhere, and end the streams of the tokens that they made.

    Those tokens work on only as far as who made them may still act: `authenticate` looks.
    """
    await sessions.end_sessions(uow, actor, user.id)
    for token in await credentials.tokens_made_by(uow.session, user.id):
        uow.record(actor, AccessRevoked(credential_id=token.id))


async def revoke_all(uow: UnitOfWork, actor: Actor, user: User) -> None:
    """The same for somebody who does not come back: their tokens end with them."""
    await sessions.end_sessions(uow, actor, user.id)
    for token in await credentials.tokens_made_by(uow.session, user.id):
        token.revoked_at = uow.now
        uow.record(actor, AccessRevoked(credential_id=token.id))
