"""A reader that stalls during a flood: memory is bounded, other readers stay current (A49)."""

import asyncio
from uuid import UUID

import psutil  # type: ignore[import-untyped]  # no stubs
import pytest
from starlette.applications import Starlette

from domain.events import IncidentChanged, RecordedEvent
from domain.ids import IncidentId
from domain.incidents.incidents import IncidentStatus, Severity
from tests.factories.events import recorded_event
from tests.factories.launches import make_flag
from tests.factories.propagation import runtime_of, toggle_flag
from tests.support.clock import PATIENCE
from tests.support.graphql import GraphQLClient
from tests.support.sockets import socket

EVENTS = "subscription { launchEvents { cursor at summary } }"
FLAGS = "subscription { viewerFlags { version flags { key value } } }"
COUNT, SIZE = 100_000, 1_000
MAX_BYTES = 80_000_000  # 100 MB were sent to each reader


@pytest.fixture
async def address(address: str, admin: GraphQLClient) -> str:
    await make_flag(admin, "mvp_chat")
    return address


def event(seq: int) -> RecordedEvent:
    changed = IncidentChanged(
        incident_id=IncidentId(UUID(int=1)),
        number=1,
        title="x" * SIZE,
        action="changed",
        severity=Severity.LOW,
        before=None,
        after=IncidentStatus.OPEN,
    )
    return recorded_event(changed, seq)


async def test_memory_of_stalled_readers_is_bounded_during_a_flood(
    app: Starlette, admin: GraphQLClient, address: str
) -> None:
    tail, memory = runtime_of(app).tail, psutil.Process().memory_info
    async with socket(address, admin.token) as current, socket(address, admin.token) as deaf:
        flags = await current.subscribe(FLAGS)
        await flags.next()
        before, live = memory().rss, tail.live
        await deaf.subscribe(EVENTS)
        async with asyncio.timeout(PATIENCE):
            while tail.live == live:  # noqa: ASYNC110 - nobody tells us
                await asyncio.sleep(0.01)
        deaf.connection.transport.pause_reading()
        begin = tail.position
        for seq in range(begin + 1, begin + 1 + COUNT):
            tail.offer([event(seq)])
            if seq % 500 == 0:
                await asyncio.sleep(0)
        assert memory().rss - before < MAX_BYTES
        assert tail.live == live  # the deaf one was let go
        await toggle_flag(admin, app, "mvp_chat", on=True)
        assert (await flags.next(10.0))["viewerFlags"]["flags"][0]["value"] is True
        deaf.connection.transport.resume_reading()
