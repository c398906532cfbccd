"""Alerts in the graph: the log, the channels, a test of them (S99, S117, X2)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis
from starlette.applications import Starlette

from app import create_app, running
from db.session import Database
from domain.health.health import CheckType, HealthStatus
from domain.ids import global_id
from domain.incidents.incidents import Severity
from schema.context import Runtime
from settings import Settings
from tests.factories.alerts import AlertCenters, process_round
from tests.factories.health import PROBES, Health
from tests.factories.launches import make_phase
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient
from tests.support.receivers import HttpReceiver
from tests.support.servers import dead_port

TEST = """
mutation {
  sendTestAlert { results { channel delivered latencyMs error } errors { code message } }
}
"""
DELIVERIES = """
query ($first: Int, $after: String, $incidentId: ID) {
  alertDeliveries(first: $first, after: $after, incidentId: $incidentId) {
    nodes {
      key kind channel severity title firstBadAt createdAt sentAt delivered finished attempts
      lastError latencyMs incident { number title }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
CHANNELS = """
{ alertChannels { name minimumSeverity lastSuccessAt lastFailureAt lastError lastTestAt } }
"""
EVENTS = """
{ launchEvents(first: 50) { nodes {
  __typename summary ... on AlertEvent { channel delivered latencyMs }
} } }
"""
READINESS = "query ($id: ID) { launchPhase(id: $id) { readiness { checks { key ok detail } } } }"


@pytest.fixture
async def receiver() -> AsyncIterator[HttpReceiver]:
    receiver = HttpReceiver()
    await receiver.start()
    yield receiver
    await receiver.stop()


@pytest.fixture
def dead() -> str:
    """A channel that refuses every message."""
    return f"critical+json://user:pa55word@localhost:{dead_port()}/x"


@pytest.fixture
async def app(
    db: Database, redis: Redis, settings: Settings, clock: Clock, receiver: HttpReceiver, dead: str
) -> AsyncIterator[Starlette]:
    """The app with two channels, of which one is dead."""
    urls = (SecretStr(receiver.url), SecretStr(dead))
    app = create_app(settings.model_copy(update={"alert_urls": urls}), clock, PROBES)
    async with running(app.state.runtime):
        yield app


@pytest.fixture
def runtime(app: Starlette) -> Runtime:
    runtime: Runtime = app.state.runtime
    return runtime


async def log(client: GraphQLClient, **variables: object) -> Any:  # noqa: ANN401 - JSON
    return (await client.data(DELIVERIES, **variables))["alertDeliveries"]


async def test_a_test_alert_reaches_every_channel(
    operator: GraphQLClient, receiver: HttpReceiver
) -> None:
    """S117: one result for each channel; the dead one says why, without its secret."""
    sent = (await operator.data(TEST))["sendTestAlert"]
    good, bad = sent["results"]
    assert (good["channel"], good["delivered"], good["error"]) == ("json://127.0.0.1", True, None)
    assert 0 <= good["latencyMs"] < 10_000
    assert (bad["channel"], bad["delivered"], bad["latencyMs"]) == ("json://localhost", False, None)
    assert "pa55word" not in bad["error"]
    assert receiver.titles == ["[TEST] Alerts of WedSync Launch"]


async def test_test_alerts_are_logged_and_in_the_feed(
    operator: GraphQLClient, receiver: HttpReceiver
) -> None:
    await operator.data(TEST)
    rows = (await log(operator))["nodes"]
    assert [(row["kind"], row["attempts"], row["finished"]) for row in rows] == [
        ("TEST", 1, True)
    ] * 2
    events = (await operator.data(EVENTS))["launchEvents"]["nodes"]
    assert sorted(event["delivered"] for event in events) == [False, True]
    assert {event["__typename"] for event in events} == {"AlertEvent"}


async def test_channels_show_their_last_results(
    operator: GraphQLClient, viewer: GraphQLClient
) -> None:
    before = (await viewer.data(CHANNELS))["alertChannels"]
    assert [item["lastTestAt"] for item in before] == [None, None]
    await operator.data(TEST)
    good, bad = (await viewer.data(CHANNELS))["alertChannels"]
    assert [good["minimumSeverity"], bad["minimumSeverity"]] == ["LOW", "CRITICAL"]
    assert good["lastSuccessAt"] is not None
    assert (good["lastFailureAt"], good["lastError"]) == (None, None)
    assert (bad["lastSuccessAt"], bad["lastFailureAt"]) == (None, bad["lastTestAt"])
    assert bad["lastError"] is not None


async def test_a_successful_test_alert_satisfies_readiness(
    admin: GraphQLClient, health: Health
) -> None:
    """X2: a warning until a channel has answered."""
    phase = await make_phase(admin)
    assert await alerts_check(admin, phase) == (
        False,
        "no channel has answered a test: launch alerts test",
    )
    await admin.data(TEST)
    assert await alerts_check(admin, phase) == (True, "answered 0.0 days ago")


async def alerts_check(client: GraphQLClient, phase: str) -> tuple[bool, str]:
    checks = (await client.data(READINESS, id=phase))["launchPhase"]["readiness"]["checks"]
    (check,) = [item for item in checks if item["key"] == "alerts"]
    return check["ok"], check["detail"]


async def test_callers_without_the_scope_cannot_send_test_alerts(
    viewer: GraphQLClient, receiver: HttpReceiver
) -> None:
    answer = await viewer.execute(TEST)
    assert answer.codes == ["FORBIDDEN"]
    assert receiver.calls == 0
    assert (await log(viewer))["nodes"] == []


async def test_test_alerts_are_rate_limited(
    operator: GraphQLClient, receiver: HttpReceiver
) -> None:
    sent = [(await operator.data(TEST))["sendTestAlert"]["errors"] for _ in range(7)]
    assert [bool(errors) for errors in sent] == [False] * 6 + [True]
    assert sent[-1][0]["code"] == "RATE_LIMITED"
    assert receiver.calls == 6


async def test_a_test_without_channels_is_an_error(
    operator: GraphQLClient, runtime: Runtime
) -> None:
    runtime.alerts.channels = []
    sent = (await operator.data(TEST))["sendTestAlert"]
    assert [error["code"] for error in sent["errors"]] == ["INVALID"]
    assert "ALERT_URLS" in sent["errors"][0]["message"]


async def test_incidents_list_their_deliveries_with_latency(
    settings: Settings,
    db: Database,
    redis: Redis,
    clock: Clock,
    viewer: GraphQLClient,
    receiver: HttpReceiver,
) -> None:
    """S99: what was sent about an outage, with its latency from the first bad sample."""
    center = AlertCenters(settings, db, redis, receiver.url).process()
    for status in (HealthStatus.CRITICAL, HealthStatus.HEALTHY):
        await process_round(center, clock, status)
    await center.raise_now("other", "Another", "thing", Severity.HIGH)
    await center.idle()
    assert len((await log(viewer))["nodes"]) == 3
    desk = AlertCenters(settings, db, redis)
    (incident,) = await desk.incidents()
    deliveries = (await log(viewer, incidentId=global_id("Incident", incident.id)))["nodes"]
    assert [row["kind"] for row in deliveries] == ["RESOLVED", "FIRING"]
    assert deliveries[1]["incident"] == {"number": incident.number, "title": incident.title}
    assert 0 <= deliveries[1]["latencyMs"] < 60_000


async def test_the_delivery_log_is_paged(operator: GraphQLClient) -> None:
    await operator.data(TEST)
    first = await log(operator, first=1)
    second = await log(operator, first=1, after=first["pageInfo"]["endCursor"])
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)
    channels = {first["nodes"][0]["channel"], second["nodes"][0]["channel"]}
    assert channels == {"json://127.0.0.1", "json://localhost"}


@pytest.mark.parametrize(
    "variables",
    [
        {"first": -1},
        {"first": 101},
        {"after": "\x00"},
        {"incidentId": "\x00"},
        {"incidentId": global_id("HealthCheck", CheckType.API)},
    ],
)
async def test_bad_input_names_the_field(viewer: GraphQLClient, variables: dict[str, Any]) -> None:
    answer = await viewer.execute(DELIVERIES, **variables)
    assert answer.status == 200
    assert answer.codes == ["BAD_USER_INPUT"]
