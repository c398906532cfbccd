"""One conversation per partnership, for its two sides alone (M7)."""

import asyncio
from dataclasses import dataclass

import pytest
from sqlalchemy import select, text
from starlette.applications import Starlette

from db.models.conversations import Message
from db.models.events import Change, LaunchEvent
from db.session import Database
from domain.actors import Role
from domain.ids import parse_global_id
from services.marketplace.messages import PER_MINUTE
from tests.factories import user_sessions
from tests.factories.conversations import (
    LIST,
    MESSAGE,
    THREAD,
    Pair,
    connect_pair,
    mark_read,
    send_message,
    send_message_payload,
)
from tests.factories.marketplace import PROFILE, new_supplier
from tests.support.graphql import GraphQLClient

CONTACTS = """query ($id: ID!) { node(id: $id) { ... on Partnership {
  contacts { side name email phone } conversation { id } } } }"""
CLIENTS = """{ viewer { supplier { clients { nodes {
  communicationStatus lastActivityAt conversation { id isOpen unreadCount } } } } } }"""
SECRET = "The vows are a secret"


async def texts(client: GraphQLClient, pair: Pair, **page: object) -> list[str]:
    node = (await client.data(THREAD, id=pair.id, **page))["node"]
    return [message["text"] for message in node["messages"]["nodes"]]


async def test_both_sides_see_messages_in_the_same_order(pair: Pair) -> None:
    first = await send_message(pair.supplier, pair.id, "Hello Emma")
    second = await send_message(pair.couple, pair.id, "Hello Sarah\nHow are you?")
    assert (first["position"], first["side"], first["isMine"]) == (1, "SUPPLIER", True)
    assert (second["position"], second["side"], second["isMine"]) == (2, "COUPLE", True)
    for client in (pair.supplier, pair.couple):
        assert await texts(client, pair) == ["Hello Emma", "Hello Sarah\nHow are you?"]
    node = (await pair.couple.data(THREAD, id=pair.id))["node"]
    assert [message["isMine"] for message in node["messages"]["nodes"]] == [False, True]


async def test_messages_are_paged_in_both_directions(pair: Pair) -> None:
    for number in range(1, 6):
        await send_message(pair.supplier, pair.id, f"message {number}")
    newest = (await pair.couple.data(THREAD, id=pair.id, last=2))["node"]["messages"]
    assert [node["position"] for node in newest["nodes"]] == [4, 5]
    assert newest["pageInfo"]["hasPreviousPage"] is True
    earlier = (
        await pair.couple.data(THREAD, id=pair.id, last=2, before=newest["pageInfo"]["startCursor"])
    )["node"]["messages"]
    assert [node["position"] for node in earlier["nodes"]] == [2, 3]
    later = await texts(pair.couple, pair, first=2, after=earlier["pageInfo"]["endCursor"])
    assert later == ["message 4", "message 5"]


async def test_repeating_a_message_with_the_same_key_sends_nothing(pair: Pair) -> None:
    first = await send_message_payload(pair.supplier, pair.id, "Once", key="k1")
    repeated = await send_message_payload(pair.supplier, pair.id, "Once", key="k1")
    assert repeated == first
    assert await texts(pair.couple, pair) == ["Once"]
    other = await send_message_payload(pair.supplier, pair.id, "Twice", key="k1")
    assert [(e["code"], e["path"]) for e in other["errors"]] == [
        ("INVALID", ["input", "idempotencyKey"])
    ]
    assert (await send_message_payload(pair.couple, pair.id, "Once", key="k1"))["errors"] == []


async def test_positions_have_no_gaps_when_both_write_at_once(pair: Pair) -> None:
    clients = (pair.supplier, pair.couple)
    sent = await asyncio.gather(
        *(send_message(clients[number % 2], pair.id, f"m{number}") for number in range(12))
    )
    assert sorted(message["position"] for message in sent) == list(range(1, 13))
    node = (await pair.couple.data(THREAD, id=pair.id, first=50))["node"]
    assert [message["position"] for message in node["messages"]["nodes"]] == list(range(1, 13))


@pytest.mark.parametrize(
    ("typed", "code"), [(" \n", "REQUIRED"), ("x" * 8_001, "INVALID"), ("a\x07b", "INVALID")]
)
async def test_refused_texts_name_the_field(pair: Pair, typed: str, code: str) -> None:
    payload = await send_message_payload(pair.supplier, pair.id, typed)
    assert [(e["code"], e["path"]) for e in payload["errors"]] == [(code, ["input", "text"])]
    assert await texts(pair.couple, pair) == []


async def test_read_positions_are_per_user(pair: Pair) -> None:
    for number in range(3):
        await send_message(pair.supplier, pair.id, f"m{number}")
    of_supplier = (await pair.supplier.data(LIST))["conversations"]
    of_couple = (await pair.couple.data(LIST))["conversations"]
    assert (of_supplier["unreadConversations"], of_supplier["nodes"][0]["unreadCount"]) == (0, 0)
    assert (of_couple["unreadConversations"], of_couple["nodes"][0]["unreadCount"]) == (1, 3)
    payload = await mark_read(pair.couple, pair.id, 2)
    assert payload["conversation"]["unreadCount"] == 1
    back = await mark_read(pair.couple, pair.id, 1)
    assert back["conversation"]["readPosition"] == 2
    beyond = await mark_read(pair.couple, pair.id, 4)
    assert [(e["code"], e["path"]) for e in beyond["errors"]] == [
        ("INVALID", ["input", "position"])
    ]
    await mark_read(pair.couple, pair.id, 3)
    assert (await pair.couple.data(LIST))["conversations"]["unreadConversations"] == 0


async def test_the_list_shows_the_newest_activity_first(
    pair: Pair, visitor: GraphQLClient, db: Database
) -> None:
    other = await connect_pair(await new_supplier(visitor, db), pair.couple)
    await send_message(pair.supplier, pair.id, "Hello")
    nodes = (await pair.couple.data(LIST))["conversations"]["nodes"]
    assert [node["id"] for node in nodes] == [pair.id, other.id]
    assert nodes[0]["lastMessage"]["text"] == "Hello"
    assert nodes[1]["lastMessage"] is None
    conversations = (await pair.supplier.data(LIST))["conversations"]["nodes"]
    assert [(node["id"], node["title"]) for node in conversations] == [(pair.id, "Emma & James")]


@dataclass
class Stranger:
    """Somebody who takes no part."""

    name: str
    client: GraphQLClient


async def strangers(visitor: GraphQLClient, db: Database) -> list[Stranger]:
    roles = (Role.SUPPLIER, Role.COUPLE, Role.VIEWER, Role.OPERATOR, Role.ADMIN)
    with_roles = [
        Stranger(role, visitor.as_(await user_sessions.create_session(db, role))) for role in roles
    ]
    return [*with_roles, Stranger("visitor", visitor.as_(None))]


async def test_only_the_two_sides_can_read_and_write(
    pair: Pair, visitor: GraphQLClient, db: Database
) -> None:
    """The staff neither: it sees only what was reported."""
    await send_message(pair.supplier, pair.id, SECRET)
    for stranger in await strangers(visitor, db):
        client = stranger.client
        answer = await client.execute(THREAD, id=pair.id)
        assert (stranger.name, answer.data["node"]) == (stranger.name, None)
        contacts = (await client.execute(CONTACTS, id=pair.partnership_id)).data["node"]
        assert (contacts or {}).get("contacts", []) == []
        assert (contacts or {}).get("conversation") is None
        if stranger.name == "visitor":
            assert (await client.execute(LIST)).codes == ["UNAUTHENTICATED"]
            continue
        assert (await client.data(LIST))["conversations"]["nodes"] == []
        code = "NOT_FOUND" if stranger.name in ("supplier", "couple") else "FORBIDDEN"
        for payload in (
            await send_message_payload(client, pair.id, "Let me in"),
            await mark_read(client, pair.id, 1),
        ):
            assert [e["code"] for e in payload["errors"]] == [code], stranger.name
    assert await texts(pair.couple, pair) == [SECRET]


async def test_ended_conversations_are_read_only(pair: Pair) -> None:
    await send_message(pair.supplier, pair.id, "Before")
    await pair.end()
    for client in (pair.supplier, pair.couple):
        assert await texts(client, pair) == ["Before"]
        payload = await send_message_payload(client, pair.id, "After")
        assert [e["code"] for e in payload["errors"]] == ["INVALID_TRANSITION"]
        node = (await client.data(LIST))["conversations"]["nodes"][0]
        assert (node["isOpen"], node["lastPosition"]) == (False, 1)
    (of_supplier,) = (await pair.supplier.data(LIST))["conversations"]["nodes"]
    (of_couple,) = (await pair.couple.data(LIST))["conversations"]["nodes"]
    assert (of_supplier["partnership"], of_supplier["title"]) == (None, "Emma & James")
    assert of_couple["partnership"] == {"id": pair.partnership_id}


async def test_disabled_accounts_cannot_read_conversations(
    pair: Pair, admin: GraphQLClient
) -> None:
    await send_message(pair.supplier, pair.id, "Hello")
    user = (await pair.couple.data("{ viewer { id } }"))["viewer"]["id"]
    document = "mutation ($id: ID!) { disableAccount(id: $id) { errors { code } } }"
    assert (await admin.data(document, id=user))["disableAccount"]["errors"] == []
    assert (await pair.couple.execute(LIST)).codes == ["UNAUTHENTICATED"]
    contacts = (await pair.supplier.data(CONTACTS, id=pair.partnership_id))["node"]["contacts"]
    assert [one["side"] for one in contacts] == ["SUPPLIER"]


async def test_contact_details_are_visible_while_connected(pair: Pair) -> None:
    await pair.supplier.data(PROFILE, input={"businessName": "Sarah", "phone": "+44 20 7946 0958"})
    await pair.couple.data(PROFILE, input={"partner1Name": "Emma", "partner2Name": "James"})
    for client in (pair.supplier, pair.couple):
        one, other = (await client.data(CONTACTS, id=pair.partnership_id))["node"]["contacts"]
        assert (one["side"], one["name"], one["phone"]) == (
            "SUPPLIER", "Sarah", "+44 20 7946 0958",
        )  # fmt: skip
        assert (other["side"], other["name"], other["phone"]) == ("COUPLE", "Emma & James", None)
        assert other["email"].startswith("couple-")
    await pair.end()
    assert (await pair.supplier.data(CONTACTS, id=pair.partnership_id))["node"] is None
    assert (await pair.couple.data(CONTACTS, id=pair.partnership_id))["node"]["contacts"] == []


async def test_phone_numbers_can_be_read_and_cleared_by_their_owner(pair: Pair) -> None:
    own = "{ viewer { supplier { phone } couple { phone } } }"
    await pair.couple.data(PROFILE, input={"phone": "030/123456"})
    assert (await pair.couple.data(own))["viewer"]["couple"] == {"phone": "030/123456"}
    walk = "{ viewer { supplier { partnerships { nodes { couple { phone } } } } } }"
    (seen,) = (await pair.supplier.data(walk))["viewer"]["supplier"]["partnerships"]["nodes"]
    assert seen["couple"] == {"phone": None}
    await pair.couple.data(PROFILE, input={"phone": None})
    assert (await pair.couple.data(own))["viewer"]["couple"] == {"phone": None}


async def test_the_client_list_shows_the_contact_status(pair: Pair) -> None:
    message = await send_message(pair.couple, pair.id, "Hello")
    (node,) = (await pair.supplier.data(CLIENTS))["viewer"]["supplier"]["clients"]["nodes"]
    assert node == {
        "communicationStatus": "CONNECTED",
        "lastActivityAt": message["sentAt"],
        "conversation": {"id": pair.id, "isOpen": True, "unreadCount": 1},
    }
    await pair.end()
    (node,) = (await pair.supplier.data(CLIENTS))["viewer"]["supplier"]["clients"]["nodes"]
    assert (node["communicationStatus"], node["conversation"]["isOpen"]) == ("ENDED", False)


async def test_log_and_audit_contain_no_message_text(pair: Pair, db: Database) -> None:
    await send_message(pair.supplier, pair.id, SECRET)
    async with db.read() as session:
        (event,) = await session.scalars(
            select(LaunchEvent).where(LaunchEvent.kind == "message.changed")
        )
        (row,) = await session.scalars(select(Message))
        changes = select(Change).where(Change.subject_id == pair.key).order_by(Change.event_id)
        audit = (await session.scalars(changes)).all()
        stored = " ".join(
            [
                str(row_text)
                for table in ("launch_events", "changes", "idempotency_keys", "pgqueuer", "mails")
                for row_text in await session.scalars(text(f"SELECT t::text FROM {table} t"))
            ]
        )
    assert event.payload["message_id"] == str(row.id)
    assert event.payload["position"] == 1
    assert [change.after for change in audit][-1] == {"messageId": str(row.id), "position": 1}
    assert SECRET not in stored
    assert SECRET.encode().hex() not in stored


async def test_messages_are_rate_limited_and_tell_the_wait(pair: Pair, app: Starlette) -> None:
    key = await user_id(pair.supplier)
    for _ in range(PER_MINUTE.count):
        await app.state.runtime.rate_limits.admit(PER_MINUTE, "message-minute", key)
    payload = await send_message_payload(pair.supplier, pair.id, "One more")
    (error,) = payload["errors"]
    assert error["code"] == "RATE_LIMITED"
    assert 0 < error["retryAfterSeconds"] <= 60
    assert (await send_message_payload(pair.couple, pair.id, "Mine goes through"))["errors"] == []


async def user_id(client: GraphQLClient) -> str:
    parts = parse_global_id((await client.data("{ viewer { id } }"))["viewer"]["id"])
    assert parts is not None
    return parts[1]


async def test_a_message_can_be_queried_as_returned(pair: Pair) -> None:
    sent = await send_message(pair.supplier, pair.id, "Hello")
    node = (await pair.supplier.data(THREAD, id=pair.id))["node"]["messages"]["nodes"]
    assert node == [sent]
    assert set(sent) == set(MESSAGE.split())
