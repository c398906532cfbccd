"""A couple without a password, its second supplier, and its second device (M3)."""

import pytest

from db.session import Database
from domain.mail.email import MailKind
from tests.api.test_invitations import EMMA, NAMES, mailed_code, refused, status
from tests.factories.mail import letters, token_of
from tests.factories.marketplace import Sent, accepted, invited, new_supplier
from tests.support.graphql import GraphQLClient

PASSWORD = "correct horse battery"
REQUEST = """mutation ($email: EmailAddress!, $code: String) {
  requestLogInLink(email: $email, invitation: $code) }"""
USE = """mutation ($token: String!) { logInByLink(token: $token) {
  session { accessToken user { email couple { id } } } errors { code message path } } }"""
MINE = """{ viewer { couple { id partner1Name partner2Name weddingDate
  partnerships { nodes { supplier { id } } } } } }"""


@pytest.fixture
async def couple(supplier: GraphQLClient, visitor: GraphQLClient) -> GraphQLClient:
    """Accepted the first supplier's invitation on its first device, and chose no password."""
    first = await accepted(visitor, await invited(supplier, email=EMMA), **NAMES)
    return visitor.as_(first["session"]["accessToken"])


@pytest.fixture
async def second(visitor: GraphQLClient, db: Database, couple: GraphQLClient) -> Sent:
    """What the second supplier sent to the couple, with the code of the link."""
    florist = await new_supplier(visitor, db)
    return await invited(florist, "E. and J.", email=EMMA)


async def test_the_letter_of_a_second_supplier_lets_the_couple_in_on_another_device(
    visitor: GraphQLClient, db: Database, couple: GraphQLClient, second: Sent
) -> None:
    form = {"partner1Name": "E.", "partner2Name": "J.", "weddingDate": "2030-01-01"}
    phone = visitor.as_(None)
    done = await accepted(phone, Sent("", "", await mailed_code(db)), **form)
    mine = (await couple.data(MINE))["viewer"]["couple"]
    assert done["couple"]["id"] == mine["id"]
    assert len(mine["partnerships"]["nodes"]) == 2
    # What the couple has said stays, whatever the second supplier calls it.
    assert {name: mine[name] for name in NAMES} == NAMES
    assert (await phone.as_(done["session"]["accessToken"]).data(MINE))["viewer"]["couple"] == mine


async def test_a_link_that_the_supplier_has_seen_opens_no_account(
    visitor: GraphQLClient, db: Database, second: Sent
) -> None:
    assert await refused(visitor.as_(None), second, email=EMMA) == "UNIQUE"


async def test_whoever_has_a_password_logs_in_first(
    visitor: GraphQLClient, db: Database, couple: GraphQLClient, second: Sent
) -> None:
    mailed = Sent("", "", await mailed_code(db))
    document = "mutation ($new: String!) { changePassword(newPassword: $new) { errors { code } } }"
    await couple.data(document, new=PASSWORD)
    assert await refused(visitor.as_(None), mailed) == "UNIQUE"


async def test_a_letter_opens_no_account_but_that_of_a_couple(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    other = await new_supplier(visitor, db)
    email = (await other.data("{ viewer { email } }"))["viewer"]["email"]
    sent = await invited(supplier, email=email)
    assert await refused(visitor.as_(None), Sent("", "", await mailed_code(db))) == "UNIQUE"
    assert await status(supplier, sent.id) == "SENT"


async def test_a_password_chosen_in_the_form_is_the_account_s(
    visitor: GraphQLClient, db: Database, second: Sent
) -> None:
    await accepted(visitor.as_(None), Sent("", "", await mailed_code(db)), password=PASSWORD)
    document = """mutation ($email: EmailAddress!, $password: String!) {
      logIn(email: $email, password: $password) { session { user { email } } } }"""
    done = await visitor.as_(None).data(document, email=EMMA, password=PASSWORD)
    assert done["logIn"]["session"]["user"]["email"] == EMMA


async def test_a_mailed_link_leads_back_to_the_invitation_and_accepts_it(
    visitor: GraphQLClient, db: Database, couple: GraphQLClient, second: Sent
) -> None:
    """The link of the second supplier came by chat: it proves nothing, the mailbox does."""
    phone = visitor.as_(None)
    assert await phone.data(REQUEST, email=EMMA, code=second.code) == {"requestLogInLink": True}
    (letter,) = await letters(db, MailKind.LOG_IN_LINK)
    assert f"&invitation={second.code}\n" in letter.body
    token = (await token_of(db, MailKind.LOG_IN_LINK)).partition("&")[0]
    opened = (await phone.data(USE, token=token))["logInByLink"]["session"]
    mine = phone.as_(opened["accessToken"])
    done = await accepted(mine, second)
    assert done["couple"]["id"] == opened["user"]["couple"]["id"]
    assert len((await mine.data(MINE))["viewer"]["couple"]["partnerships"]["nodes"]) == 2
    again = (await phone.as_(None).data(USE, token=token))["logInByLink"]
    assert [(error["code"], error["path"]) for error in again["errors"]] == [
        ("ALREADY_USED", ["token"])
    ]


async def test_an_unknown_address_gets_the_same_answer(
    visitor: GraphQLClient, db: Database
) -> None:
    assert await visitor.data(REQUEST, email="nobody@example.com") == {"requestLogInLink": True}
    assert await letters(db, MailKind.LOG_IN_LINK) == []
