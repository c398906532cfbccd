"""A webhook receives what happens in the marketplace: signed, in order, ids only (M14, A46)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select, update
from starlette.applications import Starlette

from db.models.webhooks import Webhook
from db.session import Database
from domain.actors import Scope
from domain.ids import parse_global_id, parse_uuid
from domain.webhooks.webhooks import RETRY_DELAYS
from tests.factories.market_events import TEXT, WALK, walk
from tests.factories.webhooks import Receiver, create_webhook, make_deliverer
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

DOCUMENT = "subscription { marketplaceEvents { cursor kind subjectId supplierId coupleId } }"
CHOSEN = """subscription { marketplaceEvents(kinds: [INVITATION_ACCEPTED]) { kind
  subject { ... on Invitation { client { coupleNames } } } } }"""


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A server that takes what is posted."""
    server = Receiver()
    await server.start()
    yield server
    await server.stop()


async def deliver(app: Starlette, hook: str) -> None:
    """Run the worker's part until nothing is pending."""
    parts = parse_global_id(hook)
    key = parse_uuid(parts[1]) if parts else None
    assert key is not None
    await make_deliverer(app).run(key)


def events_of(receiver: Receiver) -> list[dict[str, Any]]:
    return [item.json["data"]["marketplaceEvents"] for item in receiver.received]


async def test_sign_up_invitation_connection_and_message_arrive_signed(
    app: Starlette, webhook_admin: GraphQLClient, visitor: GraphQLClient, receiver: Receiver
) -> None:
    hook = await create_webhook(webhook_admin, receiver.url, DOCUMENT)
    party = await walk(visitor)
    await deliver(app, hook)
    received = events_of(receiver)
    assert [event["kind"] for event in received] == WALK
    assert all(item.signed for item in receiver.received)
    assert len({item.headers["webhook-id"] for item in receiver.received}) == len(WALK)
    assert received[1]["subjectId"] == received[4]["subjectId"] == party.invitation.id
    assert received[3]["subjectId"] == party.partnership_id
    assert received[5]["subjectId"] == party.conversation_id
    for item in receiver.received:
        body = item.body.decode()
        assert item.json["type"] == "marketplaceEvents"
        assert item.json["cursor"] == item.json["data"]["marketplaceEvents"]["cursor"]
        assert not [text for text in (TEXT, "example.com", "Emma", "James") if text in body]


async def test_a_webhook_gets_the_kinds_that_it_selects_as_its_owner_sees_them(
    app: Starlette, webhook_admin: GraphQLClient, visitor: GraphQLClient, receiver: Receiver
) -> None:
    hook = await create_webhook(webhook_admin, receiver.url, CHOSEN)
    await walk(visitor)
    await deliver(app, hook)
    assert events_of(receiver) == [
        {
            "kind": "INVITATION_ACCEPTED",
            "subject": {"client": {"coupleNames": "Emma & James"}},
        }
    ]


async def test_a_failed_delivery_is_repeated_with_the_same_id_before_later_events(
    app: Starlette,
    webhook_admin: GraphQLClient,
    visitor: GraphQLClient,
    receiver: Receiver,
    clock: Clock,
) -> None:
    hook = await create_webhook(webhook_admin, receiver.url, DOCUMENT)
    receiver.answers = [500]
    await walk(visitor)
    await deliver(app, hook)
    assert receiver.received == []
    clock.advance(RETRY_DELAYS[0].total_seconds())
    await deliver(app, hook)
    assert [event["kind"] for event in events_of(receiver)] == WALK


async def test_a_webhook_whose_owner_lost_the_scope_is_paused(
    app: Starlette,
    webhook_admin: GraphQLClient,
    visitor: GraphQLClient,
    receiver: Receiver,
    db: Database,
) -> None:
    hook = await create_webhook(webhook_admin, receiver.url, DOCUMENT)
    await walk(visitor)
    async with db.write() as uow:
        await uow.session.execute(update(Webhook).values(scopes=[Scope.LAUNCH_READ.value]))
    await deliver(app, hook)
    assert receiver.received == []
    async with db.read() as session:
        row = (await session.scalars(select(Webhook))).one()
    assert row.active is False
    assert row.paused_reason == "marketplaceEvents needs the scope self or directory:read."
