"""Who has not seen a notification in the app is told by e-mail, once (M6)."""

import asyncio

import pytest
from sqlalchemy import text

from db.session import Database
from domain.mail.email import MailKind
from settings import Settings
from tests.factories.conversations import Pair, connect_pair, send_message
from tests.factories.marketplace import PROFILE
from tests.factories.notifications import MARK_ALL, mail_all, mailed, prefer
from tests.support.graphql import GraphQLClient

END = "mutation ($id: ID!) { endPartnership(id: $id) { errors { code } } }"
NOTIFICATION = MailKind.NOTIFICATION


@pytest.fixture
async def pair(supplier: GraphQLClient, couple: GraphQLClient) -> Pair:
    await supplier.data(PROFILE, input={"businessName": "Sarah Photography"})
    return await connect_pair(supplier, couple)


async def test_each_side_gets_its_own_words_and_no_name_in_the_subject(
    pair: Pair, db: Database, settings: Settings
) -> None:
    by_subject = {mail.subject: mail for mail in await mailed(db, settings, NOTIFICATION)}
    assert set(by_subject) == {
        "A couple accepted your invitation",
        "You have a new connection on WedMe",
    }
    email = by_subject["You have a new connection on WedMe"]
    assert "You are connected with Sarah Photography." in email.body
    assert email.recipient.startswith("couple-")
    assert f"{settings.base_url}/suppliers" in email.body
    assert str(email.unsubscribe_url) in email.body


async def test_a_job_waits_two_minutes_after_the_event(pair: Pair, db: Database) -> None:
    query = text(
        "SELECT count(*), bool_and(execute_after - created BETWEEN interval '119 s' AND "
        "interval '121 s') FROM pgqueuer WHERE entrypoint = 'notifications.mail'"
    )
    async with db.read() as session:
        assert tuple((await session.execute(query)).one()) == (2, True)


async def test_two_workers_write_one_email(pair: Pair, db: Database, settings: Settings) -> None:
    await asyncio.gather(*(mail_all(db, settings) for _ in range(4)))
    assert len(await mailed(db, settings, NOTIFICATION)) == 2


async def test_read_notifications_send_no_email(
    pair: Pair, db: Database, settings: Settings
) -> None:
    for client in (pair.supplier, pair.couple):
        await client.data(MARK_ALL)
    assert await mailed(db, settings, NOTIFICATION) == []


async def test_messages_have_emails_of_their_own(
    pair: Pair, db: Database, settings: Settings
) -> None:
    await send_message(pair.supplier, pair.id, "Hello")
    assert len(await mailed(db, settings, NOTIFICATION)) == 2


async def test_accounts_that_disabled_emails_get_none(
    pair: Pair, db: Database, settings: Settings
) -> None:
    await prefer(pair.supplier, "INVITATION_ACCEPTED", email=False)
    (email,) = await mailed(db, settings, NOTIFICATION)
    assert email.subject == "You have a new connection on WedMe"


async def test_emails_are_sent_with_in_app_notifications_disabled(
    pair: Pair, db: Database, settings: Settings
) -> None:
    await prefer(pair.supplier, "PARTNERSHIP_ENDED", inApp=False)
    await pair.couple.data(END, id=pair.partnership_id)
    (email,) = await mailed(db, settings, MailKind.PARTNER_LEFT)
    assert "Emma & James ended your connection." in email.body


async def test_one_click_unsubscribes_from_one_kind_and_the_same_link_resubscribes(
    pair: Pair, db: Database, settings: Settings, visitor: GraphQLClient
) -> None:
    emails = await mailed(db, settings, NOTIFICATION)
    accepted = next(mail for mail in emails if "accepted" in mail.subject)
    path = str(accepted.unsubscribe_url).removeprefix(settings.base_url)
    preferences = "{ notificationPreferences { kind email } }"

    async def stopped() -> list[str]:
        preferences_by_kind = (await pair.supplier.data(preferences))["notificationPreferences"]
        return [item["kind"] for item in preferences_by_kind if not item["email"]]

    assert (await visitor.raw("GET", path)).status_code == 200
    assert await stopped() == []
    assert (await visitor.raw("POST", path)).status_code == 200
    assert await stopped() == ["INVITATION_ACCEPTED"]
    assert (await visitor.raw("POST", f"{path}?again=1")).status_code == 200
    assert await stopped() == []


async def test_a_link_of_another_kind_stops_nothing(
    pair: Pair, db: Database, settings: Settings, visitor: GraphQLClient
) -> None:
    emails = await mailed(db, settings, NOTIFICATION)
    accepted = next(mail for mail in emails if "accepted" in mail.subject)
    code = str(accepted.unsubscribe_url).rpartition("/")[2]
    for path in (
        f"/unsubscribe/notifications/message/{code}",
        f"/unsubscribe/notifications/nothing/{code}",
        f"/unsubscribe/notifications/invitation_accepted/{code[:-2]}AA",
        f"/unsubscribe/{code}",
        f"/unsubscribe/messages/{code}",
    ):
        assert (await visitor.raw("POST", path)).status_code == 404
