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
    async with serving(app) as address, socket(address, admin.token) as found:
        yield found


async def test_incidents_come_as_they_are_and_then_as_they_change(
    live: Socket, admin: GraphQLClient
) -> None:
    """S28."""
    made = await admin.data(REPORT, title="Slow", severity="HIGH")
    stream = await live.subscribe(INCIDENTS, severity=["HIGH"])
    assert (await stream.next())["incidents"]["status"] == "OPEN"
    await admin.data(REPORT, title="Small", severity="LOW")
    await admin.data(RESOLVE, id=made["createIncident"]["incident"]["id"])
    assert (await stream.next())["incidents"]["status"] == "RESOLVED"


async def test_who_comes_back_sees_first_what_is_open(live: Socket, admin: GraphQLClient) -> None:
    """S28: what ended meanwhile is not in the new snapshot, what opened is."""
    first = await live.subscribe(INCIDENTS)
    over = await admin.data(REPORT, title="Over", severity="HIGH")
    assert (await first.next())["incidents"]["status"] == "OPEN"
    await first.stop()
    await admin.data(RESOLVE, id=over["createIncident"]["incident"]["id"])
    await admin.data(REPORT, title="New", severity="HIGH")
    again = await live.subscribe(TITLES)
    assert (await again.next())["incidents"] == {"title": "New", "severity": "HIGH"}
    await admin.data(REPORT, title="Next", severity="LOW")
    assert (await again.next())["incidents"]["title"] == "Next"


async def test_one_that_is_not_so_severe_any_more_is_sent_a_last_time(
    live: Socket, admin: GraphQLClient
) -> None:
    """Otherwise it would stay on the screen of whoever watches HIGH ones."""
    made = await admin.data(REPORT, title="Slow", severity="HIGH")
    key = made["createIncident"]["incident"]["id"]
    stream = await live.subscribe(TITLES, severity=["HIGH"])
    assert (await stream.next())["incidents"]["severity"] == "HIGH"
    await admin.data(WEIGH, id=key, severity="LOW")
    assert (await stream.next())["incidents"]["severity"] == "LOW"
    await admin.data(RESOLVE, id=key)
    await admin.data(REPORT, title="Other", severity="HIGH")
    assert (await stream.next())["incidents"]["title"] == "Other"


async def test_the_feed_carries_the_note(live: Socket, admin: GraphQLClient) -> None:
    made = await admin.data(REPORT, title="Slow", severity="HIGH")
    key = made["createIncident"]["incident"]["id"]
    head = (await admin.data(HEAD))["launchEvents"]["pageInfo"]["endCursor"]
    feed = await live.subscribe(FEED, after=head)
    await admin.data(RESOLVE, id=key)
    event = (await feed.next())["launchEvents"]
    assert (event["note"], event["incident"]["status"]) == ("gone", "RESOLVED")


async def test_a_supplier_watches_nothing(app: Starlette, supplier: GraphQLClient) -> None:
    async with serving(app) as address, socket(address, supplier.token) as theirs:
        message = await (await theirs.subscribe(INCIDENTS)).message()
    assert "FORBIDDEN" in str(message)
