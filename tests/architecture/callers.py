"""Everybody who can call: a visitor, each role, and a token for each single scope."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from db.session import Database
from domain.actors import ROLE_SCOPES, Role, Scope
from services.api_tokens import create_token
from tests.factories import people
from tests.factories.accounts import acting, add_user


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
    found = [Caller("visitor", None, frozenset())]
    for role in Role:
        found.append(Caller(role, await people.session_of(db, role), ROLE_SCOPES[role]))
    return [*found, *[token async for token in _tokens(db)]]


async def _tokens(db: Database) -> AsyncIterator[Caller]:
    maker = acting(await add_user(db, Role.ADMIN))
    async with db.write() as uow:
        for scope in set(Scope) - {Scope.SELF}:  # which a token cannot hold
            made = await create_token(uow, maker, f"only {scope}", [scope])
            yield Caller(f"token {scope}", made.secret, frozenset({scope}))
