"""Couples accept: once, as themselves, and nobody else does (S41, A40, decisions 11, 12)."""

import asyncio

from sqlalchemy import select

from db.models.accounts import User
from db.session import Database
from services.platform.credentials import new_secret
from tests.api.test_invitations import EMMA, NAMES, mailed_code, preview, refused, status
from tests.factories.accounts import email_of
from tests.factories.marketplace import (
    PREVIEW,
    SentInvitation,
    accept_invitation,
    add_and_invite,
    new_couple,
    new_supplier,
)
from tests.support.graphql import GraphQLClient, GraphQLResponse


async def test_accepting_an_invitation_logs_the_couple_in(
    supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    """S91, decisions 12 and 13: no e-mail, no password, a past date."""
    sent = await add_and_invite(supplier, email=EMMA)
    answer = await accept_invitation(visitor, sent, **NAMES)
    assert answer["partnership"]["isActive"] is True
    assert answer["couple"] == {"id": answer["couple"]["id"], **NAMES,
                                "onboarding": {"percentComplete": 100}}  # fmt: skip
    assert answer["warnings"] == ["This wedding date has passed."]
    assert answer["session"]["user"] == {"email": EMMA, "couple": {"id": answer["couple"]["id"]}}
    couple = visitor.as_(answer["session"]["accessToken"])
    document = "{ viewer { email couple { partnerships { nodes { supplier { id } } } } } }"
    viewer = (await couple.data(document))["viewer"]
    assert viewer["couple"]["partnerships"]["nodes"] == [
        {"supplier": answer["partnership"]["supplier"]}
    ]


async def test_acceptance_links_client_and_invitation_to_the_couple(
    supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    """Decision 11."""
    answer = await accept_invitation(visitor, await add_and_invite(supplier), email=EMMA)
    document = """{ viewer { supplier { clients { nodes {
      status couple { id } invitation { status couple { id } } } } } } }"""
    (client,) = (await supplier.data(document))["viewer"]["supplier"]["clients"]["nodes"]
    couple = {"id": answer["couple"]["id"]}
    assert (client["status"], client["couple"]) == ("CONNECTED", couple)
    assert client["invitation"] == {"status": "ACCEPTED", "couple": couple}


async def test_accepting_by_link_requires_an_email(
    supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    """Decision 12."""
    sent = await add_and_invite(supplier)
    assert (await preview(visitor, sent.code))["needsEmail"] is True
    assert await refused(visitor, sent) == "REQUIRED"
    assert (await accept_invitation(visitor, sent, email=EMMA))["session"]["user"]["email"] == EMMA


async def test_accepting_twice_as_the_same_couple_succeeds(
    supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    """memories#379: a replay is a success."""
    sent = await add_and_invite(supplier, email=EMMA)
    first = await accept_invitation(visitor, sent)
    couple = visitor.as_(first["session"]["accessToken"])
    repeated = await accept_invitation(couple, sent)
    assert (repeated["alreadyAccepted"], repeated["session"]) == (True, None)
    assert repeated["partnership"]["id"] == first["partnership"]["id"]


async def test_a_used_code_is_refused_for_anyone_else(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    sent = await add_and_invite(supplier, email=EMMA)
    await accept_invitation(visitor, sent)
    assert await refused(visitor.as_(None), sent) == "ALREADY_USED"
    assert await refused(await new_couple(visitor, db), sent) == "ALREADY_USED"


async def test_only_the_emailed_code_confirms_the_address(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    """The supplier has seen the other one."""
    shown = await add_and_invite(supplier, "Shown", email="shown@example.com")
    await accept_invitation(visitor, shown)
    mailed = await add_and_invite(supplier, "Mailed", email="mailed@example.com")
    await accept_invitation(visitor.as_(None), SentInvitation("", "", await mailed_code(db)))
    assert mailed.code != await mailed_code(db)
    async with db.read() as session:
        rows = await session.scalars(select(User).where(User.email.like("%@example.com")))
        assert {row.email: row.email_verified_at is not None for row in rows} == {
            "shown@example.com": False,
            "mailed@example.com": True,
        }


async def test_an_existing_account_must_log_in_before_accepting(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    """A40: no silent linking, and no way into an account with a password by a code."""
    owner = await new_couple(visitor, db)
    document = "mutation ($p: String!) { changePassword(newPassword: $p) { errors { code } } }"
    await owner.data(document, p="correct horse battery")
    email = await email_of(owner)
    sent = await add_and_invite(supplier, email=email)
    for code in (sent.code, await mailed_code(db)):
        assert await refused(visitor, SentInvitation("", "", code)) == "UNIQUE"
    assert await status(supplier, sent.id) == "SENT"
    answer = await accept_invitation(owner, sent)
    assert (answer["session"], answer["alreadyAccepted"]) == (None, False)


async def test_an_address_other_than_the_invited_one_must_be_confirmed(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    """Requirement A40."""
    couple, sent = await new_couple(visitor, db), await add_and_invite(supplier, email=EMMA)
    assert await refused(couple, sent) == "EMAIL_MISMATCH"
    assert await status(supplier, sent.id) == "SENT"
    assert (await accept_invitation(couple, sent, confirmEmailMismatch=True))["partnership"][
        "isActive"
    ]


async def test_a_new_account_may_use_an_address_other_than_the_invited_one(
    supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    sent = await add_and_invite(supplier, email=EMMA)
    other = {"email": "james@example.com"}
    assert await refused(visitor, sent, **other) == "EMAIL_MISMATCH"
    answer = await accept_invitation(visitor, sent, confirmEmailMismatch=True, **other)
    assert answer["session"]["user"]["email"] == "james@example.com"


async def test_only_couples_can_accept_invitations(
    supplier: GraphQLClient, admin: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    sent = await add_and_invite(supplier)
    for client in (supplier, admin, await new_supplier(visitor, db)):
        assert await refused(client, sent, email=EMMA) == "FORBIDDEN"
    assert await status(supplier, sent.id) == "SENT"


async def test_a_chosen_password_is_validated_and_logs_in(
    supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    sent = await add_and_invite(supplier, email=EMMA)
    for bad in ("short", EMMA):
        assert await refused(visitor, sent, password=bad) == "INVALID"
    await accept_invitation(visitor, sent, password="correct horse battery")
    document = """mutation { logIn(email: "emma@example.com", password: "correct horse battery") {
      session { user { email } } errors { code } } }"""
    assert (await visitor.data(document))["logIn"]["session"]["user"]["email"] == EMMA


async def test_a_failed_acceptance_changes_nothing(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    sent = await add_and_invite(supplier, email=EMMA)
    assert await refused(visitor, sent, partner1Name="x" * 201) == "INVALID"
    async with db.read() as session:
        assert (await session.scalars(select(User).where(User.email == EMMA))).all() == []
    assert await status(supplier, sent.id) == "SENT"


async def test_code_attempts_are_rate_limited(visitor: GraphQLClient) -> None:
    answers: list[GraphQLResponse] = []
    # Two tries come back each second, so the limit is reached however slow this machine is.
    while not any(answer.codes for answer in answers) and len(answers) < 2_000:
        tries = (visitor.execute(PREVIEW, code=new_secret()) for _ in range(50))
        answers += await asyncio.gather(*tries)
    assert {code for answer in answers for code in answer.codes} == {"RATE_LIMITED"}
    assert len([answer for answer in answers if not answer.codes]) >= 100
    assert {answer.data["invitation"] for answer in answers if not answer.codes} == {None}
