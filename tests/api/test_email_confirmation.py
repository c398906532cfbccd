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
from tests.factories.mail import letters, token_of
from tests.factories.marketplace import INVITE, added
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient
from tests.support.servers import dead_port

ERRORS = "errors { code message path }"
VERIFIED = "{ viewer { email emailVerifiedAt } }"
AGAIN = f"mutation {{ requestEmailConfirmation {{ email {ERRORS} }} }}"
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
    token = await token_of(db, LINKS)
    assert await ask(visitor, CONFIRM, token=token) == {"email": EMAIL, "errors": []}
    assert (await viewer(sarah))["emailVerifiedAt"] is not None
    assert codes(await ask(visitor, CONFIRM, token=token)) == [("ALREADY_USED", ["token"])]


async def test_another_link_takes_the_place_of_the_first(
    sarah: GraphQLClient, db: Database
) -> None:
    first = await token_of(db, LINKS)
    assert (await ask(sarah, AGAIN))["email"] == EMAIL
    assert codes(await ask(sarah, CONFIRM, token=first)) == [("ALREADY_USED", ["token"])]
    assert (await ask(sarah, CONFIRM, token=await token_of(db, LINKS)))["errors"] == []
    await ask(sarah, AGAIN)
    assert len(await letters(db, LINKS)) == 2  # what is proven needs no letter


async def test_a_link_ends_after_three_days(
    sarah: GraphQLClient, db: Database, clock: Clock
) -> None:
    clock.advance(3 * 86_400)
    token = await token_of(db, LINKS)
    assert codes(await ask(sarah.as_(None), CONFIRM, token=token)) == [("EXPIRED", ["token"])]


@pytest.mark.parametrize("token", ["", "x" * 43, "é" * 43, "x" * 10_000])
async def test_a_made_up_link_is_not_found(visitor: GraphQLClient, token: str) -> None:
    assert codes(await ask(visitor, CONFIRM, token=token)) == [("NOT_FOUND", ["token"])]


async def test_another_e_mail_counts_once_its_link_was_opened(
    sarah: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    await ask(sarah, CHANGE_EMAIL, email=OTHER, password=PASSWORD)
    assert (await viewer(sarah))["email"] == EMAIL
    (_, letter) = await letters(db, LINKS)
    assert letter.recipient == OTHER
    await ask(visitor, CONFIRM, token=await token_of(db, LINKS))
    assert (await viewer(sarah))["email"] == OTHER
    (notice,) = await letters(db, MailKind.EMAIL_CHANGED)
    assert notice.recipient == EMAIL
    assert (await ask(visitor, LOG_IN, email=OTHER, password=PASSWORD))["errors"] == []


async def test_only_who_knows_the_password_changes_the_e_mail(
    sarah: GraphQLClient, db: Database
) -> None:
    for password, code in ((None, "REQUIRED"), ("a wrong password", "INVALID")):
        payload = await ask(sarah, CHANGE_EMAIL, email=OTHER, password=password)
        assert codes(payload) == [(code, ["currentPassword"])]
    assert len(await letters(db, LINKS)) == 1


async def test_a_taken_e_mail_gets_no_letter_and_nobody_learns_of_it(
    sarah: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    await ask(visitor, SIGN_UP, input=sign_up_input(OTHER))
    payload = await ask(sarah, CHANGE_EMAIL, email=OTHER.upper(), password=PASSWORD)
    assert payload == {"email": OTHER.upper(), "errors": []}
    assert len(await letters(db, LINKS)) == 2


async def test_who_was_faster_keeps_the_e_mail(
    sarah: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    await ask(sarah, CHANGE_EMAIL, email=OTHER, password=PASSWORD)
    token = await token_of(db, LINKS)
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


async def test_letters_to_others_need_a_proven_e_mail(mailing: GraphQLClient, db: Database) -> None:
    """ADR 20: only where letters go out at all; a link can always be handed over."""
    payload = await ask(mailing, SIGN_UP, input=sign_up_input())
    sarah = mailing.as_(payload["session"]["accessToken"])
    client = await added(sarah, email="emma@example.com")
    refused = await ask(sarah, INVITE, clientId=client["id"])
    assert codes(refused) == [("FORBIDDEN", ["channel"])]
    assert await letters(db, MailKind.INVITATION) == []
    await ask(sarah, CONFIRM, token=await token_of(db, LINKS))
    assert (await ask(sarah, INVITE, clientId=client["id"]))["errors"] == []
    assert len(await letters(db, MailKind.INVITATION)) == 1


async def test_an_unproven_e_mail_may_do_all_else(sarah: GraphQLClient, db: Database) -> None:
    client = await added(sarah, email="emma@example.com")
    assert (await ask(sarah, INVITE, clientId=client["id"]))["errors"] == []
    assert (await ask(sarah, CHANGE, current=PASSWORD, new="a better one"))["errors"] == []
    async with db.read() as session:
        assert (await session.scalars(select(User.email_verified_at))).all() == [None]
