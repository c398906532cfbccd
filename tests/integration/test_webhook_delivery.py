"""Deliveries to a real receiver: signed, in order, none lost (A46, X14)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from socket import AddressFamily
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from sqlalchemy import select, text, update
from starlette.applications import Starlette

from db.models.accounts import User
from db.models.webhooks import Webhook
from db.session import Database
from domain.errors import RateLimited
from domain.ids import parse_global_id, parse_uuid
from domain.platform.cost_quota import Budget
from domain.webhooks.webhooks import RETRY_DELAYS, Allowed
from jobs.routing import DELIVER, REDELIVER
from jobs.webhooks import wake
from services.platform.cost_quota import CostQuota
from services.webhooks import reads
from services.webhooks.delivery import LEASE, Deliverer
from services.webhooks.sending import Sender
from tests.factories.launches import make_flag
from tests.factories.propagation import runtime_of
from tests.factories.webhooks import (
    DELIVERIES,
    HOOK,
    LOCAL,
    Receiver,
    create_webhook,
    make_deliverer,
    webhook_documents,
)
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

SKIP = """mutation ($id: ID!) { skipWebhookToNow(id: $id, reason: "Rebuilt.") {
  skippedEvents errors { code } } }"""
RETRY = "mutation ($id: ID!) { retryWebhookDelivery(id: $id) { errors { code } } }"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    await receiver.start()
    yield receiver
    await receiver.stop()


@pytest.fixture
async def hook(webhook_admin: GraphQLClient, receiver: Receiver) -> str:
    return await create_webhook(webhook_admin, receiver.url)


def key_of(hook: str) -> Any:  # noqa: ANN401 - a UUID
    parts = parse_global_id(hook)
    assert parts is not None
    return parse_uuid(parts[1])


async def deliveries(admin: GraphQLClient, hook: str) -> list[dict[str, Any]]:
    """Oldest first."""
    data = await admin.data(DELIVERIES, id=hook)
    return list(reversed(data["webhookDeliveries"]["nodes"]))


async def jobs(db: Database) -> list[str]:
    """What waits in the queue."""
    async with db.read() as session:
        return list(await session.scalars(text("SELECT entrypoint FROM pgqueuer ORDER BY id")))


async def state(admin: GraphQLClient, hook: str) -> dict[str, Any]:
    hook_state: dict[str, Any] = (await admin.data(HOOK, id=hook))["node"]
    return hook_state


async def test_each_event_arrives_signed_and_in_order(
    app: Starlette, admin: GraphQLClient, hook: str, receiver: Receiver
) -> None:
    for number in range(5):
        await make_flag(admin, f"mvp_{number}")
    await make_deliverer(app).run(key_of(hook))
    assert receiver.keys == [f"mvp_{number}" for number in range(5)]
    assert all(item.signed for item in receiver.received)
    assert len({item.headers["webhook-id"] for item in receiver.received}) == 5
    assert receiver.received[0].headers["content-type"] == "application/json"
    log = await deliveries(admin, hook)
    assert [item["messageId"] for item in log] == [
        item.headers["webhook-id"] for item in receiver.received
    ]
    assert {(item["delivered"], item["attempts"], item["status"]) for item in log} == {
        (True, 1, 204)
    }


async def test_failed_deliveries_are_retried_first_with_the_same_body(
    app: Starlette, admin: GraphQLClient, hook: str, receiver: Receiver, clock: Clock
) -> None:
    receiver.answers = [500, 302]
    await make_flag(admin, "mvp_first")
    await make_flag(admin, "mvp_second")
    for pause in RETRY_DELAYS[:2]:
        await make_deliverer(app).run(key_of(hook))
        await make_deliverer(app).run(key_of(hook))  # too early
        assert receiver.received == []
        clock.advance(pause.total_seconds())
    assert (await state(admin, hook))["failures"] == 2
    await make_deliverer(app).run(key_of(hook))
    assert receiver.keys == ["mvp_first", "mvp_second"]
    first, second = await deliveries(admin, hook)
    assert (first["attempts"], second["attempts"]) == (3, 1)
    assert first["messageId"] == receiver.received[0].headers["webhook-id"]
    assert (await state(admin, hook))["failures"] == 0


async def test_an_unreachable_webhook_is_paused_and_loses_nothing(
    app: Starlette, admin: GraphQLClient, hook: str, receiver: Receiver, db: Database
) -> None:
    await make_flag(admin, "mvp_first")
    receiver.answers = [503]
    async with db.write() as uow:
        await uow.session.execute(update(Webhook).values(failures=len(RETRY_DELAYS)))
    await make_deliverer(app).run(key_of(hook))
    paused = await state(admin, hook)
    assert (paused["active"], paused["failures"]) == (False, len(RETRY_DELAYS) + 1)
    assert "HTTP status 503" in paused["pausedReason"]
    await make_flag(admin, "mvp_second")
    await make_deliverer(app).run(key_of(hook))
    assert receiver.received == []
    (waiting,) = await deliveries(admin, hook)
    assert (await admin.data(RETRY, id=waiting["id"]))["retryWebhookDelivery"]["errors"] == []
    await make_deliverer(app).run(key_of(hook))
    assert receiver.keys == ["mvp_first", "mvp_second"]


async def test_skipped_events_are_not_sent_and_later_ones_are(
    app: Starlette, admin: GraphQLClient, hook: str, receiver: Receiver
) -> None:
    """X14: a delivery that waited can still be asked for."""
    receiver.answers = [500]
    await make_flag(admin, "mvp_first")
    await make_deliverer(app).run(key_of(hook))
    await make_flag(admin, "mvp_second")
    done = (await admin.data(SKIP, id=hook))["skipWebhookToNow"]
    assert (done["errors"], done["skippedEvents"]) == ([], 2)
    await make_flag(admin, "mvp_third")
    await make_deliverer(app).run(key_of(hook))
    assert receiver.keys == ["mvp_third"]
    (waited,) = [item for item in await deliveries(admin, hook) if not item["delivered"]]
    await make_deliverer(app).redeliver(key_of(waited["id"]))
    assert receiver.keys == ["mvp_third", "mvp_first"]


async def test_a_receiver_that_unsubscribes_gets_no_more_deliveries(
    app: Starlette, admin: GraphQLClient, hook: str, receiver: Receiver
) -> None:
    receiver.answers = [410]
    await make_flag(admin, "mvp_first")
    await make_deliverer(app).run(key_of(hook))
    assert (await state(admin, hook))["active"] is False


async def test_accepted_deliveries_can_be_resent(
    app: Starlette, admin: GraphQLClient, hook: str, receiver: Receiver, db: Database
) -> None:
    await make_flag(admin, "mvp_first")
    await make_deliverer(app).run(key_of(hook))
    (done,) = await deliveries(admin, hook)
    await admin.data(RETRY, id=done["id"])
    assert await jobs(db) == [REDELIVER]
    await make_deliverer(app).redeliver(key_of(done["id"]))
    assert receiver.keys == ["mvp_first", "mvp_first"]
    assert len({item.headers["webhook-id"] for item in receiver.received}) == 1


async def test_many_workers_send_each_event_once_and_in_order(
    app: Starlette, admin: GraphQLClient, hook: str, receiver: Receiver
) -> None:
    for number in range(8):
        await make_flag(admin, f"mvp_{number}")
    workers = [make_deliverer(app, worker=f"worker {number}") for number in range(4)]
    await asyncio.gather(*(worker.run(key_of(hook)) for worker in workers))
    assert receiver.keys == [f"mvp_{number}" for number in range(8)]


async def test_another_worker_replaces_a_dead_one(
    app: Starlette, admin: GraphQLClient, hook: str, receiver: Receiver, db: Database, clock: Clock
) -> None:
    await make_flag(admin, "mvp_first")
    async with db.write() as uow:
        lease = {"lease_owner": "dead", "lease_until": uow.now + LEASE}
        await uow.session.execute(update(Webhook).values(**lease))
    await make_deliverer(app).run(key_of(hook))
    assert (receiver.received, list(await reads.due(db))) == ([], [])
    clock.advance(LEASE.total_seconds() + 1)
    assert list(await reads.due(db)) == [key_of(hook)]
    await make_deliverer(app).run(key_of(hook))
    assert receiver.keys == ["mvp_first"]


async def test_only_webhooks_behind_the_log_are_woken_once(
    app: Starlette, admin: GraphQLClient, hook: str, db: Database
) -> None:
    await make_deliverer(app).run(key_of(hook))  # past the event that made it
    await wake(db)
    assert await jobs(db) == []
    await make_flag(admin, "mvp_first")
    await wake(db)
    await wake(db)
    assert await jobs(db) == [DELIVER]


async def test_the_creators_scopes_are_checked_at_each_delivery(
    app: Starlette, admin: GraphQLClient, hook: str, receiver: Receiver, db: Database
) -> None:
    await make_flag(admin, "mvp_first")
    async with db.write() as uow:
        await uow.session.execute(update(User).values(role="couple"))
    await make_deliverer(app).run(key_of(hook))
    assert receiver.received == []
    async with db.read() as session:
        row = (await session.scalars(select(Webhook))).one()
    assert row.active is False
    assert row.paused_reason == "launchEvents needs the scope launch:read."


async def test_filters_select_the_delivered_events(
    app: Starlette, webhook_admin: GraphQLClient, admin: GraphQLClient, receiver: Receiver
) -> None:
    document = 'subscription { featureFlags(keys: ["mvp_1"]) { key enabled } }'
    hook = await create_webhook(webhook_admin, receiver.url, document)
    for number in range(3):
        await make_flag(admin, f"mvp_{number}")
    await make_deliverer(app).run(key_of(hook))
    assert [item.json["data"] for item in receiver.received] == [
        {"featureFlags": {"key": "mvp_1", "enabled": False}}
    ]


class Lying(AbstractResolver):
    """Says that every name is this machine, as a rebinding name server does at last."""

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AddressFamily.AF_INET
    ) -> list[ResolveResult]:
        return [
            {
                "hostname": host,
                "host": "127.0.0.1",
                "port": port,
                "family": family,
                "proto": 0,
                "flags": 0,
            }
        ]

    async def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    "host", ["example.com", "127.0.0.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"]
)
async def test_no_host_name_reaches_private_addresses(receiver: Receiver, host: str) -> None:
    send = Sender(Allowed(plain_http=True), resolver=Lying())
    outcome = await send(f"http://{host}:{receiver.port}/", {}, b"{}")
    assert outcome.error is not None
    assert receiver.received == []


async def test_redirects_are_failures_and_not_followed(receiver: Receiver) -> None:
    receiver.answers = [307]
    outcome = await Sender(LOCAL)(receiver.url, {}, b"{}")
    assert (outcome.status, outcome.error) == (307, "HTTP status 307")
    assert receiver.received == []


async def test_unreachable_receivers_are_recorded_without_secrets() -> None:
    outcome = await Sender(LOCAL)(Receiver().url, {}, b"{}")
    assert outcome.error is not None
    assert "s3cr3t" not in outcome.error


async def test_deliveries_wait_if_the_quota_is_used_up(
    app: Starlette, admin: GraphQLClient, hook: str, receiver: Receiver
) -> None:
    """A document that its maker has no points left for is not told as an error."""
    await make_flag(admin, "mvp_first")
    runtime = runtime_of(app)
    poor = replace(runtime, quota=CostQuota(runtime.redis, Budget(1, 0.001)))
    with pytest.raises(RateLimited):
        await Deliverer(runtime.db, webhook_documents(poor), Sender(LOCAL), "one").run(key_of(hook))
    assert receiver.received == []
    await make_deliverer(app).run(key_of(hook))
    assert receiver.keys == ["mvp_first"]
