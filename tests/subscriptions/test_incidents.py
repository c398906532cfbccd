"""Incidents over graphql-transport-ws (SPEC S28)."""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from tests.graphql import GraphQLClient
from tests.sockets import Socket, serving, socket

INCIDENTS = """subscription ($severity: [Severity!]) {
  incidents(severity: $severity) { number status } }"""
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
