"""Live marketplace events: to whom they go, and that none is left out (M14)."""

import pytest

from db.session import Database
from schema.pagination import encode_cursor
from subscriptions import marketplace_events
from tests.factories.journeys import sign_up_supplier
from tests.factories.market_events import WALK, events, walk
from tests.factories.marketplace import add_and_invite, new_couple, new_supplier
from tests.support.graphql import GraphQLClient
from tests.support.sockets import Stream, socket

LIVE = """subscription ($kinds: [MarketplaceEventKind!], $after: String) {
  marketplaceEvents(kinds: $kinds, after: $after) { cursor kind supplierId } }"""


async def next_kinds(stream: Stream, count: int) -> list[str]:
    return [(await stream.next())["marketplaceEvents"]["kind"] for _ in range(count)]


async def test_staff_get_all_events_in_order(
    address: str, viewer: GraphQLClient, visitor: GraphQLClient
) -> None:
    async with socket(address, viewer.token) as live:
        stream = await live.subscribe(LIVE)
        early = await live.subscribe(LIVE, after=encode_cursor(0))
        await walk(visitor)
        assert await next_kinds(stream, len(WALK)) == WALK
        assert await next_kinds(early, len(WALK)) == WALK


async def test_suppliers_and_couples_get_their_own_events_only(
    address: str, supplier: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    others = [await new_supplier(visitor, db), await new_couple(visitor, db)]
    async with socket(address, supplier.token) as own_socket:
        own = await own_socket.subscribe(LIVE, after=encode_cursor(0))
        for other in others:
            async with socket(address, other.token) as live:
                stream = await live.subscribe(LIVE, after=encode_cursor(0))
                await add_and_invite(supplier)
                assert await stream.silent()
        assert await next_kinds(own, 2) == ["INVITATION_SENT"] * 2


async def test_a_stream_resumes_after_a_cursor_with_the_kinds_it_selects(
    address: str, viewer: GraphQLClient, visitor: GraphQLClient
) -> None:
    await walk(visitor)
    first, *_ = await events(viewer)
    async with socket(address, viewer.token) as live:
        kinds = ["SUPPLIER_SIGNED_UP", "INVITATION_ACCEPTED"]
        stream = await live.subscribe(LIVE, after=first["cursor"], kinds=kinds)
        assert await next_kinds(stream, 1) == ["INVITATION_ACCEPTED"]
        await sign_up_supplier(visitor)
        assert await next_kinds(stream, 1) == ["SUPPLIER_SIGNED_UP"]


async def test_a_cursor_ahead_of_the_log_gets_what_happens_next(
    address: str, viewer: GraphQLClient, visitor: GraphQLClient
) -> None:
    async with socket(address, viewer.token) as live:
        stream = await live.subscribe(LIVE, after=encode_cursor(2**62))
        other = await live.subscribe(LIVE, after=encode_cursor(0))
        await sign_up_supplier(visitor)
        for one in (stream, other):
            assert await next_kinds(one, 1) == ["SUPPLIER_SIGNED_UP"]


async def test_a_slow_reader_reads_on_from_the_log(
    address: str, viewer: GraphQLClient, visitor: GraphQLClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marketplace_events, "BUFFER", 1)
    monkeypatch.setattr(marketplace_events, "PAGE", 2)
    async with socket(address, viewer.token) as live:
        stream = await live.subscribe(LIVE, after=encode_cursor(0))
        await walk(visitor)
        assert await next_kinds(stream, len(WALK)) == WALK
        await sign_up_supplier(visitor)
        assert await next_kinds(stream, 1) == ["SUPPLIER_SIGNED_UP"]
