"""The event stream when the log goes back because a backup was restored (SEC14)."""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from domain.events import HealthChanged
from domain.health.health import CheckType, HealthStatus
from schema.pagination import encode_cursor
from tests.factories.events import recorded_event
from tests.factories.launches import make_flag
from tests.factories.propagation import runtime_of
from tests.support.graphql import GraphQLClient
from tests.support.sockets import Socket, serving, socket

GAPS = """subscription ($after: String) { launchEvents(after: $after) { __typename cursor
  ... on StreamGap { missed resumeFrom snapshot { cursor overall flags { key state { enabled } } } }
  ... on FlagEvent { diff { key } } } }"""
TOGGLE = """mutation ($key: String!, $on: Boolean!) {
  toggleFeatureFlag(input: {key: $key, enabled: $on}) { errors { message } } }"""
HEALTH = HealthChanged(check=CheckType.API, before=HealthStatus.HEALTHY, after=HealthStatus.WARNING)


@pytest.fixture
async def live(app: Starlette, admin: GraphQLClient) -> AsyncIterator[Socket]:
    """An admin's socket."""
    async with serving(app) as address, socket(address, admin.token) as client:
        yield client


async def test_cursor_ahead_of_the_log_gets_a_gap_then_new_events(
    app: Starlette, live: Socket, admin: GraphQLClient
) -> None:
    """SEC14: without the gap, the stream would be silent until the log is as long again."""
    await make_flag(admin, "mvp_chat")
    head = runtime_of(app).tail.position
    stream = await live.subscribe(GAPS, after=encode_cursor(head + 1_000))
    gap = (await stream.next())["launchEvents"]
    assert (gap["__typename"], gap["missed"]) == ("StreamGap", 1_000)
    assert gap["cursor"] == gap["resumeFrom"] == gap["snapshot"]["cursor"] == encode_cursor(head)
    assert gap["snapshot"]["flags"] == [{"key": "mvp_chat", "state": {"enabled": False}}]
    await admin.data(TOGGLE, key="mvp_chat", on=True)
    news = (await stream.next())["launchEvents"]
    assert (news["__typename"], news["cursor"]) == ("FlagEvent", encode_cursor(head + 1))


async def test_gap_larger_than_int_is_sent(live: Socket) -> None:
    """SEC14: the size of a gap may exceed Int."""
    stream = await live.subscribe(GAPS, after=encode_cursor(2**63 - 1))
    gap = (await stream.next())["launchEvents"]
    assert (gap["__typename"], gap["missed"]) == ("StreamGap", 2**31 - 1)


async def test_log_that_goes_back_sends_a_gap_and_is_followed(
    app: Starlette, live: Socket, admin: GraphQLClient
) -> None:
    """SEC14: the stream has sent events that the restored log does not have."""
    await make_flag(admin, "mvp_chat")
    tail = runtime_of(app).tail
    head = tail.position
    stream = await live.subscribe(GAPS, after=encode_cursor(head - 1))
    assert (await stream.next())["launchEvents"]["cursor"] == encode_cursor(head)
    tail.offer([recorded_event(HEALTH, head + n) for n in (1, 2, 3)])
    lost = [(await stream.next())["launchEvents"]["cursor"] for _ in range(3)]
    assert lost[-1] == encode_cursor(head + 3)
    await tail.compare()
    await admin.data(TOGGLE, key="mvp_chat", on=True)
    gap, news = [(await stream.next())["launchEvents"] for _ in range(2)]
    assert (gap["__typename"], gap["missed"], gap["cursor"]) == (
        "StreamGap",
        3,
        encode_cursor(head),
    )
    assert (news["diff"], news["cursor"]) == ({"key": "mvp_chat"}, encode_cursor(head + 1))
