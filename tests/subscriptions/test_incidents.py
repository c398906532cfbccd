"""Incidents over graphql-transport-ws (S28)."""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from tests.support.graphql import GraphQLClient
from tests.support.sockets import Socket, serving, socket

INCIDENTS = """subscription ($severity: [Severity!]) {
  incidents(severity: $severity) { number status } }"""
TITLES = """subscription ($severity: [Severity!]) {
  incidents(severity: $severity) { title severity } }"""
HEAD = "{ launchEvents(first: 100) { pageInfo { endCursor } } }"
FEED = """subscription ($after: String) {
  launchEvents(after: $after) { ... on IncidentEvent { note incident { status } } } }"""
WEIGH = """mutation ($id: ID!, $severity: Severity!) {
  updateIncident(input: {id: $id, severity: $severity}) { errors { message } } }"""
REPORT = """mutation ($title: String!, $severity: Severity!) {
  createIncident(input: {type: "test", title: $title, severity: $severity}) { incident { id } } }"""
RESOLVE = """mutation ($id: ID!) {
  resolveIncident(id: $id, resolutionNotes: "gone") { errors { message } } }"""


@pytest.fixture
async def live(app: Starlette, admin: GraphQLClient) -> AsyncIterator[Socket]:
    """An admin's socket."""
    async with serving(app) as address, socket(address, admin.token) as client:
        yield client


async def test_open_incidents_are_sent_first_then_each_change(
    live: Socket, admin: GraphQLClient
) -> None:
    """Requirement S28."""
    made = await admin.data(REPORT, title="Slow", severity="HIGH")
    stream = await live.subscribe(INCIDENTS, severity=["HIGH"])
    assert (await stream.next())["incidents"]["status"] == "OPEN"
    await admin.data(REPORT, title="Small", severity="LOW")
    await admin.data(RESOLVE, id=made["createIncident"]["incident"]["id"])
    assert (await stream.next())["incidents"]["status"] == "RESOLVED"


async def test_reconnected_client_gets_the_open_incidents(
    live: Socket, admin: GraphQLClient
) -> None:
    """S28: the new snapshot has incidents opened meanwhile, and none that have ended."""
    first = await live.subscribe(INCIDENTS)
    over = await admin.data(REPORT, title="Over", severity="HIGH")
    assert (await first.next())["incidents"]["status"] == "OPEN"
    await first.stop()
    await admin.data(RESOLVE, id=over["createIncident"]["incident"]["id"])
    await admin.data(REPORT, title="New", severity="HIGH")
    repeated = await live.subscribe(TITLES)
    assert (await repeated.next())["incidents"] == {"title": "New", "severity": "HIGH"}
    await admin.data(REPORT, title="Next", severity="LOW")
    assert (await repeated.next())["incidents"]["title"] == "Next"


async def test_incident_that_leaves_the_severity_filter_is_sent_once_more(
    live: Socket, admin: GraphQLClient
) -> None:
    """Otherwise it would stay on screens that show HIGH incidents only."""
    made = await admin.data(REPORT, title="Slow", severity="HIGH")
    key = made["createIncident"]["incident"]["id"]
    stream = await live.subscribe(TITLES, severity=["HIGH"])
    assert (await stream.next())["incidents"]["severity"] == "HIGH"
    await admin.data(WEIGH, id=key, severity="LOW")
    assert (await stream.next())["incidents"]["severity"] == "LOW"
    await admin.data(RESOLVE, id=key)
    await admin.data(REPORT, title="Other", severity="HIGH")
    assert (await stream.next())["incidents"]["title"] == "Other"


async def test_feed_contains_the_note(live: Socket, admin: GraphQLClient) -> None:
    made = await admin.data(REPORT, title="Slow", severity="HIGH")
    key = made["createIncident"]["incident"]["id"]
    head = (await admin.data(HEAD))["launchEvents"]["pageInfo"]["endCursor"]
    feed = await live.subscribe(FEED, after=head)
    await admin.data(RESOLVE, id=key)
    event = (await feed.next())["launchEvents"]
    assert (event["note"], event["incident"]["status"]) == ("gone", "RESOLVED")


async def test_supplier_cannot_watch_incidents(app: Starlette, supplier: GraphQLClient) -> None:
    async with serving(app) as address, socket(address, supplier.token) as other_live:
        message = await (await other_live.subscribe(INCIDENTS)).message()
    assert "FORBIDDEN" in str(message)
