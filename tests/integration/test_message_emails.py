"""Unread messages are announced by e-mail, at most once an hour (M7)."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from pgqueuer.errors import RetryRequested
from sqlalchemy import text

from db.models.mail import Mail
from db.session import Database
from domain.mail.email import MailKind
from jobs.messages import email_unread_message
from settings import Settings
from tests.factories.conversations import Pair, mark_read, send_message
from tests.factories.mail import emails_of_kind
from tests.factories.marketplace import PROFILE
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

SECRET = "Meet me at the church"
HOUR = 3_600


@pytest.fixture
async def pair(pair: Pair) -> Pair:
    await pair.supplier.data(PROFILE, input={"businessName": "Sarah Photography"})
    return pair


async def jobs(db: Database) -> int:
    """How many jobs wait to tell somebody."""
    query = text("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'messages.tell'")
    async with db.read() as session:
        return int((await session.execute(query)).scalar_one())


async def tell(db: Database, settings: Settings, pair: Pair, position: int, side: str) -> None:
    """What the worker does two minutes after a message."""
    payload = {"partnership_id": str(pair.key), "side": side, "position": position}
    await email_unread_message(db, settings, payload)


async def sent(db: Database) -> Sequence[Mail]:
    return await emails_of_kind(db, MailKind.MESSAGE)


async def test_one_email_announces_all_unread_messages_without_their_text(
    pair: Pair, db: Database, settings: Settings
) -> None:
    await send_message(pair.supplier, pair.id, SECRET)
    await send_message(pair.supplier, pair.id, "And bring the ring")
    assert await jobs(db) == 2
    await tell(db, settings, pair, 1, "supplier")
    await tell(db, settings, pair, 2, "supplier")
    (email,) = await sent(db)
    assert email.subject == "You have 2 new messages on WedMe"
    assert "Sarah Photography" in email.body
    assert email.recipient.startswith("couple-")
    assert f"/conversations/{pair.id}" in email.body
    assert SECRET not in email.body + str(email.html)


async def test_read_messages_are_not_announced(
    pair: Pair, db: Database, settings: Settings
) -> None:
    await send_message(pair.couple, pair.id, SECRET)
    await mark_read(pair.supplier, pair.id, 1)
    await tell(db, settings, pair, 1, "couple")
    assert await sent(db) == []


async def test_emails_are_limited_to_one_an_hour_without_losing_messages(
    pair: Pair, db: Database, settings: Settings, clock: Clock
) -> None:
    await send_message(pair.supplier, pair.id, "one")
    await tell(db, settings, pair, 1, "supplier")
    await send_message(pair.supplier, pair.id, "two")
    clock.advance(600)
    with pytest.raises(RetryRequested) as repeated:
        await tell(db, settings, pair, 2, "supplier")
    remaining = repeated.value.delay
    assert timedelta(seconds=HOUR - 700) < remaining <= timedelta(seconds=HOUR - 600)
    assert len(await sent(db)) == 1
    clock.advance(HOUR - 600)
    await tell(db, settings, pair, 2, "supplier")
    assert [email.subject for email in await sent(db)] == [
        "You have a new message on WedMe",
        "You have 2 new messages on WedMe",
    ]


async def test_running_the_job_twice_sends_one_email(
    pair: Pair, db: Database, settings: Settings
) -> None:
    await send_message(pair.supplier, pair.id, "one")
    await tell(db, settings, pair, 1, "supplier")
    await tell(db, settings, pair, 1, "supplier")
    assert len(await sent(db)) == 1


async def test_ended_partnerships_send_no_emails(
    pair: Pair, db: Database, settings: Settings
) -> None:
    await send_message(pair.supplier, pair.id, "one")
    await pair.end()
    await tell(db, settings, pair, 1, "supplier")
    assert await sent(db) == []


async def test_one_click_disables_and_reenables_message_emails(
    pair: Pair, db: Database, settings: Settings, visitor: GraphQLClient, clock: Clock
) -> None:
    await send_message(pair.supplier, pair.id, "one")
    await tell(db, settings, pair, 1, "supplier")
    url = str((await sent(db))[-1].unsubscribe_url)
    path = "/unsubscribe/messages/" + url.partition("/unsubscribe/messages/")[2]
    assert (await visitor.raw("GET", path)).status_code == 200
    clock.advance(2 * HOUR)
    await send_message(pair.supplier, pair.id, "two")
    assert (await visitor.raw("POST", path)).status_code == 200
    await tell(db, settings, pair, 2, "supplier")
    assert len(await sent(db)) == 1
    assert (await visitor.raw("POST", f"{path}?again=1")).status_code == 200
    await tell(db, settings, pair, 2, "supplier")
    assert len(await sent(db)) == 2


async def test_unsubscribe_links_of_other_kinds_do_nothing(
    pair: Pair, db: Database, settings: Settings, visitor: GraphQLClient
) -> None:
    await send_message(pair.supplier, pair.id, "one")
    await tell(db, settings, pair, 1, "supplier")
    code = str((await sent(db))[-1].unsubscribe_url).rpartition("/")[2]
    assert (await visitor.raw("POST", f"/unsubscribe/{code}")).status_code == 404
    assert (await visitor.raw("POST", f"/unsubscribe/messages/{code[:-2]}AA")).status_code == 404
