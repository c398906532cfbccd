"""Late deliveries say what happened, or the present with its moment (L26)."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from starlette.applications import Starlette

from db.session import Database
from domain.actors import system_actor
from domain.events import HealthChanged
from domain.health.health import CheckType, HealthStatus
from tests.factories.launches import make_flag, make_phase
from tests.factories.propagation import toggle_flag
from tests.factories.webhooks import Receiver, create_webhook, make_deliverer
from tests.integration.test_webhook_delivery import key_of
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

FLAG = "subscription { featureFlags { key enabled } }"
PHASE = 'subscription { launchPhase(id: "%s") { version flags { flag { enabled } } } }'
HEALTH = "subscription { systemHealth { overall } }"
INCIDENT = "subscription { incidents { title status } }"
OPEN = """mutation { createIncident(input: {type: "outage", severity: HIGH, title: "Down"}) {
  incident { id } errors { message } } }"""
RESOLVE = """mutation ($id: ID!) { resolveIncident(id: $id, resolutionNotes: "Up again.") {
  errors { message } } }"""
RENAME = """mutation ($id: ID!) { updateLaunchPhase(input: {id: $id, name: "B"}) {
  errors { code } } }"""
DIFF = "subscription { launchEvents { at ... on FlagEvent { diff { after { enabled } } } } }"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    await receiver.start()
    yield receiver
    await receiver.stop()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def switched(app: Starlette, admin: GraphQLClient, clock: Clock, *states: bool) -> None:
    """Switch the flag again and again while nobody delivers."""
    for on in states:
        await toggle_flag(admin, app, "mvp_chat", on=on)
        clock.advance(30)


async def delivered(app: Starlette, receiver: Receiver, hook: str) -> list[Any]:
    """All that the receiver has after another delivery."""
    await make_deliverer(app).run(key_of(hook))
    return [item.json for item in receiver.received]


async def test_events_of_an_outage_are_delivered_as_they_happened(
    app: Starlette,
    admin: GraphQLClient,
    webhook_admin: GraphQLClient,
    receiver: Receiver,
    clock: Clock,
) -> None:
    """L26: off, on, off is not delivered as off, off, off."""
    await make_flag(admin, "mvp_chat", enabled=True)
    hook = await create_webhook(webhook_admin, receiver.url, DIFF)
    await switched(app, admin, clock, False, True, False)
    bodies = await delivered(app, receiver, hook)
    events = [item["data"]["launchEvents"] for item in bodies]
    assert [item["diff"]["after"]["enabled"] for item in events] == [False, True, False]
    sent = [moment(item["timestamp"]) for item in bodies]
    assert [moment(item["at"]) for item in events] == sent == sorted(set(sent))
    assert all("asOf" not in item for item in bodies)


async def test_late_events_of_a_flag_are_replaced_by_the_newest(
    app: Starlette,
    admin: GraphQLClient,
    webhook_admin: GraphQLClient,
    receiver: Receiver,
    clock: Clock,
) -> None:
    """L26: the present state is sent once, with the moment at which it was true."""
    await make_flag(admin, "mvp_chat", enabled=True)
    hook = await create_webhook(webhook_admin, receiver.url, FLAG)
    await switched(app, admin, clock, False, True, False)
    begin = clock()
    (body,) = await delivered(app, receiver, hook)
    assert body["data"]["featureFlags"] == {"key": "mvp_chat", "enabled": False}
    assert moment(body["timestamp"]) < begin <= moment(body["asOf"]) <= clock()
    await switched(app, admin, clock, True)
    assert (await delivered(app, receiver, hook))[-1]["data"]["featureFlags"]["enabled"] is True


async def test_a_built_body_keeps_its_time(
    app: Starlette,
    admin: GraphQLClient,
    webhook_admin: GraphQLClient,
    receiver: Receiver,
    clock: Clock,
) -> None:
    """L26: a body is made once; it was true then, and says so."""
    await make_flag(admin, "mvp_chat", enabled=True)
    hook = await create_webhook(webhook_admin, receiver.url, FLAG)
    receiver.answers = [500]
    await switched(app, admin, clock, False)
    assert await delivered(app, receiver, hook) == []
    failed = clock()
    await switched(app, admin, clock, True, False)
    clock.advance(600)
    bodies = await delivered(app, receiver, hook)
    assert [item["data"]["featureFlags"]["enabled"] for item in bodies] == [False, False]
    assert moment(bodies[0]["asOf"]) < failed < moment(bodies[1]["asOf"])


async def test_events_of_a_phase_are_compared_with_those_of_its_flags(
    app: Starlette,
    admin: GraphQLClient,
    webhook_admin: GraphQLClient,
    receiver: Receiver,
    clock: Clock,
) -> None:
    """L26: an event of the phase before one of its flags is the older of the two."""
    phase = await make_phase(admin, flags=("mvp_chat", "mvp_other"))
    hook = await create_webhook(webhook_admin, receiver.url, PHASE % phase)
    assert (await admin.data(RENAME, id=phase))["updateLaunchPhase"]["errors"] == []
    await switched(app, admin, clock, True, False, True)
    (body,) = await delivered(app, receiver, hook)
    flags = [item["flag"]["enabled"] for item in body["data"]["launchPhase"]["flags"]]
    assert sorted(flags) == [False, True]
    assert "asOf" in body


async def test_late_events_of_incidents_and_health_are_replaced(
    app: Starlette,
    admin: GraphQLClient,
    webhook_admin: GraphQLClient,
    receiver: Receiver,
    db: Database,
) -> None:
    hooks = [
        await create_webhook(webhook_admin, receiver.url, document)
        for document in (INCIDENT, HEALTH)
    ]
    opened = (await admin.data(OPEN))["createIncident"]["incident"]["id"]
    await admin.data(RESOLVE, id=opened)
    for status in (HealthStatus.CRITICAL, HealthStatus.HEALTHY):
        event = HealthChanged(check=CheckType.API, before=HealthStatus.UNKNOWN, after=status)
        async with db.write() as uow:
            uow.record(system_actor("health"), event)
    for hook in hooks:
        await make_deliverer(app).run(key_of(hook))
    incident, health = [item.json for item in receiver.received]
    assert incident["data"]["incidents"] == {"title": "Down", "status": "RESOLVED"}
    assert (health["type"], "asOf" in health, "asOf" in incident) == ("systemHealth", True, True)
