"""API tokens with any scopes, inserted into the database."""

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
    """Insert a token and return its secret; `created_by` is the user who created it."""
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
