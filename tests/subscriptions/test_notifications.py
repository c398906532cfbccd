"""The live inbox, on every device of its owner (M6)."""

import asyncio

from db.session import Database
from tests.factories.conversations import Pair, connect_pair, mark_read, send_message
from tests.factories.marketplace import accept_invitation, add_and_invite, new_couple
from tests.factories.notifications import MARK_ALL
from tests.support.clock import PATIENCE
from tests.support.graphql import GraphQLClient
from tests.support.sockets import socket

LIVE = "subscription { notifications { unreadCount newest { kind title readAt } } }"


async def test_acceptance_is_sent_at_once(
    address: str, supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    sent = await add_and_invite(supplier, "Mia & Ben")
    async with socket(address, supplier.token) as live:
        stream = await live.subscribe(LIVE)
        assert (await stream.next())["notifications"] == {"unreadCount": 0, "newest": None}
        await accept_invitation(await new_couple(visitor, db), sent)
        update = (await stream.next())["notifications"]
    assert update["unreadCount"] == 1
    assert update["newest"]["title"] == "Mia & Ben accepted your invitation"


async def test_marking_as_read_is_streamed_to_other_devices(address: str, pair: Pair) -> None:
    await send_message(pair.supplier, pair.id, "Hello")
    async with socket(address, pair.couple.token) as live:
        stream = await live.subscribe(LIVE)
        assert (await stream.next())["notifications"]["unreadCount"] == 2
        await mark_read(pair.couple, pair.id, 1)
        assert (await stream.next())["notifications"]["unreadCount"] == 1
        await pair.couple.data(MARK_ALL)
        assert (await stream.next())["notifications"]["unreadCount"] == 0


async def test_notifications_of_others_send_nothing(
    address: str, pair: Pair, supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    other = await connect_pair(supplier, await new_couple(visitor, db), "Mia & Ben")
    async with socket(address, pair.couple.token) as live:
        stream = await live.subscribe(LIVE)
        await stream.next()
        await send_message(other.supplier, other.id, "Not yours")
        await other.couple.data(MARK_ALL)
        assert await stream.silent()


async def test_the_staff_gets_one_empty_result(address: str, admin: GraphQLClient) -> None:
    async with socket(address, admin.token) as live:
        stream = await live.subscribe(LIVE)
        assert (await stream.next())["notifications"] == {"unreadCount": 0, "newest": None}
        assert (await stream.message())["type"] == "complete"


async def test_the_stream_ends_with_the_credential(address: str, pair: Pair) -> None:
    async with socket(address, pair.couple.token) as live:
        stream = await live.subscribe(LIVE)
        await stream.next()
        await pair.couple.data("mutation { logOut }")
        async with asyncio.timeout(PATIENCE):
            await live.connection.wait_closed()
        assert live.connection.close_code == 4403
