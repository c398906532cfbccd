"""Many at once on the real PostgreSQL: one winner, and nothing by halves (S41)."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import func, select

from db.models.accounts import Session, User
from db.models.couples import Couple, Partnership
from db.models.invitations import Invitation
from db.models.onboarding import OnboardingProgress
from db.models.suppliers import Client, Supplier
from db.queries import suppliers
from db.session import Database
from domain.actors import ANONYMOUS, ROLE_SCOPES, Actor, ActorKind, UserType
from domain.errors import AlreadyUsed, DependencyDown, LaunchError
from domain.ids import CoupleId, SupplierId
from domain.marketplace.clients import ClientStatus
from domain.marketplace.invitations import InvitationStatus
from domain.platform.rate_limits import AccessLimits, Limit
from services.accounts.login_throttle import LoginThrottle
from services.marketplace import clients, invitations
from services.marketplace.clients import ClientDraft
from services.marketplace.invitation_acceptance import Acceptance, Accepted, accept
from services.marketplace.invitation_codes import decline
from services.marketplace.invitations import InviteClient, Site
from settings import Settings
from tests.factories.accounts import make_login_throttle, register_account

SITE = Site("https://wedme.test", sends_mail=False, signing_key=b"a secret")
MANY = Limit(10_000, 60)
MADE = (User, Couple, Partnership, OnboardingProgress, Session)


@pytest.fixture
def throttle(db: Database, redis: Redis, settings: Settings) -> LoginThrottle:
    rules = AccessLimits(sign_up_address=MANY, invitation_address=MANY, log_in_address=MANY)
    return make_login_throttle(db, redis, settings, rules=rules)


@pytest.fixture
async def supplier(db: Database, throttle: LoginThrottle) -> Actor:
    opened = await register_account(throttle, "sarah@example.com")
    async with db.read() as session:
        row = (await suppliers.by_user(session, [opened.user.id]))[opened.user.id]
    return _actor(opened.user, supplier_id=SupplierId(row.id))


async def couple(db: Database, throttle: LoginThrottle, email: str) -> Actor:
    opened = await register_account(throttle, email, UserType.COUPLE)
    async with db.read() as session:
        query = select(Couple).where(Couple.user_id == opened.user.id)
        row = (await session.scalars(query)).one()
    return _actor(opened.user, couple_id=CoupleId(row.id))


def _actor(user: User, **more: Any) -> Actor:  # noqa: ANN401 - a supplier or a couple
    return Actor(ActorKind.USER, user.id, user.email, ROLE_SCOPES[user.role], user.role, **more)


async def send(db: Database, supplier: Actor, names: str = "Emma & James") -> str:
    """The code of a new invitation."""
    async with db.write() as uow:
        client = await clients.add(uow, supplier, ClientDraft(names))
        invited = await invitations.invite(uow, supplier, SITE, client.row.id, InviteClient())
    return str(invited.accept_url).rpartition("/")[2]


async def attempt(
    throttle: LoginThrottle, actor: Actor, command: Acceptance
) -> Accepted | LaunchError:
    """Asked again where the machine was too busy to answer in time, as clients do."""
    try:
        return await accept(throttle, actor, command)
    except DependencyDown:
        return await attempt(throttle, actor, command)
    except LaunchError as error:
        return error


async def counts(db: Database) -> dict[str, int]:
    async with db.read() as session:
        queries = {model.__name__: select(func.count()).select_from(model) for model in MADE}
        return {name: (await session.execute(each)).scalar_one() for name, each in queries.items()}


async def test_of_50_concurrent_couples_one_accepts(
    db: Database, throttle: LoginThrottle, supplier: Actor
) -> None:
    """rdyrct#154: two people accept one link."""
    code, before = await send(db, supplier), await counts(db)
    commands = [Acceptance(code, email=f"couple{index}@example.com") for index in range(50)]
    results = await asyncio.gather(*(attempt(throttle, ANONYMOUS, command) for command in commands))
    assert Counter(type(result) for result in results) == {Accepted: 1, AlreadyUsed: 49}
    after = await counts(db)
    assert {name: after[name] - before[name] for name in after} == dict.fromkeys(after, 1)


async def test_50_concurrent_acceptances_of_one_couple_connect_once(
    db: Database, throttle: LoginThrottle, supplier: Actor
) -> None:
    who, code = await couple(db, throttle, "emma@example.com"), await send(db, supplier)
    results = await asyncio.gather(*(attempt(throttle, who, Acceptance(code)) for _ in range(50)))
    done = [result for result in results if isinstance(result, Accepted)]
    assert sorted(result.already for result in done) == [False] + [True] * 49
    assert len({result.partnership.id for result in done}) == 1


async def test_two_invitations_of_one_email_create_one_account(
    db: Database, throttle: LoginThrottle, supplier: Actor
) -> None:
    codes = [await send(db, supplier, f"Client {index}") for index in range(5)]
    commands = [Acceptance(code, email="emma@example.com") for code in codes]
    results = await asyncio.gather(*(attempt(throttle, ANONYMOUS, command) for command in commands))
    assert sum(isinstance(result, Accepted) for result in results) == 1
    async with db.read() as session:
        query = select(Invitation.status).where(Invitation.status == InvitationStatus.SENT)
        assert len((await session.scalars(query)).all()) == 4


async def test_concurrent_accepting_and_archiving_stay_consistent(
    db: Database, throttle: LoginThrottle, supplier: Actor
) -> None:
    """The client is locked before its invitation everywhere, or these two would deadlock."""
    for index in range(10):
        code = await send(db, supplier, f"Client {index}")
        command = Acceptance(code, email=f"couple{index}@example.com")
        async with db.read() as session:
            query = select(Client).where(Client.couple_names == f"Client {index}")
            client = (await session.scalars(query)).one()

        async def archive(key: Any = client.id) -> None:  # noqa: ANN401 - the id of this round
            async with db.write() as uow:
                await clients.update(uow, supplier, key, {}, archived=True)

        _, archived = await asyncio.gather(attempt(throttle, ANONYMOUS, command), archive())
        assert archived is None
    async with db.read() as session:
        assert set(await session.scalars(select(Client.status))) == {ClientStatus.INACTIVE}
        active = select(func.count()).where(Partnership.is_active.is_(True))
        assert (await session.execute(active)).scalar_one() == 0
        pending = select(Invitation.id).where(Invitation.status == InvitationStatus.SENT)
        assert (await session.scalars(pending)).all() == []


async def test_concurrent_accepting_and_declining_have_one_outcome(
    db: Database, throttle: LoginThrottle, supplier: Actor
) -> None:
    for index in range(10):
        code = await send(db, supplier, f"Client {index}")

        async def say_no(code: str = code) -> bool:
            try:
                async with db.write() as uow:
                    await decline(uow, ANONYMOUS, code)
            except AlreadyUsed:
                return False
            return True

        command = Acceptance(code, email=f"couple{index}@example.com")
        yes, no = await asyncio.gather(attempt(throttle, ANONYMOUS, command), say_no())
        assert isinstance(yes, Accepted) is not no


async def test_concurrent_invitations_leave_one_pending(db: Database, supplier: Actor) -> None:
    async with db.write() as uow:
        client = await clients.add(uow, supplier, ClientDraft("Emma & James"))

    async def invite() -> bool:
        try:
            async with db.write() as uow:
                await invitations.invite(uow, supplier, SITE, client.row.id, InviteClient())
        except LaunchError:
            return False
        return True

    assert sum(await asyncio.gather(*(invite() for _ in range(20)))) == 1


async def test_first_value_is_reached_once(
    db: Database, throttle: LoginThrottle, supplier: Actor
) -> None:
    """S86: the first invitation, the first connection; later ones move nothing."""
    moments = []
    for index in range(2):
        code = await send(db, supplier, f"Client {index}")
        await accept(throttle, ANONYMOUS, Acceptance(code, email=f"c{index}@example.com"))
        async with db.read() as session:
            row = (await session.scalars(select(Supplier))).one()
        moments.append((row.first_value_at, row.first_connection_at))
    assert moments[0] == moments[1]
    assert None not in moments[0]
    assert row.first_value_achieved is True
