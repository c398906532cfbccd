"""An e-mail is proven by a link: that of a new account, and the next one (S13)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from app import create_app, running
from db.models.accounts import User
from db.session import Database
from domain.mail.email import MailKind
from settings import Settings
from tests.api.test_accounts import CHANGE, LOG_IN, SIGN_UP, ask, codes, sign_up_input
from tests.factories.accounts import EMAIL, PASSWORD
from tests.factories.health import PROBES
from tests.factories.mail import emails_of_kind, token_in_email
from tests.factories.marketplace import INVITE, add_client
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient
from tests.support.servers import dead_port

ERRORS = "errors { code message path }"
VERIFIED = "{ viewer { email emailVerifiedAt } }"
REQUEST_CONFIRMATION = f"mutation {{ requestEmailConfirmation {{ email {ERRORS} }} }}"
CONFIRM = f"mutation ($token: String!) {{ confirmEmail(token: $token) {{ email {ERRORS} }} }}"
CHANGE_EMAIL = (
    "mutation ($email: EmailAddress!, $password: String) "
    f"{{ changeEmail(newEmail: $email, currentPassword: $password) {{ email {ERRORS} }} }}"
)
OTHER = "sarah@other.example"
LINKS = MailKind.CONFIRM_EMAIL


@pytest.fixture
async def sarah(visitor: GraphQLClient) -> GraphQLClient:
    payload = await ask(visitor, SIGN_UP, input=sign_up_input())
    return visitor.as_(payload["session"]["accessToken"])


async def viewer(client: GraphQLClient) -> Any:  # noqa: ANN401 - JSON
    return (await client.data(VERIFIED))["viewer"]


async def test_the_link_of_a_new_account_confirms_it_once(
    sarah: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    assert (await viewer(sarah))["emailVerifiedAt"] is None
    token = await token_in_email(db, LINKS)
    assert await ask(visitor, CONFIRM, token=token) == {"email": EMAIL, "errors": []}
    assert (await viewer(sarah))["emailVerifiedAt"] is not None
    assert codes(await ask(visitor, CONFIRM, token=token)) == [("ALREADY_USED", ["token"])]


async def test_a_new_confirmation_link_replaces_the_previous_one(
    sarah: GraphQLClient, db: Database
) -> None:
    first = await token_in_email(db, LINKS)
    assert (await ask(sarah, REQUEST_CONFIRMATION))["email"] == EMAIL
    assert codes(await ask(sarah, CONFIRM, token=first)) == [("ALREADY_USED", ["token"])]
    assert (await ask(sarah, CONFIRM, token=await token_in_email(db, LINKS)))["errors"] == []
    await ask(sarah, REQUEST_CONFIRMATION)
    assert len(await emails_of_kind(db, LINKS)) == 2  # what is proven needs no e-mail


async def test_confirmation_links_expire_after_three_days(
    sarah: GraphQLClient, db: Database, clock: Clock
) -> None:
    clock.advance(3 * 86_400)
    token = await token_in_email(db, LINKS)
    assert codes(await ask(sarah.as_(None), CONFIRM, token=token)) == [("EXPIRED", ["token"])]


@pytest.mark.parametrize("token", ["", "x" * 43, "é" * 43, "x" * 10_000])
async def test_unknown_confirmation_links_are_not_found(visitor: GraphQLClient, token: str) -> None:
    assert codes(await ask(visitor, CONFIRM, token=token)) == [("NOT_FOUND", ["token"])]


async def test_a_changed_email_applies_once_it_is_confirmed(
    sarah: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    await ask(sarah, CHANGE_EMAIL, email=OTHER, password=PASSWORD)
    assert (await viewer(sarah))["email"] == EMAIL
    (_, email) = await emails_of_kind(db, LINKS)
    assert email.recipient == OTHER
    await ask(visitor, CONFIRM, token=await token_in_email(db, LINKS))
    assert (await viewer(sarah))["email"] == OTHER
    (notice,) = await emails_of_kind(db, MailKind.EMAIL_CHANGED)
    assert notice.recipient == EMAIL
    assert (await ask(visitor, LOG_IN, email=OTHER, password=PASSWORD))["errors"] == []


async def test_changing_the_email_requires_the_password(sarah: GraphQLClient, db: Database) -> None:
    for password, code in ((None, "REQUIRED"), ("a wrong password", "INVALID")):
        payload = await ask(sarah, CHANGE_EMAIL, email=OTHER, password=password)
        assert codes(payload) == [(code, ["currentPassword"])]
    assert len(await emails_of_kind(db, LINKS)) == 1


async def test_changing_to_a_taken_email_sends_nothing_and_reveals_nothing(
    sarah: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    await ask(visitor, SIGN_UP, input=sign_up_input(OTHER))
    payload = await ask(sarah, CHANGE_EMAIL, email=OTHER.upper(), password=PASSWORD)
    assert payload == {"email": OTHER.upper(), "errors": []}
    assert len(await emails_of_kind(db, LINKS)) == 2


async def test_the_first_confirmation_of_an_email_wins(
    sarah: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    await ask(sarah, CHANGE_EMAIL, email=OTHER, password=PASSWORD)
    token = await token_in_email(db, LINKS)
    await ask(visitor, SIGN_UP, input=sign_up_input(OTHER))
    assert codes(await ask(visitor, CONFIRM, token=token)) == [("UNIQUE", ["token"])]
    assert (await viewer(sarah))["email"] == EMAIL


@pytest.fixture
async def mailing(db: Database, settings: Settings, clock: Clock) -> AsyncIterator[GraphQLClient]:
    """A visitor of an app with a mail server."""
    url = SecretStr(f"smtp://127.0.0.1:{dead_port()}")
    app = create_app(settings.model_copy(update={"smtp_url": url}), clock, PROBES)
    async with running(app.state.runtime):
        yield GraphQLClient(app)


async def test_emailing_others_requires_a_confirmed_address(
    mailing: GraphQLClient, db: Database
) -> None:
    """ADR 20: only where e-mails go out at all; a link can always be handed over."""
    payload = await ask(mailing, SIGN_UP, input=sign_up_input())
    sarah = mailing.as_(payload["session"]["accessToken"])
    client = await add_client(sarah, email="emma@example.com")
    refused = await ask(sarah, INVITE, clientId=client["id"])
    assert codes(refused) == [("FORBIDDEN", ["channel"])]
    assert await emails_of_kind(db, MailKind.INVITATION) == []
    await ask(sarah, CONFIRM, token=await token_in_email(db, LINKS))
    assert (await ask(sarah, INVITE, clientId=client["id"]))["errors"] == []
    assert len(await emails_of_kind(db, MailKind.INVITATION)) == 1


async def test_unconfirmed_accounts_can_do_everything_else(
    sarah: GraphQLClient, db: Database
) -> None:
    client = await add_client(sarah, email="emma@example.com")
    assert (await ask(sarah, INVITE, clientId=client["id"]))["errors"] == []
    assert (await ask(sarah, CHANGE, current=PASSWORD, new="a better one"))["errors"] == []
    async with db.read() as session:
        assert (await session.scalars(select(User.email_verified_at))).all() == [None]
