"""Couples accept: once, as themselves, and nobody else does (S41, A40, decisions 11, 12)."""

import asyncio

from sqlalchemy import select

from db.models.accounts import User
from db.session import Database
from services.platform.credentials import new_secret
from tests.api.test_invitations import EMMA, NAMES, mailed_code, preview, refused, status
from tests.factories.marketplace import (
    PREVIEW,
    Sent,
    accepted,
    invited,
    new_couple,
    new_supplier,
)
from tests.support.graphql import Answer, GraphQLClient


async def test_a_couple_accepts_and_is_let_in_at_once(
    supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    """S91, decisions 12 and 13: no e-mail, no password, a past date."""
    sent = await invited(supplier, email=EMMA)
    answer = await accepted(visitor, sent, **NAMES)
    assert answer["partnership"]["isActive"] is True
    assert answer["couple"] == {"id": answer["couple"]["id"], **NAMES,
                                "onboarding": {"percentComplete": 100}}  # fmt: skip
    assert answer["warnings"] == ["This wedding date has passed."]
    assert answer["session"]["user"] == {"email": EMMA, "couple": {"id": answer["couple"]["id"]}}
    couple = visitor.as_(answer["session"]["accessToken"])
    document = "{ viewer { email couple { partnerships { nodes { supplier { id } } } } } }"
    mine = (await couple.data(document))["viewer"]
    assert mine["couple"]["partnerships"]["nodes"] == [
        {"supplier": answer["partnership"]["supplier"]}
    ]


async def test_the_client_and_the_invitation_know_their_couple(
    supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    """Decision 11."""
    answer = await accepted(visitor, await invited(supplier), email=EMMA)
    document = """{ viewer { supplier { clients { nodes {
      status couple { id } invitation { status couple { id } } } } } } }"""
    (client,) = (await supplier.data(document))["viewer"]["supplier"]["clients"]["nodes"]
    couple = {"id": answer["couple"]["id"]}
    assert (client["status"], client["couple"]) == ("CONNECTED", couple)
    assert client["invitation"] == {"status": "ACCEPTED", "couple": couple}


async def test_a_link_asks_for_an_e_mail(supplier: GraphQLClient, visitor: GraphQLClient) -> None:
    """Decision 12."""
    sent = await invited(supplier)
    assert (await preview(visitor, sent.code))["needsEmail"] is True
    assert await refused(visitor, sent) == "REQUIRED"
    assert (await accepted(visitor, sent, email=EMMA))["session"]["user"]["email"] == EMMA


async def test_the_same_couple_may_say_it_again(
    supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    """memories#379: a replay is a success."""
    sent = await invited(supplier, email=EMMA)
    first = await accepted(visitor, sent)
    couple = visitor.as_(first["session"]["accessToken"])
    again = await accepted(couple, sent)
    assert (again["alreadyAccepted"], again["session"]) == (True, None)
    assert again["partnership"]["id"] == first["partnership"]["id"]


async def test_a_used_code_lets_nobody_else_in(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    sent = await invited(supplier, email=EMMA)
    await accepted(visitor, sent)
    assert await refused(visitor.as_(None), sent) == "ALREADY_USED"
    assert await refused(await new_couple(visitor, db), sent) == "ALREADY_USED"


async def test_only_the_code_of_the_letter_proves_the_mailbox(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    """The supplier has seen the other one."""
    shown = await invited(supplier, "Shown", email="shown@example.com")
    await accepted(visitor, shown)
    mailed = await invited(supplier, "Mailed", email="mailed@example.com")
    await accepted(visitor.as_(None), Sent("", "", await mailed_code(db)))
    assert mailed.code != await mailed_code(db)
    async with db.read() as session:
        rows = await session.scalars(select(User).where(User.email.like("%@example.com")))
        assert {row.email: row.email_verified_at is not None for row in rows} == {
            "shown@example.com": False,
            "mailed@example.com": True,
        }


async def test_an_account_that_exists_must_log_in_first(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    """A40: no silent linking, and no way into an account with a password by a code."""
    owner = await new_couple(visitor, db)
    document = "mutation ($p: String!) { changePassword(newPassword: $p) { errors { code } } }"
    await owner.data(document, p="correct horse battery")
    email = (await owner.data("{ viewer { email } }"))["viewer"]["email"]
    sent = await invited(supplier, email=email)
    for code in (sent.code, await mailed_code(db)):
        assert await refused(visitor, Sent("", "", code)) == "UNIQUE"
    assert await status(supplier, sent.id) == "SENT"
    answer = await accepted(owner, sent)
    assert (answer["session"], answer["alreadyAccepted"]) == (None, False)


async def test_another_e_mail_than_the_letters_is_confirmed(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    """A40."""
    couple, sent = await new_couple(visitor, db), await invited(supplier, email=EMMA)
    assert await refused(couple, sent) == "EMAIL_MISMATCH"
    assert await status(supplier, sent.id) == "SENT"
    assert (await accepted(couple, sent, confirmEmailMismatch=True))["partnership"]["isActive"]


async def test_a_new_account_may_take_another_e_mail(
    supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    sent = await invited(supplier, email=EMMA)
    other = {"email": "james@example.com"}
    assert await refused(visitor, sent, **other) == "EMAIL_MISMATCH"
    answer = await accepted(visitor, sent, confirmEmailMismatch=True, **other)
    assert answer["session"]["user"]["email"] == "james@example.com"


async def test_only_couples_accept(
    supplier: GraphQLClient, admin: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    sent = await invited(supplier)
    for client in (supplier, admin, await new_supplier(visitor, db)):
        assert await refused(client, sent, email=EMMA) == "FORBIDDEN"
    assert await status(supplier, sent.id) == "SENT"


async def test_a_password_is_checked_and_works(
    supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    sent = await invited(supplier, email=EMMA)
    for bad in ("short", EMMA):
        assert await refused(visitor, sent, password=bad) == "INVALID"
    await accepted(visitor, sent, password="correct horse battery")
    document = """mutation { logIn(email: "emma@example.com", password: "correct horse battery") {
      session { user { email } } errors { code } } }"""
    assert (await visitor.data(document))["logIn"]["session"]["user"]["email"] == EMMA


async def test_a_failed_acceptance_changes_nothing(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    sent = await invited(supplier, email=EMMA)
    assert await refused(visitor, sent, partner1Name="x" * 201) == "INVALID"
    async with db.read() as session:
        assert (await session.scalars(select(User).where(User.email == EMMA))).all() == []
    assert await status(supplier, sent.id) == "SENT"


async def test_codes_cannot_be_tried_for_ever(visitor: GraphQLClient) -> None:
    answers: list[Answer] = []
    # Two tries come back each second, so the limit is reached however slow this machine is.
    while not any(answer.codes for answer in answers) and len(answers) < 2_000:
        tries = (visitor.execute(PREVIEW, code=new_secret()) for _ in range(50))
        answers += await asyncio.gather(*tries)
    assert {code for answer in answers for code in answer.codes} == {"RATE_LIMITED"}
    assert len([answer for answer in answers if not answer.codes]) >= 100
    assert {answer.data["invitation"] for answer in answers if not answer.codes} == {None}
