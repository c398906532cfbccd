"""People who stand still, and incidents that hold them up (S72, S73, X12)."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from pgqueuer.errors import RetryRequested
from sqlalchemy import select

from db import event_log
from db.models.incidents import LaunchIncident
from db.models.mail import Mail
from db.models.onboarding import OnboardingProgress
from db.session import Database
from domain.actors import ANONYMOUS, Role
from domain.events.marketplace import OnboardingChanged
from domain.incidents.incidents import Severity
from domain.marketplace.nudges import NudgeKind
from jobs.onboarding import check_stalled
from services.flags import flags
from services.flags.flags import FlagDraft
from services.incidents import incidents
from services.incidents.incidents import IncidentDraft
from services.journeys import onboarding
from services.marketplace import incident_followups, nudges
from settings import Settings
from tests.factories.user_sessions import create_session, newest_user
from tests.support.clock import Clock

HOUR, DAY = 3_600, 86_400


class Person:
    """Somebody with an onboarding, and the job that looks after them."""

    def __init__(self, db: Database, settings: Settings, user_id: UUID) -> None:
        self.db, self.settings, self.user_id = db, settings, user_id

    async def row(self) -> OnboardingProgress:
        async with self.db.read() as session:
            return await onboarding.of_user(session, self.user_id)

    async def look(self, since: datetime | None = None) -> datetime | None:
        active_at = since or (await self.row()).last_activity_at
        async with self.db.write() as uow:
            return await nudges.look(uow, self.settings, self.user_id, active_at)

    async def emails(self) -> list[Mail]:
        async with self.db.read() as session:
            return list(await session.scalars(select(Mail).order_by(Mail.created_at)))


async def newcomer(db: Database, settings: Settings, role: Role = Role.SUPPLIER) -> Person:
    await create_session(db, role)
    return Person(db, settings, await newest_user(db))


@pytest.fixture
async def person(db: Database, settings: Settings) -> Person:
    return await newcomer(db, settings)


async def trouble(db: Database, *features: str) -> UUID:
    """An open incident about these flags."""
    draft = IncidentDraft("test", Severity.HIGH, "It breaks", affected_features=features)
    async with db.write() as uow:
        return (await incidents.open_incident(uow, ANONYMOUS, draft)).row.id


async def over(db: Database, incident_id: UUID) -> None:
    async with db.write() as uow:
        row = await uow.session.get(LaunchIncident, incident_id)
        assert row is not None
        await incidents.end(uow, ANONYMOUS, row, "mended")


async def test_active_users_get_no_nudges(person: Person, clock: Clock) -> None:
    clock.advance(299)
    repeated = await person.look()
    row = await person.row()
    assert (row.stuck_at_step, row.nudge_kind, row.nudges_sent) == (None, None, 0)
    assert repeated is not None


async def test_at_most_three_nudges_are_sent(person: Person, clock: Clock) -> None:
    """S73: in the app after five minutes, by mail too after an hour and after a day."""
    seen = []
    for seconds in (300, HOUR - 300, DAY - HOUR, DAY):
        clock.advance(seconds)
        repeated = await person.look()
        seen.append(((await person.row()).nudges_sent, len(await person.emails())))
    assert seen == [(1, 0), (2, 1), (3, 2), (3, 2)]
    assert repeated is None
    assert (await person.row()).stuck_at_step == "business_info"


async def test_running_the_job_twice_sends_one_nudge(person: Person, clock: Clock) -> None:
    """Rule R5 of docs/architecture.md."""
    clock.advance(301)
    for _ in range(3):
        assert await person.look() is not None
    assert ((await person.row()).nudges_sent, await person.emails()) == (1, [])


async def test_progress_cancels_a_scheduled_nudge(person: Person, clock: Clock) -> None:
    before = (await person.row()).last_activity_at
    clock.advance(400)
    async with person.db.write() as uow:
        await onboarding.request_assistance(uow, ANONYMOUS, person.user_id, "Help")
    assert await person.look(before) is None
    assert (await person.row()).nudges_sent == 0


async def test_users_who_opted_out_get_no_nudges(person: Person, clock: Clock) -> None:
    """A38; that they left is noted all the same."""
    async with person.db.write() as uow:
        await nudges.allow(uow, ANONYMOUS, person.user_id, allowed=False)
    clock.advance(DAY)
    assert await person.look() is None
    row = await person.row()
    assert (row.nudges_sent, row.nudge_kind, await person.emails()) == (0, None, [])
    assert row.left_at is not None


async def test_an_incident_suppresses_nudges_of_its_step_only(
    db: Database, settings: Settings, person: Person, clock: Clock
) -> None:
    """Requirement X12."""
    other = await newcomer(db, settings, Role.COUPLE)
    await trouble(db, "onboarding_business_info")
    clock.advance(301)
    for each in (person, other):
        await each.look()
    silenced, nudged = await person.row(), await other.row()
    assert (silenced.stuck_at_step, silenced.nudge_kind) == ("business_info", None)
    assert nudged.nudge_kind is NudgeKind.STUCK


async def test_only_blocked_users_are_notified_of_the_end(
    db: Database, settings: Settings, person: Person, clock: Clock
) -> None:
    """X12: not who came later, not who went on, and nobody twice."""
    gone, incident = await newcomer(db, settings), await trouble(db, "onboarding_business_info")
    clock.advance(301)
    for each in (person, gone):
        await each.look()
    late = await newcomer(db, settings)
    async with db.write() as uow:
        row = await uow.session.get(OnboardingProgress, (await gone.row()).id)
        assert row is not None
        row.completed_at = uow.now
    assert await incident_followups.notify_blocked_users(db, settings, incident) == 0
    await over(db, incident)
    assert [
        await incident_followups.notify_blocked_users(db, settings, incident) for _ in range(2)
    ] == [1, 0]
    kinds = [(await each.row()).nudge_kind for each in (person, gone, late)]
    assert kinds == [NudgeKind.WORKS_AGAIN, None, None]
    (email,) = await person.emails()
    assert "works again" in email.subject


async def test_another_open_incident_keeps_suppressing_nudges(
    db: Database, settings: Settings, person: Person, clock: Clock
) -> None:
    first = await trouble(db, "onboarding_business_info")
    clock.advance(301)
    await person.look()
    second = await trouble(db, "onboarding_business_info")
    await over(db, first)
    assert await incident_followups.notify_blocked_users(db, settings, first) == 0
    await over(db, second)
    assert await incident_followups.notify_blocked_users(db, settings, second) == 1


async def test_the_job_is_rescheduled_for_the_next_nudge(person: Person, clock: Clock) -> None:
    """S72: durable, in the queue rather than in a process."""
    since = (await person.row()).last_activity_at
    payload = {"user_id": str(person.user_id), "since": since.isoformat()}
    with pytest.raises(RetryRequested) as raised:
        await check_stalled(person.db, person.settings, payload)
    assert raised.value.delay == pytest.approx(timedelta(minutes=5), abs=timedelta(seconds=5))
    clock.advance(DAY)
    async with person.db.write() as uow:
        await nudges.allow(uow, ANONYMOUS, person.user_id, allowed=False)
    await check_stalled(person.db, person.settings, payload)


async def test_inactive_users_abandon_the_journey_unless_they_asked_for_help(
    db: Database, settings: Settings, clock: Clock
) -> None:
    """S104: they tried and could not, and nobody helped them in a day."""
    quiet, asking = await newcomer(db, settings), await newcomer(db, settings)
    async with db.write() as uow:
        await onboarding.request_assistance(uow, ANONYMOUS, asking.user_id, "Help")
    clock.advance(DAY + 1)
    actions = []
    for each in (quiet, asking):
        await each.look()
        async with db.read() as session:
            events = await event_log.read_after(session, 0, 100_000)
        assert isinstance(events[-1].event, OnboardingChanged)
        actions.append(events[-1].event.action)
    assert actions == ["abandoned", "gave up"]


@pytest.mark.parametrize(
    ("exists", "on", "nudged"), [(False, False, 1), (True, False, 0), (True, True, 1)]
)
async def test_nudges_require_their_flag(
    db: Database, person: Person, clock: Clock, exists: bool, on: bool, nudged: int
) -> None:
    """M1: a job asks the registry too."""
    if exists:
        draft = FlagDraft("mvp_activation_triggers", "Nudges", enabled=on)
        async with db.write() as uow:
            await flags.create(uow, ANONYMOUS, draft)
    clock.advance(301)
    await person.look()
    assert (await person.row()).nudges_sent == nudged
