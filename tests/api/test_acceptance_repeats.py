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
    accept_invitation,
    add_and_invite,
    add_client,
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


async def test_repeating_an_acceptance_opens_a_new_session_for_the_same_account(
    supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    sent, key = await add_and_invite(supplier, email=EMMA), new_key()
    first = await accept_invitation(visitor, sent, idempotencyKey=key, **NAMES)
    repeated = await accept_invitation(visitor.as_(None), sent, idempotencyKey=key, **NAMES)
    assert (first["alreadyAccepted"], repeated["alreadyAccepted"]) == (False, True)
    assert repeated["partnership"]["id"] == first["partnership"]["id"]
    tokens = [answer["session"]["accessToken"] for answer in (first, repeated)]
    assert tokens[0] != tokens[1]
    seen = [(await visitor.as_(token).data(VIEWER))["viewer"] for token in tokens]
    assert seen[0] == seen[1] == {"email": EMMA, "couple": {"id": first["couple"]["id"]}}


async def test_concurrent_acceptances_create_one_account(
    supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    sent, key = await add_and_invite(supplier, email=EMMA), new_key()
    both = await asyncio.gather(
        *(accept_invitation(visitor.as_(None), sent, idempotencyKey=key, **NAMES) for _ in range(2))
    )
    assert sorted(answer["alreadyAccepted"] for answer in both) == [False, True]
    assert all(answer["session"] for answer in both)


async def test_code_and_key_alone_do_not_log_in(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    sent, key = await add_and_invite(supplier, "One", email=EMMA), new_key()
    await accept_invitation(visitor, sent, idempotencyKey=key)
    other = await add_and_invite(supplier, "Other", email="other@example.com")
    await accept_invitation(visitor.as_(None), other, idempotencyKey=new_key())
    stranger, noor = visitor.as_(None), await new_couple(visitor, db)
    assert await refused(stranger, sent) == "ALREADY_USED"
    assert await refused(stranger, sent, idempotencyKey=new_key()) == "ALREADY_USED"
    assert await refused(stranger, other, idempotencyKey=key) == "ALREADY_USED"
    assert await refused(noor, sent, idempotencyKey=key) == "ALREADY_USED"


async def test_codes_and_keys_are_not_stored_in_clear(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    sent, key = await add_and_invite(supplier, email=EMMA), new_key()
    await accept_invitation(visitor, sent, idempotencyKey=key)
    query = select(IdempotencyKey).where(IdempotencyKey.operation == "acceptInvitation")
    async with db.read() as session:
        row = (await session.scalars(query)).one()
    kept = f"{row.actor} {row.key} {row.result}"
    assert key not in kept
    assert sent.code not in kept


async def test_idempotency_keys_expire_after_a_day(
    supplier: GraphQLClient, visitor: GraphQLClient, clock: Clock
) -> None:
    sent, key = await add_and_invite(supplier, email=EMMA), new_key()
    await accept_invitation(visitor, sent, idempotencyKey=key)
    clock.advance(DAY - 1)
    await accept_invitation(visitor.as_(None), sent, idempotencyKey=key)
    clock.advance(1)
    assert await refused(visitor.as_(None), sent, idempotencyKey=key) == "ALREADY_USED"


async def test_setting_a_password_revokes_earlier_acceptance_keys(
    supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    """A link made by a supplier in somebody's name: the owner of the mailbox chooses a password."""
    sent, key = await add_and_invite(supplier, email=EMMA), new_key()
    first = await accept_invitation(visitor, sent, idempotencyKey=key)
    owner = visitor.as_(first["session"]["accessToken"])
    done = await owner.data(CHANGE, old=None, new="correct horse battery")
    assert done["changePassword"]["errors"] == []
    assert await refused(visitor.as_(None), sent, idempotencyKey=key) == "ALREADY_USED"


@pytest.mark.parametrize("key", ["", "x" * 21, "x" * 201])
async def test_short_idempotency_keys_are_refused(
    supplier: GraphQLClient, visitor: GraphQLClient, key: str
) -> None:
    sent = await add_and_invite(supplier, email=EMMA)
    answer = await visitor.data(ACCEPT, input={"code": sent.code, "idempotencyKey": key})
    (error,) = answer["acceptInvitation"]["errors"]
    assert (error["code"], error["path"]) == ("INVALID", ["input", "idempotencyKey"])
    await accept_invitation(visitor, sent, idempotencyKey="x" * 22)


async def invite(supplier: GraphQLClient, client_id: str) -> Any:  # noqa: ANN401 - JSON
    answer = (await supplier.data(INVITE, clientId=client_id, key="again"))["inviteClient"]
    assert answer["errors"] == []
    return answer["invitation"]


async def test_repeating_an_invitation_returns_the_same_link(
    supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    client = await add_client(supplier)
    first, repeated = await invite(supplier, client["id"]), await invite(supplier, client["id"])
    assert first["acceptUrl"]
    assert (repeated["id"], repeated["acceptUrl"]) == (first["id"], first["acceptUrl"])


async def test_the_repeated_link_is_the_current_one(supplier: GraphQLClient) -> None:
    client = await add_client(supplier)
    first = await invite(supplier, client["id"])
    resent = (await supplier.data(RESEND, id=first["id"]))["resendInvitation"]["invitation"]
    assert resent["acceptUrl"] != first["acceptUrl"]
    assert (await invite(supplier, client["id"]))["acceptUrl"] == resent["acceptUrl"]
    await supplier.data(REVOKE, id=first["id"])
    assert (await invite(supplier, client["id"]))["acceptUrl"] is None


async def test_links_made_before_derived_codes_are_not_shown_again(
    supplier: GraphQLClient, db: Database
) -> None:
    """Codes were random before they were derived; another SECRET_KEY derives others too."""
    client = await add_client(supplier)
    await invite(supplier, client["id"])
    async with db.write() as uow:
        await uow.session.execute(text("UPDATE invitations SET invite_code = '\\x00'"))
    assert (await invite(supplier, client["id"]))["acceptUrl"] is None
