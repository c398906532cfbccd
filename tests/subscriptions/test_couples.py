"""The stream of a couple, for both of its accounts (M9, M14)."""

import asyncio

import pytest
from starlette.applications import Starlette

from db.session import Database
from domain.mail.email import MailKind
from settings import Settings
from tests.factories.accounts import email_of
from tests.factories.couples import JAMES, Partners, invite_code, join, partners, remove
from tests.factories.launches import make_flag
from tests.factories.marketplace import PROFILE, new_couple
from tests.factories.notifications import kinds, mailed
from tests.support.clock import PATIENCE
from tests.support.graphql import GraphQLClient
from tests.support.sockets import Stream, socket

LIVE = """subscription { viewerCouple { partner1Name weddingDate
  members { email } partnerInvitation { status } } }"""
INBOX = "subscription { notifications { unreadCount newest { kind } } }"
TOGGLE = """mutation { toggleFeatureFlag(input: {key: "mvp_realtime_updates", enabled: false}) {
  errors { code } } }"""


@pytest.fixture
async def both(couple: GraphQLClient) -> Partners:
    """The couple, after a second member has joined it."""
    return await partners(couple)


async def until(stream: Stream, field: str, value: object) -> None:
    """Read results until a field of the couple has a value; changes may be merged."""
    async with asyncio.timeout(PATIENCE):
        while (await stream.next())["viewerCouple"][field] != value:
            pass


async def test_changes_of_one_partner_are_streamed_to_the_other(
    address: str, both: Partners
) -> None:
    async with socket(address, both.emma.token) as live:
        stream = await live.subscribe(LIVE)
        assert (await stream.next())["viewerCouple"]["weddingDate"] is None
        saved = {"partner1Name": "James", "weddingDate": "2027-09-04"}
        await both.james.data(PROFILE, input=saved)
        changed = (await stream.next())["viewerCouple"]
        assert {key: changed[key] for key in saved} == saved


async def test_inviting_joining_and_leaving_are_streamed(
    address: str, couple: GraphQLClient
) -> None:
    alone = [{"email": await email_of(couple)}]
    async with socket(address, couple.token) as live:
        stream = await live.subscribe(LIVE)
        assert (await stream.next())["viewerCouple"]["members"] == alone
        code = await invite_code(couple)
        await until(stream, "partnerInvitation", {"status": "SENT"})
        joined = await join(couple.as_(None), code, email=JAMES)
        await until(stream, "members", [*alone, {"email": JAMES}])
        james = couple.as_(joined["session"]["accessToken"])
        assert (await remove(james, own=True))["errors"] == []
        await until(stream, "members", alone)


async def test_other_couples_and_suppliers_receive_no_changes(
    address: str,
    both: Partners,
    supplier: GraphQLClient,
    admin: GraphQLClient,
    visitor: GraphQLClient,
    db: Database,
) -> None:
    for nobody in (supplier, admin):
        async with socket(address, nobody.token) as live:
            stream = await live.subscribe(LIVE)
            assert await stream.next() == {"viewerCouple": None}
            assert (await stream.message())["type"] == "complete"
    other = await new_couple(visitor, db)
    async with socket(address, other.token) as live:
        stream = await live.subscribe(LIVE)
        assert (await stream.next())["viewerCouple"]["members"] == [
            {"email": await email_of(other)}
        ]
        await both.james.data(PROFILE, input={"partner1Name": "James"})
        assert await stream.silent()


async def test_the_stream_of_a_removed_partner_ends(address: str, both: Partners) -> None:
    async with socket(address, both.james.token) as live:
        stream = await live.subscribe(LIVE)
        await stream.next()
        await remove(both.emma, own=False)
        async with asyncio.timeout(PATIENCE):
            await live.connection.wait_closed()


async def test_the_stream_ends_when_live_updates_are_switched_off(
    address: str, both: Partners, admin: GraphQLClient
) -> None:
    await make_flag(admin, "mvp_realtime_updates", enabled=True, rolloutPercentage=100)
    async with socket(address, both.emma.token) as live:
        stream = await live.subscribe(LIVE)
        await stream.next()
        await admin.data(TOGGLE)
        message = await stream.message()
        (error,) = message["payload"]["errors"]
        assert error["extensions"]["code"] == "FEATURE_OFF"


async def test_a_partner_is_notified_of_the_other_who_joins_and_leaves(
    address: str, couple: GraphQLClient, app: Starlette, db: Database, settings: Settings
) -> None:
    async with socket(address, couple.token) as live:
        stream = await live.subscribe(INBOX)
        assert (await stream.next())["notifications"] == {"unreadCount": 0, "newest": None}
        pair = await partners(couple)
        update = {"unreadCount": 1, "newest": {"kind": "PARTNER_JOINED"}}
        assert (await stream.next())["notifications"] == update
        (letter,) = await mailed(db, settings, MailKind.NOTIFICATION)
        assert letter.recipient == await email_of(couple)
        assert letter.subject == "Your partner has joined you on WedMe"
        await remove(pair.james, own=True)
        update = {"unreadCount": 2, "newest": {"kind": "PARTNER_LEFT"}}
        assert (await stream.next())["notifications"] == update
        assert len(await mailed(db, settings, MailKind.NOTIFICATION)) == 1
    assert await kinds(pair.james) == []


async def test_the_partner_who_removes_the_other_is_not_notified(both: Partners) -> None:
    await remove(both.emma, own=False)
    assert await kinds(both.emma) == ["PARTNER_JOINED"]
