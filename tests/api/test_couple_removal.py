"""Either partner may leave or be removed, and both are told (M9)."""

import asyncio

from sqlalchemy import select, text
from starlette.applications import Starlette

from db.models.accounts import User
from db.models.couples import Couple, CoupleMember
from db.models.events import Change
from db.session import Database
from domain.mail.email import MailKind
from domain.marketplace import couple_emails
from tests.factories import notifications
from tests.factories.accounts import DELETE, EXPORT, email_of
from tests.factories.conversations import Pair, send_message
from tests.factories.couples import (
    JAMES,
    REMOVE,
    Partners,
    invite_code,
    join,
    member_id,
    own_couple,
    remove,
)
from tests.factories.mail import emails_of_kind
from tests.factories.marketplace import (
    new_couple,
)
from tests.support.clock import PATIENCE
from tests.support.graphql import GraphQLClient
from tests.support.sockets import serving, socket

NODE = "query ($id: ID!) { node(id: $id) { id } }"
STREAM = "subscription { conversations { unreadConversations } }"


async def test_removing_a_partner_notifies_both_and_ends_their_access(
    both: Partners, pair: Pair, db: Database
) -> None:
    before = await own_couple(both.emma)
    payload = await remove(both.emma, own=False)
    assert payload["errors"] == []
    assert payload["couple"]["members"] == [{"email": await email_of(both.emma)}]
    after = await own_couple(both.james)
    assert after["id"] != before["id"]
    assert after["partnerships"]["nodes"] == []
    assert after["partner1Name"] is None
    assert (await own_couple(both.emma))["partnerships"] == before["partnerships"]
    assert (await notifications.inbox(both.james))["nodes"] == []
    for key in (before["id"], pair.id, pair.partnership_id):
        assert (await both.james.data(NODE, id=key))["node"] is None
    base = "http://x"
    subjects = {
        email.recipient: email.subject for email in await emails_of_kind(db, MailKind.PARTNER_LEFT)
    }
    assert subjects == {
        JAMES: couple_emails.you_were_removed(JAMES, base).subject,
        await email_of(both.emma): couple_emails.you_removed("x@example.com", base).subject,
    }


async def test_the_first_partner_may_be_removed_by_the_second(both: Partners, pair: Pair) -> None:
    """Nothing of the couple hangs on who came first: `couples.user_id` goes to who stays."""
    before = await own_couple(both.james)
    assert (await remove(both.james, own=False))["errors"] == []
    assert (await own_couple(both.james))["partnerships"] == before["partnerships"]
    assert (await own_couple(both.emma))["id"] != before["id"]
    assert (await both.emma.data(NODE, id=pair.id))["node"] is None


async def test_leaving_a_couple_sends_an_email_to_both_partners(
    both: Partners, db: Database
) -> None:
    payload = await remove(both.james, own=True)
    assert payload == {"couple": None, "errors": []}
    subjects = {
        email.recipient: email.subject for email in await emails_of_kind(db, MailKind.PARTNER_LEFT)
    }
    assert subjects == {
        JAMES: couple_emails.you_left(JAMES, "").subject,
        await email_of(both.emma): couple_emails.partner_left_you("x@example.com", "").subject,
    }
    assert [m["email"] for m in (await own_couple(both.emma))["members"]] == [
        await email_of(both.emma)
    ]


async def test_the_last_one_cannot_be_removed(visitor: GraphQLClient, db: Database) -> None:
    emma = await new_couple(visitor, db)
    (error,) = (await remove(emma, own=True))["errors"]
    assert error["code"] == "INVALID_TRANSITION"
    assert error["message"].startswith("You are the only one here.")


async def test_members_of_other_couples_cannot_be_removed(
    both: Partners, pair: Pair, visitor: GraphQLClient, db: Database
) -> None:
    key = await member_id(both.emma, own=False)
    stranger = await new_couple(visitor, db)
    for client in (pair.supplier, stranger):
        (error,) = (await client.data(REMOVE, id=key))["removeCoupleMember"]["errors"]
        assert (error["code"], error["path"]) == ("NOT_FOUND", ["id"])
    assert len((await own_couple(both.emma))["members"]) == 2


async def test_an_open_socket_of_a_removed_partner_ends(
    both: Partners, pair: Pair, app: Starlette
) -> None:
    """Nothing of the couple reaches them afterwards, also not over what they had open."""
    async with (
        serving(app) as address,
        socket(address, both.james.token) as removed,
        socket(address, both.emma.token) as stays,
    ):
        ended, kept = await removed.subscribe(STREAM), await stays.subscribe(STREAM)
        assert (await ended.next(), await kept.next()) == (
            {"conversations": {"unreadConversations": 0}},
        ) * 2
        assert (await remove(both.emma, own=False))["errors"] == []
        await asyncio.wait_for(removed.connection.wait_closed(), PATIENCE)
        assert removed.connection.close_code == 4403
        await send_message(pair.supplier, pair.id, "For Emma alone")
        assert (await kept.next())["conversations"]["unreadConversations"] == 1
    async with serving(app) as address, socket(address, both.james.token) as reconnected:
        assert (await (await reconnected.subscribe(STREAM)).next())["conversations"] == {
            "unreadConversations": 0
        }


async def test_an_account_that_is_deleted_leaves_the_couple_to_the_other(
    both: Partners, pair: Pair, db: Database
) -> None:
    before = await own_couple(both.james)
    assert (await both.emma.data(DELETE))["deleteMyAccount"]["deleted"] is True
    after = await own_couple(both.james)
    assert after["id"] == before["id"]
    assert after["partnerships"] == before["partnerships"]
    assert [member["email"] for member in after["members"]] == [JAMES]
    recipients = [email.recipient for email in await emails_of_kind(db, MailKind.PARTNER_LEFT)]
    assert recipients == [JAMES]  # and no supplier is told that its couple is gone


async def test_an_invitation_to_an_address_goes_with_its_account(
    visitor: GraphQLClient, db: Database
) -> None:
    emma = await new_couple(visitor, db)
    joined = await join(emma.as_(None), await invite_code(emma, JAMES))
    assert (await own_couple(emma))["partnerInvitation"]["status"] == "ACCEPTED"
    james = emma.as_(joined["session"]["accessToken"])
    assert (await james.data(DELETE))["deleteMyAccount"]["deleted"] is True
    assert (await own_couple(emma))["partnerInvitation"] is None
    assert JAMES not in str((await emma.data(EXPORT))["exportMyData"])


async def test_the_last_account_takes_the_couple_with_it(
    both: Partners, pair: Pair, db: Database
) -> None:
    for client in (both.emma, both.james):
        assert (await client.data(DELETE))["deleteMyAccount"]["deleted"] is True
    async with db.read() as session:
        for model in (Couple, CoupleMember):
            assert (await session.scalars(select(model))).all() == []


async def test_the_release_before_deletes_an_account_and_leaves_the_couple(
    both: Partners, pair: Pair, db: Database
) -> None:
    """It knows `couples.user_id` only, whose row would go with the account."""
    email = await email_of(both.emma)
    async with db.write() as uow:
        await uow.session.execute(text("DELETE FROM users WHERE email = :email"), {"email": email})
    seen = await own_couple(both.james)
    assert [member["email"] for member in seen["members"]] == [JAMES]
    assert len(seen["partnerships"]["nodes"]) == 1


async def test_changes_are_audited_by_ids(both: Partners, db: Database) -> None:
    await remove(both.james, own=True)
    async with db.read() as session:
        james = await session.scalar(select(User.id).where(User.email == JAMES))
        of_james = select(Change).where(Change.subject_id == james).order_by(Change.event_id)
        rows = (await session.scalars(of_james)).all()
    moves = [(row.action, row.after) for row in rows if row.after and "member" in row.after]
    assert moves == [("joined", {"member": True}), ("left", {"member": False})]


async def test_somebody_can_be_invited_again_after_one_has_left(both: Partners) -> None:
    await remove(both.james, own=True)
    code = await invite_code(both.emma)
    payload = await join(both.james, code)
    assert payload["errors"] == []
    assert payload["couple"]["id"] == (await own_couple(both.emma))["id"]
