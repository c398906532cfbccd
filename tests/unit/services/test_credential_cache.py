"""Credentials are remembered for seconds, and never longer than they are good (A49)."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from domain.actors import Actor, ActorKind, UserType
from domain.errors import DependencyDown
from domain.events import AccessRevoked, UserSignedUp
from domain.ids import UserId
from services.accounts.authentication import Holder
from services.accounts.credential_cache import FRESH, GRACE, CredentialCache
from tests.support.clock import Clock

TOKEN, OTHER = "t" * 43, "o" * 43
CREDENTIAL, OWNER = UUID(int=1), UUID(int=2)
ACTOR = Actor(ActorKind.TOKEN, CREDENTIAL, "CI")
REVOKED = AccessRevoked(credential_id=CREDENTIAL)


class Directory:
    """A database that says what a test wants, and counts."""

    def __init__(self) -> None:
        self.lookups = 0
        self.holder: Holder | None = Holder(ACTOR, OWNER)
        self.down = False
        self.answers = asyncio.Event()
        self.answers.set()

    async def look_up(self, _credential: str, _now: datetime) -> Holder | None:
        self.lookups += 1
        holder_then = self.holder
        await self.answers.wait()
        if self.down:
            raise DependencyDown
        return holder_then

    async def wait_for_lookups(self, times: int) -> None:
        while self.lookups < times:  # noqa: ASYNC110 - a turn of the loop each
            await asyncio.sleep(0)


@pytest.fixture
def directory() -> Directory:
    return Directory()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def access(directory: Directory, clock: Clock) -> CredentialCache:
    return CredentialCache(directory.look_up, clock, most=2)


async def test_a_cached_credential_is_looked_up_again_after_a_while(
    access: CredentialCache, directory: Directory, clock: Clock
) -> None:
    assert [await access.actor(TOKEN) for _ in range(3)] == [ACTOR] * 3
    assert directory.lookups == 1
    clock.advance(FRESH.total_seconds())
    assert await access.actor(TOKEN) == ACTOR
    assert directory.lookups == 2


async def test_a_malformed_credential_is_not_looked_up(
    access: CredentialCache, directory: Directory
) -> None:
    assert await access.actor("x") is None
    assert directory.lookups == 0


async def test_unknown_ones_are_not_remembered(
    access: CredentialCache, directory: Directory
) -> None:
    directory.holder = None
    assert await access.actor(TOKEN) is None
    directory.holder = Holder(ACTOR, OWNER)
    assert await access.actor(TOKEN) == ACTOR


@pytest.mark.parametrize(
    "event",
    [REVOKED, UserSignedUp(user_id=UserId(OWNER), user_type=UserType.SUPPLIER)],
    ids=["the credential", "its owner"],
)
async def test_an_event_ends_it_at_once(
    access: CredentialCache, directory: Directory, event: AccessRevoked
) -> None:
    await access.actor(TOKEN)
    directory.holder = None
    access.apply_event(event)
    assert await access.actor(TOKEN) is None
    assert len(access) == 0


async def test_an_event_about_others_ends_nothing(
    access: CredentialCache, directory: Directory
) -> None:
    await access.actor(TOKEN)
    access.apply_event(AccessRevoked(credential_id=UUID(int=9)))
    assert await access.actor(TOKEN) == ACTOR
    assert directory.lookups == 1


async def test_a_revocation_during_the_look_up_is_not_lost(
    access: CredentialCache, directory: Directory
) -> None:
    directory.answers.clear()
    first = asyncio.create_task(access.actor(TOKEN))
    await directory.wait_for_lookups(1)
    directory.holder = None
    access.apply_event(REVOKED)
    late = asyncio.create_task(access.actor(TOKEN))
    await directory.wait_for_lookups(2)
    directory.answers.set()
    assert (await first, await late) == (ACTOR, None)
    assert await access.actor(TOKEN) is None


async def test_a_cached_credential_expires(
    access: CredentialCache, directory: Directory, clock: Clock
) -> None:
    soon = clock() + timedelta(seconds=2)
    directory.holder = Holder(replace(ACTOR, expires_at=soon), OWNER)
    assert await access.actor(TOKEN) is not None
    clock.advance(2)
    assert await access.actor(TOKEN) is None


async def test_many_at_once_ask_once(access: CredentialCache, directory: Directory) -> None:
    directory.answers.clear()
    waiting = [asyncio.create_task(access.actor(TOKEN)) for _ in range(5)]
    await directory.wait_for_lookups(1)
    waiting[0].cancel()  # takes nothing from the others
    directory.answers.set()
    actors = await asyncio.gather(*waiting, return_exceptions=True)
    assert actors[1:] == [ACTOR] * 4
    assert directory.lookups == 1


async def test_known_ones_go_on_while_the_database_is_away(
    access: CredentialCache, directory: Directory, clock: Clock
) -> None:
    await access.actor(TOKEN)
    directory.down = True
    clock.advance(GRACE.total_seconds() - 1)
    assert [await access.actor(TOKEN) for _ in range(3)] == [ACTOR] * 3
    assert directory.lookups == 2  # each second once, not for each request
    clock.advance(1)
    with pytest.raises(DependencyDown):
        await access.actor(TOKEN)


async def test_unknown_or_revoked_ones_do_not(
    access: CredentialCache, directory: Directory
) -> None:
    await access.actor(TOKEN)
    directory.down = True
    access.apply_event(REVOKED)
    for credential in (TOKEN, OTHER):
        with pytest.raises(DependencyDown):
            await access.actor(credential)


async def test_only_the_last_used_are_remembered(
    access: CredentialCache, directory: Directory
) -> None:
    for letter in "abc":
        await access.actor(letter * 43)
    assert len(access) == 2
    await access.actor("a" * 43)
    assert directory.lookups == 4
    access.clear()
    assert len(access) == 0
