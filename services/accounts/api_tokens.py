"""API tokens for tools (A41)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.drafts import Audit
from db.models.accounts import ApiToken
from db.queries import credentials
from db.session import UnitOfWork
from domain.accounts import accounts as rules
from domain.actors import Actor, ActorKind, Scope
from domain.errors import Forbidden, NotFound
from domain.events import AccessRevoked, TokenCreated
from domain.ids import TokenId
from services.platform.credentials import API_TOKEN_PREFIX, SHOWN, digest, new_secret


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was just created, with its secret, which is not stored."""

    row: ApiToken
    secret: str = field(repr=False)


async def list_tokens(session: AsyncSession) -> list[ApiToken]:
    """Return all tokens, newest first."""
    return await credentials.all_tokens(session)


async def create_token(
    uow: UnitOfWork,
    actor: Actor,
    name: str,
    scopes: Sequence[Scope],
    expires_at: datetime | None = None,
) -> NewToken:
    """Create a token with scopes of its creator at most; raises Invalid, Required or Forbidden.

    A token created by a token expires and is revoked with it (SEC10).
    """
    secret, parent = new_secret(API_TOKEN_PREFIX), await _parent(uow.session, actor)
    limit = parent.expires_at if parent else None
    row = ApiToken(
        name=rules.check_token_name(name),
        prefix=secret[:SHOWN],
        token_hash=digest(secret),
        scopes=[scope.value for scope in rules.check_token_scopes(scopes, actor)],
        created_by=parent.created_by if parent else actor.user_id,
        ancestors=[*parent.ancestors, parent.id] if parent else [],
        created_at=uow.now,
        expires_at=rules.check_token_expiry(expires_at, uow.now, limit=limit),
    )
    uow.session.add(row)
    await uow.session.flush()
    _record_created(uow, actor, row)
    return NewToken(row, secret)


async def revoke_token(uow: UnitOfWork, actor: Actor, token_id: UUID) -> ApiToken:
    """Revoke a token once, with all tokens that were created with it, and end their streams.

    Raises NotFound.
    """
    row = await credentials.lock_token(uow.session, token_id)
    if row is None:
        raise NotFound("There is no ApiToken with this id.", path=("id",))
    if row.revoked_at is None:
        for ended in (row, *await credentials.unrevoked_descendants(uow.session, row.id)):
            ended.revoked_at = uow.now
            audit = Audit(ended.id, before={"revoked": False}, after={"revoked": True})
            uow.record(actor, AccessRevoked(credential_id=ended.id), audit)
    return row


async def _parent(session: AsyncSession, actor: Actor) -> ApiToken | None:
    """Lock the token that creates another one against a concurrent revocation.

    None: a person or the system creates it. Raises Forbidden if the parent was revoked meanwhile.
    """
    if actor.kind is not ActorKind.TOKEN or actor.id is None:
        return None
    row = await credentials.lock_token(session, actor.id)
    if row is None or row.revoked_at is not None:
        raise Forbidden("The token that you use was revoked.")
    return row


def _record_created(uow: UnitOfWork, actor: Actor, row: ApiToken) -> None:
    scopes = tuple(Scope(name) for name in row.scopes)
    event = TokenCreated(token_id=TokenId(row.id), name=row.name, scopes=scopes)
    uow.record(actor, event, Audit(row.id, after={"name": row.name, "scopes": row.scopes}))
