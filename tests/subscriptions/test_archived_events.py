"""Streams that resume before the edge of the log (ADR 43)."""

from datetime import timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette

from db.models.archives import EventArchive
from db.session import Database
from schema.pagination import encode_cursor
from tests.factories.launches import make_flag
from tests.factories.log_archives import archive, edge_of, long_ago, record_events
from tests.subscriptions.test_event_stream import GAPS
from tests.subscriptions.test_replay import played
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient
from tests.support.sockets import serving, socket

MARKET = "subscription ($after: String) { marketplaceEvents(after: $after) { cursor } }"


@pytest.fixture
async def archived(
    app: Starlette, admin: GraphQLClient, db: Database, clock: Clock, tmp_path: Path
) -> EventArchive:
    """Six archived events, then a new flag."""
    with long_ago(clock):
        await record_events(db, 3)
    await make_flag(admin, "mvp_new")
    return await archive(db, tmp_path / "log.gz", edge_of(clock))


async def test_a_cursor_before_the_edge_gets_a_gap_then_everything_kept(
    app: Starlette, admin: GraphQLClient, archived: EventArchive
) -> None:
    edge = encode_cursor(archived.last_seq)
    async with serving(app) as address, socket(address, admin.token) as live:
        stream = await live.subscribe(GAPS, after=encode_cursor(archived.last_seq - 4))
        gap, flag, event = [(await stream.next())["launchEvents"] for _ in range(3)]
    assert (gap["__typename"], gap["missed"], gap["cursor"]) == ("StreamGap", 4, edge)
    assert gap["resumeFrom"] == edge
    assert (flag["diff"], event["__typename"]) == ({"key": "mvp_new"}, "ArchiveEvent")


async def test_a_cursor_at_the_edge_gets_everything_kept_without_a_gap(
    app: Starlette, admin: GraphQLClient, archived: EventArchive
) -> None:
    async with serving(app) as address, socket(address, admin.token) as live:
        stream = await live.subscribe(GAPS, after=encode_cursor(archived.last_seq))
        assert (await stream.next())["launchEvents"]["diff"] == {"key": "mvp_new"}


async def test_marketplace_events_before_the_edge_are_refused(
    app: Starlette, admin: GraphQLClient, archived: EventArchive
) -> None:
    """This stream has no gaps: it leaves nothing out."""
    async with serving(app) as address, socket(address, admin.token) as live:
        stream = await live.subscribe(MARKET, after=encode_cursor(archived.last_seq - 1))
        message = await stream.message()
    assert message["payload"]["errors"][0]["extensions"]["code"] == "EVENTS_ARCHIVED"


async def test_a_replay_from_before_the_edge_is_refused(
    app: Starlette, admin: GraphQLClient, archived: EventArchive
) -> None:
    edge = archived.archived_before
    assert admin.token is not None
    begin, end = edge - timedelta(seconds=1), edge + timedelta(days=1)
    (refused,) = [item async for item in played(app, admin.token, begin, end, 100_000)]
    assert refused.errors[0].extensions["code"] == "EVENTS_ARCHIVED"
    assert [item async for item in played(app, admin.token, edge, end, 100_000)] == []
