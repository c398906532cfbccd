"""A couple without a password, its second supplier, and its second device (M3)."""

import pytest

from db.session import Database
from domain.mail.email import MailKind
from tests.api.test_invitations import EMMA, NAMES, mailed_code, refused, status
from tests.factories.accounts import email_of
from tests.factories.mail import emails_of_kind, token_in_email
from tests.factories.marketplace import (
    SentInvitation,
    accept_invitation,
    add_and_invite,
    new_supplier,
)
from tests.support.graphql import GraphQLClient

PASSWORD = "correct horse battery"
REQUEST = """mutation ($email: EmailAddress!, $code: String) {
  requestLogInLink(email: $email, invitation: $code) }"""
USE = """mutation ($token: String!) { logInByLink(token: $token) {
  session { accessToken user { email couple { id } } } errors { code message path } } }"""
OWN_COUPLE = """{ viewer { couple { id partner1Name partner2Name weddingDate
  partnerships { nodes { supplier { id } } } } } }"""


@pytest.fixture
async def couple(supplier: GraphQLClient, visitor: GraphQLClient) -> GraphQLClient:
    """Accepted the first supplier's invitation on its first device, and chose no password."""
    first = await accept_invitation(visitor, await add_and_invite(supplier, email=EMMA), **NAMES)
    return visitor.as_(first["session"]["accessToken"])


@pytest.fixture
async def second(visitor: GraphQLClient, db: Database, couple: GraphQLClient) -> SentInvitation:
    """What the second supplier sent to the couple, with the code of the link."""
    florist = await new_supplier(visitor, db)
    return await add_and_invite(florist, "E. and J.", email=EMMA)


async def test_a_second_invitation_email_logs_the_couple_in_on_another_device(
    visitor: GraphQLClient, db: Database, couple: GraphQLClient, second: SentInvitation
) -> None:
    form = {"partner1Name": "E.", "partner2Name": "J.", "weddingDate": "2030-01-01"}
    phone = visitor.as_(None)
    done = await accept_invitation(phone, SentInvitation("", "", await mailed_code(db)), **form)
    own_couple = (await couple.data(OWN_COUPLE))["viewer"]["couple"]
    assert done["couple"]["id"] == own_couple["id"]
    assert len(own_couple["partnerships"]["nodes"]) == 2
    # What the couple has said stays, whatever the second supplier calls it.
    assert {name: own_couple[name] for name in NAMES} == NAMES
    assert (await phone.as_(done["session"]["accessToken"]).data(OWN_COUPLE))["viewer"][
        "couple"
    ] == own_couple


async def test_a_link_shown_to_the_supplier_does_not_log_in(
    visitor: GraphQLClient, db: Database, second: SentInvitation
) -> None:
    assert await refused(visitor.as_(None), second, email=EMMA) == "UNIQUE"


async def test_accounts_with_a_password_must_log_in(
    visitor: GraphQLClient, db: Database, couple: GraphQLClient, second: SentInvitation
) -> None:
    mailed = SentInvitation("", "", await mailed_code(db))
    document = "mutation ($new: String!) { changePassword(newPassword: $new) { errors { code } } }"
    await couple.data(document, new=PASSWORD)
    assert await refused(visitor.as_(None), mailed) == "UNIQUE"


async def test_invitation_emails_log_in_couples_only(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    other = await new_supplier(visitor, db)
    email = await email_of(other)
    sent = await add_and_invite(supplier, email=email)
    assert (
        await refused(visitor.as_(None), SentInvitation("", "", await mailed_code(db))) == "UNIQUE"
    )
    assert await status(supplier, sent.id) == "SENT"


async def test_a_password_chosen_at_acceptance_is_saved(
    visitor: GraphQLClient, db: Database, second: SentInvitation
) -> None:
    await accept_invitation(
        visitor.as_(None), SentInvitation("", "", await mailed_code(db)), password=PASSWORD
    )
    document = """mutation ($email: EmailAddress!, $password: String!) {
      logIn(email: $email, password: $password) { session { user { email } } } }"""
    done = await visitor.as_(None).data(document, email=EMMA, password=PASSWORD)
    assert done["logIn"]["session"]["user"]["email"] == EMMA


async def test_a_mailed_link_leads_back_to_the_invitation_and_accepts_it(
    visitor: GraphQLClient, db: Database, couple: GraphQLClient, second: SentInvitation
) -> None:
    """The link of the second supplier came by chat: it proves nothing, the mailbox does."""
    phone = visitor.as_(None)
    assert await phone.data(REQUEST, email=EMMA, code=second.code) == {"requestLogInLink": True}
    (email,) = await emails_of_kind(db, MailKind.LOG_IN_LINK)
    assert f"&invitation={second.code}\n" in email.body
    token = (await token_in_email(db, MailKind.LOG_IN_LINK)).partition("&")[0]
    opened = (await phone.data(USE, token=token))["logInByLink"]["session"]
    logged_in = phone.as_(opened["accessToken"])
    done = await accept_invitation(logged_in, second)
    assert done["couple"]["id"] == opened["user"]["couple"]["id"]
    assert len((await logged_in.data(OWN_COUPLE))["viewer"]["couple"]["partnerships"]["nodes"]) == 2
    repeated = (await phone.as_(None).data(USE, token=token))["logInByLink"]
    assert [(error["code"], error["path"]) for error in repeated["errors"]] == [
        ("ALREADY_USED", ["token"])
    ]


async def test_unknown_addresses_get_the_same_response(
    visitor: GraphQLClient, db: Database
) -> None:
    assert await visitor.data(REQUEST, email="nobody@example.com") == {"requestLogInLink": True}
    assert await emails_of_kind(db, MailKind.LOG_IN_LINK) == []
