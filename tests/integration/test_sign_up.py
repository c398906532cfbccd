"""Signing up on the real database (S29, S70)."""

import asyncio
from datetime import date, timedelta
from uuid import UUID

import pytest
from redis.asyncio import Redis
from sqlalchemy import func, select, text

from db import event_log
from db.models.accounts import Session, SignupAttempt, User
from db.models.couples import Couple
from db.models.onboarding import OnboardingProgress
from db.models.phases import LaunchPhase
from db.models.suppliers import Supplier
from db.session import Database
from domain.accounts.accounts import Profile
from domain.actors import ActorKind, Role, UserType, VendorType
from domain.errors import Forbidden, Invalid, RateLimited
from domain.events import MailQueued, UserSignedUp
from domain.ids import MailId
from domain.mail.email import MailKind
from domain.phases.phases import PhaseStatus
from domain.platform.rate_limits import AccessLimits, Limit
from services.accounts.login_throttle import LoginThrottle
from services.accounts.sign_up import UnusableEmail, sign_up
from services.journeys import journey_reads
from services.metrics.metric_spans import Span
from settings import Settings
from tests.factories.accounts import (
    EMAIL,
    PASSWORD,
    RecordingPasswords,
    make_login_throttle,
    register_account,
    sign_up_request,
)
from tests.factories.mail import emails_of_kind

WRONG = "another password"


@pytest.fixture
def throttle(db: Database, redis: Redis, settings: Settings) -> LoginThrottle:
    return make_login_throttle(db, redis, settings)


async def count(db: Database, *models: type) -> list[int]:
    async with db.read() as session:
        queries = [select(func.count()).select_from(model) for model in models]
        return [(await session.execute(query)).scalar_one() for query in queries]


async def attempts(db: Database) -> list[tuple[bool, str | None]]:
    async with db.read() as session:
        rows = await session.scalars(select(SignupAttempt).order_by(SignupAttempt.at))
        return [(row.succeeded, row.failure) for row in rows]


async def add_active_phase(db: Database, platform: str) -> UUID:
    async with db.write() as uow:
        phase = LaunchPhase(
            key="mvp", phase_name="MVP", status=PhaseStatus.ACTIVE, platforms=[platform]
        )
        uow.session.add(phase)
    return phase.id


async def test_supplier_gets_account_profile_onboarding_and_session(
    db: Database, throttle: LoginThrottle
) -> None:
    profile = Profile(business_name="Sarah's Photos", vendor_type=VendorType.PHOTOGRAPHER)
    opened = await sign_up(throttle, sign_up_request(profile=profile))
    async with db.read() as session:
        supplier = (await session.scalars(select(Supplier))).one()
        progress = (await session.scalars(select(OnboardingProgress))).one()
    assert (opened.user.email, opened.user.role) == (EMAIL, Role.SUPPLIER)
    assert (supplier.user_id, supplier.email) == (opened.user.id, EMAIL)
    assert (supplier.business_name, supplier.vendor_type) == ("Sarah's Photos", "photographer")
    assert (progress.user_id, progress.current_step) == (opened.user.id, "first_client")
    assert await attempts(db) == [(True, None)]


async def test_couple_gets_its_own_profile(db: Database, throttle: LoginThrottle) -> None:
    profile = Profile(partner1_name="Emma", partner2_name="James", wedding_date=date(2024, 8, 15))
    await sign_up(throttle, sign_up_request(user_type=UserType.COUPLE, profile=profile))
    async with db.read() as session:
        couple = (await session.scalars(select(Couple))).one()
        progress = (await session.scalars(select(OnboardingProgress))).one()
    assert (couple.partner1_name, couple.partner2_name) == ("Emma", "James")
    assert couple.wedding_date == date(2024, 8, 15)
    assert progress.current_step == "first_connection"


async def test_password_and_token_are_stored_as_hashes(
    db: Database, throttle: LoginThrottle
) -> None:
    opened = await register_account(throttle)
    async with db.read() as session:
        user = (await session.scalars(select(User))).one()
        row = (await session.scalars(select(Session))).one()
    assert str(user.password_hash).startswith("$argon2id$")
    assert opened.token.encode() not in row.token_hash
    assert row.ip == "192.0.2.1"
    assert opened.expires_at == row.expires_at


@pytest.mark.parametrize(
    ("platform", "user_type", "counted"),
    [
        ("wedsync", UserType.SUPPLIER, True),
        ("wedme", UserType.COUPLE, True),
        ("wedme", UserType.SUPPLIER, False),
    ],
)
async def test_the_sign_up_event_names_the_active_phase(
    db: Database, throttle: LoginThrottle, platform: str, user_type: UserType, counted: bool
) -> None:
    phase_id = await add_active_phase(db, platform)
    await register_account(throttle, user_type=user_type)
    async with db.read() as session:
        (recorded,) = await event_log.read_after(session, 0, 10, kinds=[UserSignedUp.TYPE])
    assert isinstance(recorded.event, UserSignedUp)
    assert recorded.event.phase_id == (phase_id if counted else None)
    assert (recorded.actor.kind, recorded.actor.label) == (ActorKind.USER, EMAIL)


async def test_visitor_does_not_become_an_admin(db: Database, throttle: LoginThrottle) -> None:
    with pytest.raises(Forbidden):
        await sign_up(throttle, sign_up_request(user_type=UserType.ADMIN))
    assert await count(db, User, Session) == [0, 0]
    assert await attempts(db) == [(False, "forbidden")]


async def test_a_short_password_creates_no_account(db: Database, throttle: LoginThrottle) -> None:
    with pytest.raises(Invalid) as caught:
        await sign_up(throttle, sign_up_request(password="short"))
    assert caught.value.path == ("input", "password")
    assert await count(db, User, Session) == [0, 0]
    assert await attempts(db) == [(False, "invalid")]


async def test_taken_email_with_its_password_logs_in(db: Database, throttle: LoginThrottle) -> None:
    first = await register_account(throttle)
    repeated = await register_account(throttle, email=EMAIL.upper(), user_type=UserType.COUPLE)
    assert repeated.user.id == first.user.id
    assert await count(db, User, Session, Supplier, Couple) == [1, 2, 1, 0]
    assert await attempts(db) == [(True, None), (True, None)]


async def test_a_taken_email_is_not_revealed(db: Database, throttle: LoginThrottle) -> None:
    await register_account(throttle)
    with pytest.raises(UnusableEmail) as caught:
        await sign_up(throttle, sign_up_request(password=WRONG))
    assert caught.value.path == ("input", "email")
    assert await count(db, User, Session) == [1, 1]
    assert await attempts(db) == [(True, None), (False, "invalid")]


async def test_the_owner_of_a_taken_email_is_emailed_once_a_day(
    db: Database, throttle: LoginThrottle
) -> None:
    await register_account(throttle)
    for _ in range(3):
        with pytest.raises(UnusableEmail):
            await sign_up(throttle, sign_up_request(password=WRONG))
    (email,) = await emails_of_kind(db, MailKind.ALREADY_SIGNED_UP)
    async with db.read() as session:
        events = await event_log.read_after(session, 0, 10, kinds=[MailQueued.TYPE])
    assert email.recipient == EMAIL
    assert events[-1].event == MailQueued(mail_id=MailId(email.id))
    assert len(events) == 2  # with that which confirms the e-mail


async def test_account_without_password_cannot_be_taken_over(
    db: Database, redis: Redis, settings: Settings
) -> None:
    passwords = RecordingPasswords()
    throttle = make_login_throttle(db, redis, settings, passwords=passwords)
    opened = await register_account(throttle)
    async with db.write() as uow:
        await uow.session.execute(text("UPDATE users SET password_hash = NULL"))
    with pytest.raises(UnusableEmail):
        await register_account(throttle)
    assert passwords.verified == [None]
    assert opened.user.email == EMAIL


async def test_concurrent_sign_ups_create_one_account(
    db: Database, throttle: LoginThrottle
) -> None:
    opened = await asyncio.gather(*(register_account(throttle) for _ in range(4)))
    assert len({item.user.id for item in opened}) == 1
    assert await count(db, User, Supplier, OnboardingProgress) == [1, 1, 1]


async def test_the_business_email_of_another_supplier_creates_no_account(
    db: Database, throttle: LoginThrottle
) -> None:
    await register_account(throttle)
    with pytest.raises(UnusableEmail):
        await sign_up(throttle, sign_up_request(email="new@b.co", profile=Profile(email=EMAIL)))
    assert await count(db, User, Supplier) == [1, 1]


async def test_sign_ups_of_one_address_are_limited(
    db: Database, redis: Redis, settings: Settings
) -> None:
    rules = AccessLimits(sign_up_address=Limit(2, 3600))
    throttle = make_login_throttle(db, redis, settings, rules=rules)
    for index in range(2):
        await register_account(throttle, email=f"{index}@b.co")
    with pytest.raises(RateLimited):
        await register_account(throttle, email="3@b.co")
    elsewhere = make_login_throttle(db, redis, settings, rules=rules, ip="192.0.2.9")
    await register_account(elsewhere, email="4@b.co")
    assert await count(db, User) == [3]
    assert (False, "rate_limited") in await attempts(db)


async def test_internal_errors_count_as_failed_sign_ups(
    db: Database, redis: Redis, settings: Settings
) -> None:
    class Broken(RecordingPasswords):
        async def hash(self, password: str) -> str:
            raise RuntimeError("out of order")

    throttle = make_login_throttle(db, redis, settings, passwords=Broken())
    with pytest.raises(RuntimeError):
        await sign_up(throttle, sign_up_request(password=PASSWORD))
    assert await attempts(db) == [(False, "internal")]
    assert await lost_starts(db) == [1, 0, 1]


async def test_user_mistakes_do_not_fail_the_journey(
    db: Database, redis: Redis, settings: Settings
) -> None:
    """Requirement S104."""
    with pytest.raises(Invalid):
        await sign_up(make_login_throttle(db, redis, settings), sign_up_request(password="short"))
    assert await lost_starts(db) == [0, 0, 0]


async def lost_starts(db: Database) -> list[int]:
    """How many failed of each journey."""
    async with db.read() as session:
        now = db.clock()
        journeys = await journey_reads.funnels(session, Span(now - timedelta(hours=1), now), now)
    return [item.totals.failed for item in journeys]


async def test_refused_attempts_are_rate_limited(
    db: Database, redis: Redis, settings: Settings
) -> None:
    """SEC12: a password that is too short was refused before anything was counted."""
    throttle = make_login_throttle(
        db, redis, settings, rules=AccessLimits(sign_up_attempts=Limit(3, 3600))
    )
    for _ in range(3):
        with pytest.raises(Invalid):
            await sign_up(throttle, sign_up_request(password="short"))
    with pytest.raises(RateLimited):
        await sign_up(throttle, sign_up_request(password="short"))
