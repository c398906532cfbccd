"""The couple of an expired invitation asks for a new link (M6)."""

from typing import Any, NamedTuple

import pytest
from sqlalchemy import text

from db.session import Database
from settings import Settings
from tests.factories.marketplace import (
    PREVIEW,
    UPDATE,
    SentInvitation,
    accept_invitation,
    add_and_invite,
)
from tests.factories.notifications import inbox
from tests.factories.reminders import (
    EMMA,
    ENDINGS,
    NAMES,
    answer_requests,
    archive,
    ask_for_link,
    end_invitation,
    forbid_invitations,
    invite_with_code,
    link_jobs,
    mailed_codes,
    outlive,
    sent,
)
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

DAY = 86_400
RECEIVED = {"received": True, "errors": []}


class Expired(NamedTuple):
    """An invitation by e-mail that has expired, as JSON, and the code of its link."""

    invitation: Any
    code: str


@pytest.fixture
async def supplier(supplier: GraphQLClient, db: Database) -> GraphQLClient:
    await outlive(db)
    return supplier


@pytest.fixture
async def expired(supplier: GraphQLClient, db: Database, clock: Clock) -> Expired:
    invitation, code = await invite_with_code(supplier, db)
    clock.advance(15 * DAY)
    return Expired(invitation, code)


async def test_a_new_link_is_sent_to_the_invited_address_and_the_supplier_is_notified(
    supplier: GraphQLClient,
    visitor: GraphQLClient,
    db: Database,
    settings: Settings,
    expired: Expired,
) -> None:
    invitation, old = expired
    other = {"id": invitation["client"]["id"], "email": "somebody.else@example.com"}
    await supplier.data(UPDATE, input=other)
    assert await ask_for_link(visitor, old) == RECEIVED
    await answer_requests(db, settings, invitation)
    assert [mail.recipient for mail in await sent(db)] == [EMMA, EMMA]
    (new,) = await mailed_codes(db)  # the other e-mail was withdrawn
    assert (await visitor.data(PREVIEW, code=old))["invitation"] is None
    assert (await visitor.data(PREVIEW, code=new))["invitation"]["status"] == "SENT"
    (entry,) = (await inbox(supplier))["nodes"]
    assert entry["title"] == "Emma & James asked for a new link"
    assert await accept_invitation(visitor, SentInvitation("", "", new), **NAMES)


async def test_repeated_link_requests_notify_the_supplier_once_a_day(
    supplier: GraphQLClient,
    visitor: GraphQLClient,
    db: Database,
    settings: Settings,
    clock: Clock,
) -> None:
    invitation = await add_and_invite(supplier, channel="LINK")
    clock.advance(15 * DAY)
    for _ in range(3):
        assert await ask_for_link(visitor, invitation.code) == RECEIVED
    assert (await link_jobs(db), len((await inbox(supplier))["nodes"])) == (1, 1)
    clock.advance(DAY)
    assert await ask_for_link(visitor, invitation.code) == RECEIVED
    assert (await link_jobs(db), len((await inbox(supplier))["nodes"])) == (2, 2)
    await answer_requests(db, settings, {"id": invitation.id})
    assert await sent(db) == []  # there is no address to send it to


async def test_a_job_that_runs_twice_sends_one_link(
    visitor: GraphQLClient, db: Database, settings: Settings, expired: Expired
) -> None:
    await ask_for_link(visitor, expired.code)
    for _ in range(2):
        await answer_requests(db, settings, expired.invitation)
    assert len(await sent(db)) == 2


@pytest.mark.parametrize("state", ["pending", "unknown", "accept", "decline", "revoke"])
async def test_every_code_gets_the_same_answer_and_only_an_expired_one_is_noted(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database, state: str
) -> None:
    invitation, code = await invite_with_code(supplier, db)
    if state in ENDINGS:
        await end_invitation(state, supplier, visitor, invitation, code)
    assert await ask_for_link(visitor, "x" * 43 if state == "unknown" else code) == RECEIVED
    assert await link_jobs(db) == 0


@pytest.mark.parametrize("reason", ["suppressed", "archived", "disabled", "flag off", "limit"])
async def test_what_forbids_an_invitation_forbids_a_new_link_with_the_same_answer(
    supplier: GraphQLClient,
    visitor: GraphQLClient,
    db: Database,
    settings: Settings,
    expired: Expired,
    reason: str,
) -> None:
    assert await ask_for_link(visitor, expired.code) == RECEIVED
    if reason == "archived":
        await archive(supplier, expired.invitation)
    elif reason == "limit":
        await reach_limit_of_recipient(db)
    else:
        await forbid_invitations(db, reason)
    await answer_requests(db, settings, expired.invitation)
    assert len(await sent(db)) == 1


async def reach_limit_of_recipient(db: Database) -> None:
    """Record ten more invitations, sent when the first one expired."""
    async with db.write() as uow:
        await uow.session.execute(
            text("""INSERT INTO invitation_sendings (at, kind, supplier_id, client_id,
              recipient, domain) SELECT now() + interval '15 days', 'letter', supplier_id,
              client_id, recipient, domain FROM invitation_sendings,
              generate_series(1, 10)""")
        )
