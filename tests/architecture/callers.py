"""Everybody who can call a field: a visitor, each role, and tokens with and without its scopes."""

from collections.abc import Iterator
from dataclasses import dataclass

from db.models.accounts import ApiToken
from db.session import Database, UnitOfWork
from domain.actors import ROLE_SCOPES, Role, Scope
from services.platform.credentials import API_TOKEN_PREFIX, SHOWN, digest, new_secret
from tests.factories import user_sessions


@dataclass(frozen=True, slots=True)
class Caller:
    """`token` None is a visitor."""

    name: str
    token: str | None
    scopes: frozenset[Scope]

    @property
    def refusal(self) -> str:
        """What they get where they may not."""
        return "UNAUTHENTICATED" if self.token is None else "FORBIDDEN"


async def everybody(db: Database, scopes: frozenset[Scope]) -> list[Caller]:
    """A new session for each role, a token for each of the scopes, and one with all others."""
    async with db.write() as uow:
        sessions = [
            Caller(role, await user_sessions.open_session(uow, role), ROLE_SCOPES[role])
            for role in Role
        ]
        return [Caller("visitor", None, frozenset()), *sessions, *_tokens(uow, scopes)]


def _tokens(uow: UnitOfWork, scopes: frozenset[Scope]) -> Iterator[Caller]:
    possible = set(Scope) - {Scope.SELF}  # which a token cannot hold
    single = [(f"only {scope}", frozenset({scope})) for scope in sorted(possible & scopes)]
    for name, of_token in (*single, ("all others", frozenset(possible - scopes))):
        secret = new_secret(API_TOKEN_PREFIX)
        row = ApiToken(
            name=name,
            prefix=secret[:SHOWN],
            token_hash=digest(secret),
            scopes=sorted(scope.value for scope in of_token),
            created_at=uow.now,
        )
        uow.session.add(row)
        yield Caller(f"token {name}", secret, of_token)
