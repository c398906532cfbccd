"""API tokens with any scopes, as the database holds them."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from db.models.accounts import ApiToken
from db.session import Database
from domain.actors import Scope
from services.platform.credentials import API_TOKEN_PREFIX, SHOWN, digest, new_secret


async def new_token(
    db: Database,
    scopes: Iterable[Scope],
    *,
    expires_at: datetime | None = None,
    created_by: UUID | None = None,
) -> str:
    """The secret of a new token; `created_by`: which user has made it."""
    secret = new_secret(API_TOKEN_PREFIX)
    async with db.write() as uow:
        row = ApiToken(
            name="a tool",
            prefix=secret[:SHOWN],
            token_hash=digest(secret),
            scopes=sorted(scope.value for scope in scopes),
            created_at=uow.now,
            expires_at=expires_at,
            created_by=created_by,
        )
        uow.session.add(row)
    return secret
