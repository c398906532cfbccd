"""A supplier is no spam relay: limits, declines, and people who want no invitations (SEC5)."""

import asyncio
from datetime import timedelta
from email.parser import BytesParser
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from db.models.invitations import Invitation
from db.models.mail import Mail
from db.models.sendings import InvitationSending
from db.session import Database
from domain.marketplace import invitation_limits
from domain.marketplace.invitation_limits import MAX_FIRST_DAY, MAX_TO_RECIPIENT
from services.mail import mail
from services.mail.email_addresses import parse_mailbox
from services.mail.mail_messages import compose
from settings import Settings
from tests.factories.marketplace import (
    DECLINE,
    INVITE,
    PROFILE,
    UPDATE,
    add_client,
    code_in,
    new_supplier,
)
from tests.support.graphql import GraphQLClient
from tests.support.servers import dead_port

EMMA = "emma@example.com"
Json = Any


async def invite(supplier: GraphQLClient, email: str | None, names: str = "Emma & James") -> Json:
    client = await add_client(supplier, names)
    return (await supplier.data(INVITE, clientId=client["id"], email=email))["inviteClient"]


def codes(payload: Json) -> list[str]:
    return [error["code"] for error in payload["errors"]]


async def emails(db: Database) -> list[Mail]:
    async with db.read() as session:
        query = select(Mail).where(Mail.invitation_id.is_not(None)).order_by(Mail.created_at)
        return list(await session.scalars(query))


async def earlier(db: Database, by: timedelta) -> None:
    """Move all that was counted into the past: the clock would end the sessions too."""
    async with db.write() as uow:
        await uow.session.execute(update(InvitationSending).values(at=InvitationSending.at - by))
        await uow.session.execute(update(Invitation).values(sent_at=Invitation.sent_at - by))


async def unsubscribe_path(db: Database) -> str:
    """The link in the last e-mail, without our address."""
    url = (await emails(db))[-1].unsubscribe_url
    assert url is not None
    return "/unsubscribe/" + url.partition("/unsubscribe/")[2]


async def test_the_limit_of_new_accounts_counts_archived_clients(
    supplier: GraphQLClient, db: Database
) -> None:
    """80 invitations went out in 19 s, and archiving a client forgot what it was sent."""
    for index in range(MAX_FIRST_DAY):
        done = await invite(supplier, f"couple{index}@example.com", f"Couple {index}")
        assert codes(done) == []
        key = done["invitation"]["client"]["id"]
        await supplier.data(UPDATE, input={"id": key, "archived": True})
    assert codes(await invite(supplier, "one.more@example.com")) == ["RATE_LIMITED"]
    assert len(await emails(db)) == MAX_FIRST_DAY
    assert codes(await invite(supplier, None, "By a link")) == []
    await earlier(db, timedelta(days=1))
    assert codes(await invite(supplier, "tomorrow@example.com", "Tomorrow")) == []


async def test_recipients_have_a_limit_across_suppliers(
    visitor: GraphQLClient, db: Database
) -> None:
    for _ in range(MAX_TO_RECIPIENT):
        assert codes(await invite(await new_supplier(visitor, db), EMMA)) == []
    last = await invite(await new_supplier(visitor, db), EMMA)
    assert codes(last) == ["RATE_LIMITED"]


async def test_concurrent_sends_respect_the_domain_limit(
    visitor: GraphQLClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D13: different suppliers, different recipients; each counted before the others committed."""
    monkeypatch.setattr(invitation_limits, "MAX_TO_DOMAIN", 3)
    suppliers = [await new_supplier(visitor, db) for _ in range(8)]
    done = await asyncio.gather(
        *(invite(who, f"pair{n}@venue.de") for n, who in enumerate(suppliers))
    )
    assert sorted(code for item in done for code in codes(item)) == ["RATE_LIMITED"] * 5
    assert len(await emails(db)) == 3


async def test_declining_blocks_a_new_invitation_for_a_while(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    first = (await invite(supplier, EMMA))["invitation"]
    client, code = first["client"]["id"], code_in(first["acceptUrl"])
    assert codes((await visitor.data(DECLINE, code=code))["declineInvitation"]) == []
    repeated = (await supplier.data(INVITE, clientId=client))["inviteClient"]
    assert codes(repeated) == ["INVALID_TRANSITION"]
    other = await new_supplier(visitor, db)
    assert codes(await invite(other, EMMA)) == []
    await earlier(db, timedelta(days=30))
    assert codes((await supplier.data(INVITE, clientId=client))["inviteClient"]) == []


async def test_one_click_unsubscribe_stops_invitations_of_all_suppliers(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    """RFC 8058: a POST without a log-in does it, a GET only asks."""
    assert codes(await invite(supplier, EMMA)) == []
    path = await unsubscribe_path(db)
    shown = await visitor.raw("GET", path)
    assert (shown.status_code, "<button" in shown.text) == (200, True)
    other = await new_supplier(visitor, db)
    assert codes(await invite(other, EMMA)) == []
    done = await visitor.raw("POST", path, content="List-Unsubscribe=One-Click")
    assert done.status_code == 200
    refused = await invite(await new_supplier(visitor, db), EMMA)
    assert codes(refused) == ["INVALID"]
    assert "No invitation can be sent" in refused["errors"][0]["message"]
    assert codes(await invite(other, "zoe@example.com", "Zoe")) == []
    assert (await visitor.raw("POST", f"{path}?again=1")).status_code == 200
    assert codes(await invite(await new_supplier(visitor, db), EMMA)) == []


async def test_unsubscribing_cancels_queued_invitations(
    supplier: GraphQLClient, visitor: GraphQLClient, db: Database, settings: Settings
) -> None:
    await invite(supplier, EMMA)
    await visitor.raw("POST", await unsubscribe_path(db))
    (row,) = await emails(db)
    url = SecretStr(f"smtp://127.0.0.1:{dead_port()}")
    await mail.deliver(db, settings.model_copy(update={"smtp_url": url}), row.id)
    (row,) = await emails(db)
    assert (row.cancelled_at is not None, row.attempts, row.body) == (True, 0, "")


@pytest.mark.parametrize("code", ["x", "AAAA", "%00", "a" * 400])
async def test_forged_unsubscribe_links_do_nothing(visitor: GraphQLClient, code: str) -> None:
    answer = await visitor.raw("POST", f"/unsubscribe/invitations/{code}")
    assert answer.status_code == 404


async def test_every_invitation_has_list_unsubscribe_headers(
    supplier: GraphQLClient, db: Database
) -> None:
    await invite(supplier, EMMA)
    (row,) = await emails(db)
    message = BytesParser().parsebytes(compose(parse_mailbox("WedMe <a@wedme.app>"), row))
    assert message["List-Unsubscribe"] == f"<{row.unsubscribe_url}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert str(row.unsubscribe_url) in row.body


@pytest.mark.parametrize("name", ["Win at http://x.co", "WWW.prize", "Two\nlines", "https://x"])
async def test_names_with_urls_or_line_breaks_are_refused(
    supplier: GraphQLClient, name: str
) -> None:
    done = (await supplier.data(PROFILE, input={"businessName": name}))["updateProfile"]
    assert codes(done) == ["INVALID"]
    added_client = await supplier.data(
        "mutation ($n: String!) { addClient(input: { coupleNames: $n }) { errors { code } } }",
        n=name,
    )
    assert codes(added_client["addClient"]) == ["INVALID"]


async def test_text_in_emails_is_not_turned_into_links(
    supplier: GraphQLClient, db: Database
) -> None:
    await supplier.data(PROFILE, input={"businessName": "Prize.com <b>a@b.co</b>"})
    await invite(supplier, EMMA, "Emma & evil.example")
    (row,) = await emails(db)
    assert row.subject == "Prize. com <b>a (at) b. co</b> invites you to WedMe"
    for shown in (row.subject, row.body, row.html or ""):
        assert [text for text in ("Prize.com", "a@b.co", "evil.example") if text in shown] == []
    assert "<b>" not in (row.html or "")
