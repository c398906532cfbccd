"""Whom e-mails are from, through the outbox as it is (M11)."""

from email import message_from_bytes, policy

import pytest
from sqlalchemy import select, update

from db.models.accounts import User
from db.models.mail import Mail
from db.models.suppliers import Supplier
from db.session import Database
from domain.accounts import account_emails
from domain.actors import ANONYMOUS, Role
from domain.platform.platforms import Platform
from services.mail.email_addresses import parse_mailbox
from services.mail.mail import post
from services.mail.mail_messages import compose
from services.mail.mail_senders import sender_of
from tests.factories.marketplace import add_client
from tests.factories.user_sessions import create_session
from tests.support.graphql import GraphQLClient

DEFAULT = parse_mailbox("WedSync Launch <launch@wedsync.app>")
INVITE = """mutation ($id: ID!, $email: EmailAddress) {
  inviteClient(clientId: $id, email: $email) { errors { code message } } }"""


async def headers(db: Database) -> tuple[str, str | None]:
    """From and Reply-To of the newest e-mail."""
    async with db.read() as session:
        row = (await session.scalars(select(Mail).order_by(Mail.created_at.desc()))).first()
        assert row is not None
        sender = await sender_of(session, row, DEFAULT)
    content = compose(sender.mailbox, row, sender.reply_to)
    message = message_from_bytes(content, policy=policy.default)
    return str(message["From"]), str(message["Reply-To"]) if message["Reply-To"] else None


@pytest.mark.parametrize("confirmed", [True, False])
async def test_invitations_are_sent_as_the_business_via_the_brand(
    db: Database, supplier: GraphQLClient, confirmed: bool
) -> None:
    client = await add_client(supplier)
    await supplier.data(INVITE, id=client["id"], email="emma@example.com")
    async with db.write() as uow:
        await uow.session.execute(update(Supplier).values(business_name="Söhne, Bloom & Co"))
        at = uow.now if confirmed else None
        await uow.session.execute(update(User).values(email_verified_at=at))
    async with db.read() as session:
        owner = await session.scalar(select(User.email).where(User.role == Role.SUPPLIER))
    sender, reply_to = await headers(db)
    assert sender == '"Söhne, Bloom & Co via WedMe" <launch@wedsync.app>'
    assert reply_to == (owner if confirmed else None)


@pytest.mark.parametrize(
    ("role", "name"),
    [
        (Role.SUPPLIER, "WedSync"),
        (Role.COUPLE, "WedMe"),
        (Role.OPERATOR, "WedSync Launch"),
        (None, "WedSync Launch"),
    ],
)
async def test_other_emails_have_the_brand_of_their_reader(
    db: Database, role: Role | None, name: str
) -> None:
    email = "nobody@example.org"
    if role is not None:
        await create_session(db, role)
        async with db.read() as session:
            email = str(await session.scalar(select(User.email)))
    async with db.write() as uow:
        mail = account_emails.password_reset(Platform.WEDME, email.upper(), "https://x.test/r")
        await post(uow, ANONYMOUS, mail)
    assert await headers(db) == (f"{name} <launch@wedsync.app>", None)


@pytest.mark.parametrize(
    ("platform", "brand", "says"),
    [
        (Platform.WEDSYNC, "WedSync", "send it an invitation to WedMe"),
        (Platform.WEDME, "WedMe", "both of your names and the day"),
    ],
)
def test_the_welcome_email_names_the_next_step(platform: Platform, brand: str, says: str) -> None:
    email = account_emails.welcome(platform, "sarah@example.com", "https://x.test/confirm")
    assert email.subject == f"Welcome to {brand}: confirm your e-mail"
    assert says in email.body
    assert "https://x.test/confirm" in email.body
    assert "Somebody, probably you" not in email.body
