"""Heads that do not come, or do not end: against a real server, for only that has connections."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from server.http.protocol import MAX_BYTES, HeaderLimitProtocol
from tests.support.asgi_servers import port_of, run_server
from tests.support.clock import PATIENCE

BEGIN = b"GET / HTTP/1.1\r\nhost: launch.test\r\n"
Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Impatient(HeaderLimitProtocol):
    """Waits a moment only."""

    seconds = 0.2


async def slow(_request: object) -> PlainTextResponse:
    await asyncio.sleep(0.4)
    return PlainTextResponse("done")


@pytest.fixture
async def ends() -> AsyncIterator[Ends]:
    """A connection to a server that takes longer to answer than it waits for a head."""
    app = Starlette(routes=[Route("/", slow)])
    config = uvicorn.Config(app, port=0, lifespan="off", log_level="error", http=Impatient)
    async with run_server(config) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(server))
        yield reader, writer
        writer.close()


async def answer(reader: asyncio.StreamReader) -> bytes:
    """All until the server closes."""
    return await asyncio.wait_for(reader.read(), PATIENCE)


@pytest.mark.parametrize("begin", [b"", b"GET", BEGIN])
async def test_a_connection_without_a_head_is_closed(ends: Ends, begin: bytes) -> None:
    reader, writer = ends
    writer.write(begin)
    assert await answer(reader) == b""


async def test_an_answer_may_take_longer_and_the_next_head_is_awaited_as_long(ends: Ends) -> None:
    reader, writer = ends
    writer.write(BEGIN + b"\r\n")
    assert (await asyncio.wait_for(reader.readuntil(b"done"), PATIENCE)).startswith(b"HTTP/1.1 200")
    writer.write(BEGIN)
    assert await answer(reader) == b""


async def test_a_head_without_end_is_refused(ends: Ends) -> None:
    reader, writer = ends
    writer.write(BEGIN + b"x: " + b"x" * MAX_BYTES)
    assert (await answer(reader)).startswith(b"HTTP/1.1 431")
