"""Invited couples are reminded, once each time, until something stops it (M6)."""

import asyncio

import pytest
from sqlalchemy import text

from db.session import Database
from domain.marketplace.invitation_limits import MAX_NEW_ACCOUNT, MAX_TO_RECIPIENT
from settings import Settings
from tests.api.test_partner_endings import BLOCK
from tests.factories.marketplace import (
    RESEND,
    SentInvitation,
    accept_invitation,
    add_and_invite,
    new_supplier,
)
from tests.factories.notifications import inbox
from tests.factories.reminders import (
    EMMA,
    ENDINGS,
    NAMES,
    ReminderWorker,
    end_invitation,
    forbid_invitations,
    invite,
    invite_with_code,
    mailed_codes,
    outlive,
    sent,
)
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

HOUR, DAY = 3_600, 86_400


@pytest.fixture
async def supplier(supplier: GraphQLClient, db: Database) -> GraphQLClient:
    await outlive(db)
    return supplier


@pytest.fixture
def worker(db: Database, settings: Settings, clock: Clock) -> ReminderWorker:
    return ReminderWorker(db, settings, clock)


async def test_two_reminders_repeat_the_link_and_the_supplier_is_told_of_the_end(
    supplier: GraphQLClient,
    visitor: GraphQLClient,
    db: Database,
    worker: ReminderWorker,
) -> None:
    await supplier.data("""mutation { updateProfile(input: {businessName: "Lens"}) {
      errors { code } } }""")
    invitation = await invite(supplier)
    assert (await worker.remind_after(3 * DAY - HOUR), await worker.subjects()) == (0, [])
    assert (await worker.remind_after(HOUR), await worker.subjects()) == (1, ["Lens invited you"])
    assert (await inbox(supplier))["nodes"] == []
    assert await worker.remind_after(10 * DAY) == 1
    assert await worker.subjects() == ["Lens invited you", "Your invitation from Lens ends soon"]
    (entry,) = (await inbox(supplier))["nodes"]
    assert entry["title"] == "Your invitation to Emma & James ends within a day"
    assert await worker.remind() == 0
    first, *repeated = await mailed_codes(db)
    assert repeated == [first, first]
    done = await accept_invitation(visitor, SentInvitation(invitation["id"], "", first), **NAMES)
    assert done["session"]["user"]["email"] == EMMA


async def test_a_reminder_comes_from_the_supplier_and_can_be_stopped_by_one_click(
    supplier: GraphQLClient, db: Database, worker: ReminderWorker
) -> None:
    await invite(supplier)
    await worker.remind_after(3 * DAY)
    invitation, reminder = await sent(db)
    assert reminder.invitation_id == invitation.invitation_id
    assert reminder.unsubscribe_url == invitation.unsubscribe_url
    assert reminder.link_expires_at == invitation.link_expires_at


async def test_four_workers_at_once_remind_once(
    supplier: GraphQLClient, db: Database, worker: ReminderWorker
) -> None:
    for number in range(5):
        await invite(supplier, f"couple{number}@example.com", f"Couple {number}")
    worker.clock.advance(3 * DAY)
    await asyncio.gather(*(worker.remind() for _ in range(4)))
    reminded = [mail.recipient for mail in (await sent(db))[5:]]
    assert sorted(reminded) == [f"couple{number}@example.com" for number in range(5)]


async def test_a_worker_that_was_away_sends_one_reminder_and_not_two(
    supplier: GraphQLClient, worker: ReminderWorker
) -> None:
    await invite(supplier)
    await worker.remind_after(13 * DAY + HOUR)
    assert len(await worker.subjects()) == 1
    assert await worker.remind() == 0


async def test_sending_again_begins_anew(
    supplier: GraphQLClient, db: Database, worker: ReminderWorker
) -> None:
    invitation = await invite(supplier)
    await worker.remind_after(3 * DAY)
    await supplier.data(RESEND, id=invitation["id"])
    assert await worker.remind_after(2 * DAY) == 0
    assert await worker.remind_after(DAY) == 1
    repeated, reminder = await mailed_codes(db)  # those of before were withdrawn
    assert repeated == reminder


@pytest.mark.parametrize("ending", [*ENDINGS, "expire"])
async def test_what_ends_an_invitation_ends_its_reminders(
    supplier: GraphQLClient,
    visitor: GraphQLClient,
    db: Database,
    worker: ReminderWorker,
    ending: str,
) -> None:
    invitation, code = await invite_with_code(supplier, db)
    if ending == "expire":
        worker.clock.advance(11 * DAY)
    else:
        await end_invitation(ending, supplier, visitor, invitation, code)
    assert (await worker.remind_after(3 * DAY), await worker.subjects()) == (0, [])


@pytest.mark.parametrize("reason", ["suppressed", "disabled", "flag off"])
async def test_what_forbids_an_invitation_forbids_its_reminders(
    supplier: GraphQLClient, db: Database, worker: ReminderWorker, reason: str
) -> None:
    await invite(supplier)
    await forbid_invitations(db, reason)
    await worker.remind_after(3 * DAY)
    assert await worker.subjects() == []


async def test_a_couple_that_has_blocked_its_supplier_gets_no_reminders(
    supplier: GraphQLClient,
    visitor: GraphQLClient,
    db: Database,
    worker: ReminderWorker,
) -> None:
    _, code = await invite_with_code(supplier, db)
    done = await accept_invitation(visitor, SentInvitation("", "", code), **NAMES)
    couple = visitor.as_(done["session"]["accessToken"])
    await invite(supplier, "emma@other.example.com", "Somebody")
    async with db.write() as uow:  # the address is now that of the couple
        await uow.session.execute(text("UPDATE invitations SET email = 'emma@example.com'"))
    await couple.data(BLOCK, id=done["partnership"]["id"])
    assert (await worker.remind_after(3 * DAY), len(await sent(db))) == (1, 2)


async def test_a_link_that_cannot_be_made_again_is_not_replaced(
    supplier: GraphQLClient, db: Database, worker: ReminderWorker
) -> None:
    """The signing key has changed, or the invitation is older than derived codes."""
    await invite(supplier)
    async with db.write() as uow:
        await uow.session.execute(text("UPDATE invitations SET mail_code = sha256('older')"))
    await worker.remind_after(13 * DAY)
    assert await worker.subjects() == []
    assert (await inbox(supplier))["nodes"][0]["kind"] == "INVITATION_ENDING"


async def test_a_reminder_stays_within_the_limits_of_its_recipient(
    supplier: GraphQLClient,
    visitor: GraphQLClient,
    db: Database,
    worker: ReminderWorker,
) -> None:
    await invite(supplier)
    worker.clock.advance(3 * DAY)
    for _ in range(MAX_TO_RECIPIENT):
        await invite(await new_supplier(visitor, db))
    await worker.remind()
    assert len(await sent(db)) == 1 + MAX_TO_RECIPIENT


async def test_reminders_take_nothing_from_the_limit_of_the_account(
    supplier: GraphQLClient, db: Database, worker: ReminderWorker
) -> None:
    await invite(supplier)
    await worker.remind_after(3 * DAY)
    async with db.read() as session:
        query = text("SELECT kind, count(*) FROM invitation_sendings GROUP BY kind ORDER BY kind")
        counted = [tuple(row) for row in await session.execute(query)]
    assert counted == [("letter", 1), ("reminder", 1)]
    for number in range(MAX_NEW_ACCOUNT):
        await invite(supplier, f"couple{number}@example.com", f"Couple {number}")


async def test_an_invitation_by_link_has_no_email_and_its_end_is_told(
    supplier: GraphQLClient, db: Database, worker: ReminderWorker
) -> None:
    await add_and_invite(supplier, channel="LINK")
    await worker.remind_after(13 * DAY)
    assert await sent(db) == []
    assert (await inbox(supplier))["nodes"][0]["kind"] == "INVITATION_ENDING"
