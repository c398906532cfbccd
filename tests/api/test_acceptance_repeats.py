"""A reply that got lost locks nobody out, and lets nobody else in (M2)."""

import asyncio
import secrets
from typing import Any

import pytest
from sqlalchemy import select, text

from db.models.events import IdempotencyKey
from db.session import Database
from tests.api.test_invitations import EMMA, NAMES, refused
from tests.factories.marketplace import (
    ACCEPT,
    INVITE,
    RESEND,
    REVOKE,
    accepted,
    added,
    invited,
    new_couple,
)
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

DAY = 86_400
CHANGE = """mutation ($old: String, $new: String!) {
  changePassword(currentPassword: $old, newPassword: $new) { errors { code } } }"""
VIEWER = "{ viewer { email couple { id } } }"


def new_key() -> str:
    return secrets.token_urlsafe(16)


async def test_a_repeat_opens_a_new_session_for_the_account_of_the_first_call(
    supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    sent, key = await invited(supplier, email=EMMA), new_key()
    first = await accepted(visitor, sent, idempotencyKey=key, **NAMES)
    again = await accepted(visitor.as_(None), sent, idempotencyKey=key, **NAMES)
    assert (first["alreadyAccepted"], again["alreadyAccepted"]) == (False, True)
    assert again["partnership"]["id"] == first["partnership"]["id"]
    tokens = [answer["session"]["accessToken"] for answer in (first, again)]
    assert tokens[0] != tokens[1]
    seen = [(await visitor.as_(token).data(VIEWER))["viewer"] for token in tokens]
    assert seen[0] == seen[1] == {"email": EMMA, "couple": {"id": first["couple"]["id"]}}


async def test_of_two_at_once_one_accepts_and_the_other_repeats(
    supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    sent, key = await invited(supplier, email=EMMA), new_key()
    both = await asyncio.gather(
        *(accepted(visitor.as_(None), sent, idempotencyKey=key, **NAMES) for _ in range(2))
    )
    assert sorted(answer["alreadyAccepted"] for answer in both) == [False, True]
    assert all(answer["session"] for answer in both)


async def test_code_and_key_alone_open_nothing(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    sent, key = await invited(supplier, "One", email=EMMA), new_key()
    await accepted(visitor, sent, idempotencyKey=key)
    other = await invited(supplier, "Other", email="other@example.com")
    await accepted(visitor.as_(None), other, idempotencyKey=new_key())
    stranger, noor = visitor.as_(None), await new_couple(visitor, db)
    assert await refused(stranger, sent) == "ALREADY_USED"
    assert await refused(stranger, sent, idempotencyKey=new_key()) == "ALREADY_USED"
    assert await refused(stranger, other, idempotencyKey=key) == "ALREADY_USED"
    assert await refused(noor, sent, idempotencyKey=key) == "ALREADY_USED"


async def test_neither_code_nor_key_is_stored(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    sent, key = await invited(supplier, email=EMMA), new_key()
    await accepted(visitor, sent, idempotencyKey=key)
    query = select(IdempotencyKey).where(IdempotencyKey.operation == "acceptInvitation")
    async with db.read() as session:
        row = (await session.scalars(query)).one()
    kept = f"{row.actor} {row.key} {row.result}"
    assert key not in kept
    assert sent.code not in kept


async def test_a_key_ends_after_a_day(
    supplier: GraphQLClient, visitor: GraphQLClient, clock: Clock
) -> None:
    sent, key = await invited(supplier, email=EMMA), new_key()
    await accepted(visitor, sent, idempotencyKey=key)
    clock.advance(DAY - 1)
    await accepted(visitor.as_(None), sent, idempotencyKey=key)
    clock.advance(1)
    assert await refused(visitor.as_(None), sent, idempotencyKey=key) == "ALREADY_USED"


async def test_whoever_takes_an_account_back_ends_its_keys(
    supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    """A link made by a supplier in somebody's name: the owner of the mailbox chooses a password."""
    sent, key = await invited(supplier, email=EMMA), new_key()
    first = await accepted(visitor, sent, idempotencyKey=key)
    owner = visitor.as_(first["session"]["accessToken"])
    done = await owner.data(CHANGE, old=None, new="correct horse battery")
    assert done["changePassword"]["errors"] == []
    assert await refused(visitor.as_(None), sent, idempotencyKey=key) == "ALREADY_USED"


@pytest.mark.parametrize("key", ["", "x" * 21, "x" * 201])
async def test_a_key_that_could_be_guessed_is_refused(
    supplier: GraphQLClient, visitor: GraphQLClient, key: str
) -> None:
    sent = await invited(supplier, email=EMMA)
    answer = await visitor.data(ACCEPT, input={"code": sent.code, "idempotencyKey": key})
    (error,) = answer["acceptInvitation"]["errors"]
    assert (error["code"], error["path"]) == ("INVALID", ["input", "idempotencyKey"])
    await accepted(visitor, sent, idempotencyKey="x" * 22)


async def invite(supplier: GraphQLClient, client_id: str) -> Any:  # noqa: ANN401 - JSON
    answer = (await supplier.data(INVITE, clientId=client_id, key="again"))["inviteClient"]
    assert answer["errors"] == []
    return answer["invitation"]


async def test_a_repeated_invitation_shows_its_link_again(
    supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    client = await added(supplier)
    first, again = await invite(supplier, client["id"]), await invite(supplier, client["id"])
    assert first["acceptUrl"]
    assert (again["id"], again["acceptUrl"]) == (first["id"], first["acceptUrl"])


async def test_the_link_shown_again_is_the_one_that_works(supplier: GraphQLClient) -> None:
    client = await added(supplier)
    first = await invite(supplier, client["id"])
    resent = (await supplier.data(RESEND, id=first["id"]))["resendInvitation"]["invitation"]
    assert resent["acceptUrl"] != first["acceptUrl"]
    assert (await invite(supplier, client["id"]))["acceptUrl"] == resent["acceptUrl"]
    await supplier.data(REVOKE, id=first["id"])
    assert (await invite(supplier, client["id"]))["acceptUrl"] is None


async def test_a_link_of_before_is_not_replaced_by_one_that_does_not_work(
    supplier: GraphQLClient, db: Database
) -> None:
    """Codes were random before they were derived; another SECRET_KEY derives others too."""
    client = await added(supplier)
    await invite(supplier, client["id"])
    async with db.write() as uow:
        await uow.session.execute(text("UPDATE invitations SET invite_code = '\\x00'"))
    assert (await invite(supplier, client["id"]))["acceptUrl"] is None
