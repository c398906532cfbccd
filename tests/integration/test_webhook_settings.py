"""Deliveries of a webhook that changes or loses its owner while they wait or run (A46, X14)."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import update
from starlette.applications import Starlette

from db.models.accounts import User
from db.session import Database
from domain.ids import parse_global_id, parse_uuid
from domain.webhooks.webhooks import RETRY_DELAYS, Outcome
from services.webhooks.delivery import Deliverer
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

CHANGE = """mutation ($input: UpdateWebhookInput!) { updateWebhook(input: $input) {
  errors { code } } }"""
SKIP = """mutation ($id: ID!) { skipWebhookToNow(id: $id, reason: "Rebuilt.") {
  errors { code } } }"""


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    await receiver.start()
    yield receiver
    await receiver.stop()


@pytest.fixture
async def hook(webhook_admin: GraphQLClient, receiver: Receiver) -> str:
    return await create_webhook(webhook_admin, receiver.url)


class ChangedMeanwhile:
    """Sends bodies; the first attempt fails with `status` after the webhook has changed."""

    def __init__(self, status: int, change: Callable[[], Awaitable[object]]) -> None:
        self.urls: list[str] = []
        self._status = status
        self._change = change

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Record the URL and post the body, but for the first attempt."""
        self.urls.append(url)
        if len(self.urls) > 1:
            return await Sender(LOCAL)(url, headers, body)
        await self._change()
        return Outcome(self._status, f"HTTP status {self._status}", 1)


def deliverer_with(app: Starlette, send: ChangedMeanwhile) -> Deliverer:
    runtime = runtime_of(app)
    return Deliverer(runtime.db, webhook_documents(runtime), send, "one")


def row_id(global_id: str) -> Any:  # noqa: ANN401 - a UUID
    parts = parse_global_id(global_id)
    assert parts is not None
    return parse_uuid(parts[1])


async def test_a_waiting_delivery_ends_with_the_access_of_its_owner(
    app: Starlette,
    admin: GraphQLClient,
    hook: str,
    receiver: Receiver,
    db: Database,
    clock: Clock,
) -> None:
    """Its body was made with rights that the owner no longer has."""
    receiver.answers = [500]
    await make_flag(admin, "mvp_first")
    await make_deliverer(app).run(row_id(hook))
    (waiting,) = (await admin.data(DELIVERIES, id=hook))["webhookDeliveries"]["nodes"]
    async with db.write() as uow:
        await uow.session.execute(update(User).values(disabled_at=uow.now))
    clock.advance(RETRY_DELAYS[0].total_seconds())
    await make_deliverer(app).run(row_id(hook))
    await make_deliverer(app).redeliver(row_id(waiting["id"]))
    assert receiver.received == []
    async with db.write() as uow:
        await uow.session.execute(update(User).values(disabled_at=None))
    paused = (await admin.data(HOOK, id=hook))["node"]
    assert (paused["active"], paused["pausedReason"]) == (
        False,
        "The access of its owner has ended.",
    )


@pytest.mark.parametrize("status", [410, 500])
async def test_a_late_failure_of_an_earlier_url_does_not_count(
    app: Starlette,
    webhook_admin: GraphQLClient,
    admin: GraphQLClient,
    hook: str,
    receiver: Receiver,
    status: int,
) -> None:
    moved = receiver.url + "/moved"
    send = ChangedMeanwhile(
        status, lambda: webhook_admin.data(CHANGE, input={"id": hook, "url": moved})
    )
    await make_flag(admin, "mvp_first")
    await deliverer_with(app, send).run(row_id(hook))
    assert send.urls == [receiver.url, moved]
    assert receiver.keys == ["mvp_first"]
    assert (await admin.data(HOOK, id=hook))["node"] == {
        "active": True,
        "failures": 0,
        "pausedReason": None,
    }


@pytest.mark.parametrize("status", [410, 500])
async def test_a_late_failure_of_a_skipped_event_does_not_count(
    app: Starlette, admin: GraphQLClient, hook: str, receiver: Receiver, status: int
) -> None:
    async def skip() -> None:
        await admin.data(SKIP, id=hook)
        await make_flag(admin, "mvp_second")

    await make_flag(admin, "mvp_first")
    await deliverer_with(app, ChangedMeanwhile(status, skip)).run(row_id(hook))
    assert receiver.keys == ["mvp_second"]
    state = (await admin.data(HOOK, id=hook))["node"]
    assert (state["active"], state["failures"]) == (True, 0)


async def test_the_reason_of_a_pause_says_that_the_receiver_unsubscribed(
    app: Starlette, admin: GraphQLClient, hook: str, receiver: Receiver
) -> None:
    receiver.answers = [410]
    await make_flag(admin, "mvp_first")
    await make_deliverer(app).run(row_id(hook))
    reason = (await admin.data(HOOK, id=hook))["node"]["pausedReason"]
    assert reason == "The receiver wants no more events: HTTP status 410."
