"""The live stream of a conversation, for its two sides (M7)."""

import asyncio

from db.session import Database
from tests.factories.conversations import (
    CONVERSATION,
    HIDE,
    MESSAGE,
    REPORT,
    Pair,
    connect_pair,
    mark_read,
    send_message,
)
from tests.factories.marketplace import new_couple, new_supplier
from tests.support.clock import PATIENCE
from tests.support.graphql import GraphQLClient
from tests.support.sockets import socket

ONE = f"""subscription ($id: ID!, $after: Int) {{ conversation(id: $id, after: $after) {{
  conversation {{ {CONVERSATION} }} messages {{ {MESSAGE} }} }} }}"""
ALL = "subscription { conversations { unreadConversations changed { id unreadCount } } }"


async def test_both_sides_see_each_message_at_once(address: str, pair: Pair) -> None:
    await send_message(pair.supplier, pair.id, "Before")
    async with (
        socket(address, pair.supplier.token) as one,
        socket(address, pair.couple.token) as other,
    ):
        streams = [await live.subscribe(ONE, id=pair.id) for live in (one, other)]
        for stream in streams:
            first = (await stream.next())["conversation"]
            assert [message["text"] for message in first["messages"]] == ["Before"]
        for sender, words in ((pair.couple, "Hello"), (pair.supplier, "Hi")):
            await send_message(sender, pair.id, words)
            for stream in streams:
                update = (await stream.next())["conversation"]
                assert [message["text"] for message in update["messages"]] == [words]
    assert update["conversation"]["lastPosition"] == 3


async def test_resumed_conversation_sends_only_changes(address: str, pair: Pair) -> None:
    for number in range(55):
        await send_message((pair.supplier, pair.couple)[number % 2], pair.id, f"m{number}")
    async with socket(address, pair.couple.token) as live:
        stream = await live.subscribe(ONE, id=pair.id, after=53)
        update = (await stream.next())["conversation"]
        assert [message["position"] for message in update["messages"]] == [54, 55]
        fresh = await live.subscribe(ONE, id=pair.id)
        update = (await fresh.next())["conversation"]
        assert [message["position"] for message in update["messages"]] == list(range(6, 56))
        far_behind = await live.subscribe(ONE, id=pair.id, after=0)
        batches = [(await far_behind.next())["conversation"]["messages"] for _ in range(2)]
    assert [len(batch) for batch in batches] == [50, 5]


async def test_reading_on_one_device_updates_the_other(address: str, pair: Pair) -> None:
    await send_message(pair.supplier, pair.id, "Hello")
    async with socket(address, pair.couple.token) as live:
        thread = await live.subscribe(ONE, id=pair.id)
        everything = await live.subscribe(ALL)
        assert (await thread.next())["conversation"]["conversation"]["unreadCount"] == 1
        first = (await everything.next())["conversations"]
        assert first == {"unreadConversations": 1, "changed": None}
        await mark_read(pair.couple, pair.id, 1)
        update = (await thread.next())["conversation"]
        assert (update["messages"], update["conversation"]["unreadCount"]) == ([], 0)
        conversations = (await everything.next())["conversations"]
    assert conversations == {"unreadConversations": 0, "changed": {"id": pair.id, "unreadCount": 0}}


async def test_read_position_is_not_sent_to_the_other_side(address: str, pair: Pair) -> None:
    await send_message(pair.supplier, pair.id, "Hello")
    async with socket(address, pair.supplier.token) as live:
        stream = await live.subscribe(ONE, id=pair.id)
        await stream.next()
        await mark_read(pair.couple, pair.id, 1)
        assert await stream.silent()


async def test_the_stream_ends_with_the_partnership(address: str, pair: Pair) -> None:
    async with (
        socket(address, pair.supplier.token) as one,
        socket(address, pair.couple.token) as other,
    ):
        streams = [await live.subscribe(ONE, id=pair.id) for live in (one, other)]
        for stream in streams:
            await stream.next()
        await pair.end()
        for stream in streams:
            update = (await stream.next())["conversation"]
            assert update["conversation"]["isOpen"] is False
            assert (await stream.message())["type"] == "complete"


async def test_the_stream_ends_with_the_credential(address: str, pair: Pair) -> None:
    async with socket(address, pair.couple.token) as live:
        stream = await live.subscribe(ONE, id=pair.id)
        await stream.next()
        await pair.couple.data("mutation { logOut }")
        async with asyncio.timeout(PATIENCE):
            await live.connection.wait_closed()
        assert live.connection.close_code == 4403


async def test_conversation_of_others_cannot_be_watched(
    address: str, pair: Pair, visitor: GraphQLClient, db: Database, admin: GraphQLClient
) -> None:
    others = [
        (await new_supplier(visitor, db), "There is no Conversation with this id."),
        (await new_couple(visitor, db), "There is no Conversation with this id."),
        (admin, "Only suppliers and couples have conversations."),
    ]
    for client, refusal in others:
        async with socket(address, client.token) as live:
            stream = await live.subscribe(ONE, id=pair.id)
            assert refusal in str(await stream.message())


async def test_messages_of_other_conversations_send_nothing(
    address: str, pair: Pair, visitor: GraphQLClient, db: Database
) -> None:
    other = await connect_pair(await new_supplier(visitor, db), await new_couple(visitor, db))
    async with socket(address, pair.couple.token) as live:
        stream = await live.subscribe(ALL)
        await stream.next()
        await send_message(other.supplier, other.id, "Not yours")
        assert await stream.silent()


async def test_hidden_message_disappears_at_once(
    address: str, pair: Pair, admin: GraphQLClient
) -> None:
    message = await send_message(pair.supplier, pair.id, "An insult")
    sent = {"messageId": message["id"], "reason": "It insults us"}
    async with socket(address, pair.couple.token) as live:
        stream = await live.subscribe(ONE, id=pair.id)
        await stream.next()
        await pair.couple.data(REPORT, input=sent)
        await admin.data(HIDE, input=sent)
        update = (await stream.next())["conversation"]
    assert [(one["text"], one["isHidden"]) for one in update["messages"]] == [(None, True)]
