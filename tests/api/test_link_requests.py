"""The couple of an expired invitation asks for a new link (M6)."""

import pytest
from sqlalchemy import text

from db.session import Database
from domain.actors import ANONYMOUS
from services.flags import flags
from services.flags.flags import FlagDraft
from services.mail import invitation_limits
from settings import Settings
from tests.factories.marketplace import (
    DECLINE,
    PREVIEW,
    REVOKE,
    UPDATE,
    SentInvitation,
    accept_invitation,
    add_and_invite,
)
from tests.factories.notifications import inbox
from tests.factories.reminders import (
    EMMA,
    answer_requests,
    ask_for_link,
    invite,
    link_jobs,
    mailed_codes,
    outlive,
    sent,
)
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

DAY = 86_400
RECEIVED = {"received": True, "errors": []}
NAMES = {"partner1Name": "Emma", "partner2Name": "James"}


@pytest.fixture
async def supplier(supplier: GraphQLClient, db: Database) -> GraphQLClient:
    await outlive(db)
    return supplier


async def test_a_new_link_goes_to_the_address_of_the_invitation_and_the_supplier_is_told(
    supplier: GraphQLClient,
    visitor: GraphQLClient,
    db: Database,
    settings: Settings,
    clock: Clock,
) -> None:
    invitation = await invite(supplier)
    (old,) = await mailed_codes(db)
    clock.advance(15 * DAY)
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


async def test_once_a_day_however_often_it_is_asked(
    supplier: GraphQLClient,
    visitor: GraphQLClient,
    db: Database,
    settings: Settings,
    clock: Clock,
) -> None:
    sent_ = await add_and_invite(supplier, channel="LINK")
    clock.advance(15 * DAY)
    for _ in range(3):
        assert await ask_for_link(visitor, sent_.code) == RECEIVED
    assert (await link_jobs(db), len((await inbox(supplier))["nodes"])) == (1, 1)
    clock.advance(DAY)
    assert await ask_for_link(visitor, sent_.code) == RECEIVED
    assert (await link_jobs(db), len((await inbox(supplier))["nodes"])) == (2, 2)
    await answer_requests(db, settings, {"id": sent_.id})
    assert await sent(db) == []  # there is no address to send it to


async def test_a_job_that_runs_twice_sends_one_link(
    supplier: GraphQLClient,
    visitor: GraphQLClient,
    db: Database,
    settings: Settings,
    clock: Clock,
) -> None:
    invitation = await invite(supplier)
    (code,) = await mailed_codes(db)
    clock.advance(15 * DAY)
    await ask_for_link(visitor, code)
    for _ in range(2):
        await answer_requests(db, settings, invitation)
    assert len(await sent(db)) == 2


@pytest.mark.parametrize("way", ["pending", "accepted", "declined", "revoked", "none"])
async def test_every_code_gets_the_same_answer_and_only_an_expired_one_is_noted(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database, way: str
) -> None:
    invitation = await invite(supplier)
    (code,) = await mailed_codes(db)
    if way == "accepted":
        await accept_invitation(visitor, SentInvitation("", "", code), **NAMES)
    elif way == "declined":
        await visitor.data(DECLINE, code=code)
    elif way == "revoked":
        await supplier.data(REVOKE, id=invitation["id"])
    elif way == "none":
        code = "x" * 43
    assert await ask_for_link(visitor, code) == RECEIVED
    assert await link_jobs(db) == 0


@pytest.mark.parametrize("way", ["suppressed", "archived", "disabled", "flag off", "limit"])
async def test_what_forbids_an_invitation_forbids_a_new_link_with_the_same_answer(
    supplier: GraphQLClient,
    visitor: GraphQLClient,
    db: Database,
    settings: Settings,
    clock: Clock,
    way: str,
) -> None:
    invitation = await invite(supplier)
    (code,) = await mailed_codes(db)
    clock.advance(15 * DAY)
    assert await ask_for_link(visitor, code) == RECEIVED
    async with db.write() as uow:
        if way == "suppressed":
            await invitation_limits.suppress(uow, EMMA)
        elif way == "disabled":
            await uow.session.execute(text("UPDATE users SET disabled_at = now()"))
        elif way == "flag off":
            draft = FlagDraft("mvp_client_invitations", "Invitations")
            await flags.create(uow, ANONYMOUS, draft)
        elif way == "limit":
            await uow.session.execute(
                text("""INSERT INTO invitation_sendings (at, kind, supplier_id, client_id,
                  recipient, domain) SELECT now() + interval '15 days', 'letter', supplier_id,
                  client_id, recipient, domain FROM invitation_sendings,
                  generate_series(1, 10)""")
            )
    if way == "archived":
        await supplier.data(UPDATE, input={"id": invitation["client"]["id"], "archived": True})
    await answer_requests(db, settings, invitation)
    assert len(await sent(db)) == 1
