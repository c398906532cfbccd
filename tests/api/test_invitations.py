"""Sending, looking at, opening, declining and accepting invitations (S37, S41, A39, A40)."""

from typing import Any

import pytest
from sqlalchemy import select, text

from db.models.invitations import Invitation
from db.models.mail import Mail
from db.session import Database
from services.marketplace.invitation_changes import expire_overdue
from services.platform.credentials import digest
from tests.factories.marketplace import (
    ACCEPT,
    DECLINE,
    INVITE,
    OPEN,
    PREVIEW,
    RESEND,
    REVOKE,
    SentInvitation,
    accept_invitation,
    add_and_invite,
    add_client,
    code_in,
)
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

DAY = 86_400
EMMA = "emma@example.com"
NAMES = {"partner1Name": "Emma", "partner2Name": "James", "weddingDate": "2024-08-15"}


@pytest.fixture
async def supplier(supplier: GraphQLClient, db: Database) -> GraphQLClient:
    """A supplier whose session outlives an invitation."""
    async with db.write() as uow:
        await uow.session.execute(text("UPDATE sessions SET expires_at = now() + '90 days'"))
    return supplier


async def resend(client: GraphQLClient, key: str) -> Any:  # noqa: ANN401 - JSON
    return (await client.data(RESEND, id=key))["resendInvitation"]


async def revoke(client: GraphQLClient, key: str) -> Any:  # noqa: ANN401 - JSON
    return (await client.data(REVOKE, id=key))["revokeInvitation"]


async def preview(client: GraphQLClient, code: str) -> Any:  # noqa: ANN401 - JSON
    return (await client.data(PREVIEW, code=code))["invitation"]


async def refused(client: GraphQLClient, sent: SentInvitation, **more: object) -> str:
    """The code of why an acceptance failed."""
    answer = (await client.data(ACCEPT, input={"code": sent.code, **more}))["acceptInvitation"]
    assert (answer["partnership"], answer["session"]) == (None, None)
    code = answer["errors"][0]["code"]
    assert isinstance(code, str)
    return code


async def status(client: GraphQLClient, key: str) -> str:
    document = "query ($id: ID!) { node(id: $id) { ... on Invitation { status } } }"
    status = (await client.data(document, id=key))["node"]["status"]
    assert isinstance(status, str)
    return status


async def mailed_code(db: Database) -> str:
    """The code of the newest e-mail, which no answer of the API shows."""
    async with db.read() as session:
        row = (await session.scalars(select(Mail).order_by(Mail.created_at.desc()))).first()
    assert row is not None
    return code_in(next(line for line in row.body.splitlines() if "/accept/" in line))


async def test_clients_with_an_email_are_invited_by_email(
    supplier: GraphQLClient, db: Database
) -> None:
    client = await add_client(supplier, email=EMMA)
    answer = (await supplier.data(INVITE, clientId=client["id"]))["inviteClient"]["invitation"]
    assert (answer["channel"], answer["email"], answer["status"]) == ("EMAIL", EMMA, "SENT")
    assert answer["client"]["status"] == "INVITED"
    async with db.read() as session:
        email = (await session.scalars(select(Mail))).one()
    assert (email.recipient, "WedMe" in email.subject) == (EMMA, True)
    assert email.html is not None


async def test_clients_without_an_email_are_invited_by_link(
    supplier: GraphQLClient, db: Database
) -> None:
    """Decision 12."""
    client = await add_client(supplier)
    answer = (await supplier.data(INVITE, clientId=client["id"]))["inviteClient"]["invitation"]
    assert (answer["channel"], answer["email"]) == ("LINK", None)
    async with db.read() as session:
        assert (await session.scalars(select(Mail))).all() == []


async def test_an_email_given_with_the_invitation_is_saved_to_the_client(
    supplier: GraphQLClient,
) -> None:
    client = await add_client(supplier)
    answer = await supplier.data(INVITE, clientId=client["id"], email=EMMA)
    assert answer["inviteClient"]["invitation"]["client"]["email"] == EMMA


async def test_codes_are_kept_as_hashes_and_shown_once(
    supplier: GraphQLClient, db: Database
) -> None:
    sent = await add_and_invite(supplier, email=EMMA)
    async with db.read() as session:
        row = (await session.scalars(select(Invitation))).one()
        log = await session.scalars(text("SELECT payload::text FROM launch_events"))
    assert row.invite_code == digest(sent.code)
    assert row.mail_code == digest(await mailed_code(db)) != row.invite_code
    payloads = " ".join(log)
    assert sent.code not in payloads
    assert EMMA not in payloads
    later = "query ($id: ID!) { node(id: $id) { ... on Invitation { acceptUrl } } }"
    assert (await supplier.data(later, id=sent.id))["node"] == {"acceptUrl": None}


async def test_a_client_has_one_pending_invitation(supplier: GraphQLClient) -> None:
    sent = await add_and_invite(supplier)
    repeated = await supplier.data(INVITE, clientId=sent.client_id)
    assert repeated["inviteClient"]["errors"][0]["code"] == "UNIQUE"


@pytest.mark.parametrize(
    ("days", "code"), [(0, "INVALID"), (31, "INVALID"), (-1, "INVALID"), (1, None), (30, None)]
)
async def test_invitations_last_1_to_30_days(
    supplier: GraphQLClient, days: int, code: str | None
) -> None:
    client = await add_client(supplier)
    answer = (await supplier.data(INVITE, clientId=client["id"], days=days))["inviteClient"]
    assert [error["code"] for error in answer["errors"]] == ([code] if code else [])


async def test_resending_invalidates_the_old_link(
    supplier: GraphQLClient, visitor: GraphQLClient, clock: Clock
) -> None:
    sent = await add_and_invite(supplier)
    await visitor.data(OPEN, code=sent.code)
    clock.advance(DAY)
    repeated = (await resend(supplier, sent.id))["invitation"]
    assert (repeated["id"], repeated["status"], repeated["resendCount"]) == (sent.id, "SENT", 1)
    assert await preview(visitor, sent.code) is None
    shown = await preview(visitor, code_in(repeated["acceptUrl"]))
    assert shown["expiresAt"] == repeated["expiresAt"]


async def test_resends_are_limited_to_five_a_day(supplier: GraphQLClient, clock: Clock) -> None:
    """A39. Revoking and inviting anew does not get around it."""
    sent = await add_and_invite(supplier)
    for _ in range(5):
        assert (await resend(supplier, sent.id))["errors"] == []
    assert (await resend(supplier, sent.id))["errors"][0]["code"] == "RATE_LIMITED"
    await revoke(supplier, sent.id)
    reset_clock_and_checks = await supplier.data(INVITE, clientId=sent.client_id)
    assert reset_clock_and_checks["inviteClient"]["errors"][0]["code"] == "RATE_LIMITED"
    clock.advance(DAY + 1)
    later = await supplier.data(INVITE, clientId=sent.client_id)
    assert later["inviteClient"]["errors"] == []


async def test_a_revoked_link_is_shown_as_revoked(
    supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    sent = await add_and_invite(supplier)
    for _ in range(2):
        assert (await revoke(supplier, sent.id))["invitation"]["status"] == "REVOKED"
    assert (await preview(visitor, sent.code))["status"] == "REVOKED"
    assert await refused(visitor, sent, email=EMMA) == "REVOKED"
    assert (await resend(supplier, sent.id))["errors"][0]["code"] == "INVALID_TRANSITION"
    assert (await supplier.data(INVITE, clientId=sent.client_id))["inviteClient"]["errors"] == []


async def test_overdue_invitations_are_expired_before_the_sweep(
    supplier: GraphQLClient, visitor: GraphQLClient, clock: Clock
) -> None:
    sent = await add_and_invite(supplier)
    clock.advance(14 * DAY + 1)
    assert await status(supplier, sent.id) == "EXPIRED"
    assert (await preview(visitor, sent.code))["status"] == "EXPIRED"
    assert await refused(visitor, sent, email=EMMA) == "EXPIRED"
    reset_clock_and_checks = (await supplier.data(INVITE, clientId=sent.client_id))["inviteClient"]
    assert reset_clock_and_checks["invitation"]["status"] == "SENT"


async def test_the_sweep_expires_an_invitation_once(
    supplier: GraphQLClient, db: Database, clock: Clock
) -> None:
    for index in range(3):
        await add_and_invite(supplier, f"Couple {index}")
    clock.advance(14 * DAY + 1)
    assert await expire_overdue(db, batch=2) == 3
    assert await expire_overdue(db) == 0
    document = "{ viewer { supplier { clients { nodes { status } } } } }"
    nodes = (await supplier.data(document))["viewer"]["supplier"]["clients"]["nodes"]
    assert nodes == [{"status": "ADDED"}] * 3


async def test_expired_invitations_can_be_resent(
    supplier: GraphQLClient, visitor: GraphQLClient, clock: Clock
) -> None:
    """distr#1250: what has ended must not block for ever."""
    sent = await add_and_invite(supplier)
    clock.advance(14 * DAY + 1)
    repeated = (await resend(supplier, sent.id))["invitation"]
    assert (repeated["status"], repeated["client"]["status"]) == ("SENT", "INVITED")
    assert await accept_invitation(
        visitor, SentInvitation(sent.id, "", code_in(repeated["acceptUrl"])), email=EMMA
    )


async def test_previewing_an_invitation_consumes_nothing(
    supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    """supabase/auth#1214: mail scanners follow every link."""
    sent = await add_and_invite(supplier, email=EMMA)
    for _ in range(3):
        shown = await preview(visitor, sent.code)
    assert shown["status"] == "SENT"
    assert (shown["maskedEmail"], shown["needsEmail"]) == ("e•••@example.com", False)
    assert await status(supplier, sent.id) == "SENT"


@pytest.mark.parametrize("code", ["", "x", "☃" * 43, "Zm9v" * 11, "a" * 10_000, "' OR 1=1 --"])
async def test_unknown_codes_have_no_preview(visitor: GraphQLClient, code: str) -> None:
    assert await preview(visitor, code) is None
    for document, name in ((OPEN, "openInvitation"), (DECLINE, "declineInvitation")):
        assert (await visitor.data(document, code=code))[name]["errors"][0]["code"] == "NOT_FOUND"
    assert await refused(visitor, SentInvitation("", "", code), email=EMMA) == "NOT_FOUND"


async def test_opening_an_invitation_is_recorded_once(
    supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    """X13; the supplier's own click is not the couple's."""
    sent = await add_and_invite(supplier)
    await supplier.data(OPEN, code=sent.code)
    assert await status(supplier, sent.id) == "SENT"
    for _ in range(2):
        answer = (await visitor.data(OPEN, code=sent.code))["openInvitation"]
        assert (answer["invitation"]["status"], answer["errors"]) == ("OPENED", [])
    assert await status(supplier, sent.id) == "OPENED"


async def test_declining_is_final(supplier: GraphQLClient, visitor: GraphQLClient) -> None:
    sent = await add_and_invite(supplier)
    for _ in range(2):
        answer = (await visitor.data(DECLINE, code=sent.code))["declineInvitation"]
        assert answer["invitation"]["status"] == "DECLINED"
    assert await refused(visitor, sent, email=EMMA) == "ALREADY_USED"
    (error,) = (await supplier.data(INVITE, clientId=sent.client_id))["inviteClient"]["errors"]
    assert error["code"] == "INVALID_TRANSITION"  # for thirty days (SEC5)


async def test_declining_cannot_undo_an_acceptance(
    supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    sent = await add_and_invite(supplier)
    await accept_invitation(visitor, sent, email=EMMA)
    answer = (await visitor.data(DECLINE, code=sent.code))["declineInvitation"]
    assert answer["errors"][0]["code"] == "ALREADY_USED"
    assert await status(supplier, sent.id) == "ACCEPTED"
