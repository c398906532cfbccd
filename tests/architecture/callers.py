"""Everybody who can call: a visitor, each role, and a token for each single scope."""

from collections.abc import Iterator
from dataclasses import dataclass

from db.models.accounts import ApiToken
from db.session import Database, UnitOfWork
from domain.actors import ROLE_SCOPES, Role, Scope
from services.credentials import API_TOKEN_PREFIX, SHOWN, digest, new_secret
from tests.factories import people


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


async def everybody(db: Database) -> list[Caller]:
    """A new session for each role, and a new token for each scope."""
    async with db.write() as uow:
        sessions = [
            Caller(role, await people.open_session(uow, role), ROLE_SCOPES[role]) for role in Role
        ]
        return [Caller("visitor", None, frozenset()), *sessions, *_tokens(uow)]


def _tokens(uow: UnitOfWork) -> Iterator[Caller]:
    for scope in sorted(set(Scope) - {Scope.SELF}):  # which a token cannot hold
        secret = new_secret(API_TOKEN_PREFIX)
        row = ApiToken(
            name=f"only {scope}",
            prefix=secret[:SHOWN],
            token_hash=digest(secret),
            scopes=[scope.value],
            created_at=uow.now,
        )
        uow.session.add(row)
        yield Caller(f"token {scope}", secret, frozenset({scope}))
