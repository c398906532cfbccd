"""Heads that do not come, or do not end: against a real server, for only that has connections."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from server.http.protocol import MAX_BYTES, HeaderLimitProtocol
from server.http.security_headers import ALWAYS
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


async def test_a_body_that_follows_the_response_has_a_time_limit() -> None:
    """A client that sends it slowly held its connection as long as it liked."""
    config = uvicorn.Config(
        Starlette(routes=[Route("/", slow)]),
        port=0,
        lifespan="off",
        log_level="error",
        http=Impatient,
        timeout_keep_alive=int(2 * PATIENCE),  # which each byte starts again
    )
    async with run_server(config) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(server))
        writer.write(b"POST / HTTP/1.1\r\nhost: launch.test\r\ncontent-length: 9\r\n\r\nx")
        assert (await answer(reader)).startswith(b"HTTP/1.1 405")
        writer.close()


@pytest.mark.parametrize(
    ("head", "status"), [(b"no request\r\n\r\n", 400), (BEGIN + b"x: " + b"x" * MAX_BYTES, 431)]
)
async def test_what_the_parser_refuses_has_the_headers_of_every_response(
    ends: Ends, head: bytes, status: int
) -> None:
    reader, writer = ends
    writer.write(head)
    lines = (await answer(reader)).decode().split("\r\n\r\n")[0].split("\r\n")
    assert lines[0].startswith(f"HTTP/1.1 {status} ")
    assert set(ALWAYS) <= {line.partition(":")[0] for line in lines[1:]}


async def test_a_head_without_end_is_refused(ends: Ends) -> None:
    reader, writer = ends
    writer.write(BEGIN + b"x: " + b"x" * MAX_BYTES)
    assert (await answer(reader)).startswith(b"HTTP/1.1 431")


@pytest.mark.parametrize(
    "head",
    [
        BEGIN + b"x: " + b"x" * MAX_BYTES + b"\r\n\r\n",
        BEGIN + b"x: y\r\n" * (MAX_BYTES // 6 + 1) + b"\r\n",
        b"GET /" + b"x" * (MAX_BYTES - 100) + b" HTTP/1.1\r\nhost: " + b"x" * 200 + b"\r\n\r\n",
    ],
)
async def test_a_head_that_is_too_large_is_refused_if_it_comes_at_once(
    ends: Ends, head: bytes
) -> None:
    reader, writer = ends
    writer.write(head)
    assert (await answer(reader)).startswith(b"HTTP/1.1 431")


@pytest.fixture
async def echo() -> AsyncIterator[Ends]:
    """A connection to a server that tells which headers a request has, and who has sent it."""

    async def tell(request: Request) -> PlainTextResponse:
        body = await request.body()
        fields = [name for name, _ in request.headers.items()]
        host = request.client.host if request.client else ""
        return PlainTextResponse(f"{body.decode()} {host} {fields}")

    app = Starlette(routes=[Route("/", tell, methods=["POST"])])
    config = uvicorn.Config(
        app,
        port=0,
        lifespan="off",
        log_level="error",
        http=HeaderLimitProtocol,
        forwarded_allow_ips="127.0.0.1",
    )
    async with run_server(config) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(server))
        yield reader, writer
        writer.close()


CHUNKED = (
    b"POST / HTTP/1.1\r\nhost: launch.test\r\ntransfer-encoding: chunked\r\n"
    b"x-forwarded-for: 192.0.2.7\r\n\r\n2\r\nhi\r\n0\r\n"
)
HEADERS = ["host", "transfer-encoding", "x-forwarded-for"]


async def test_trailer_fields_are_no_headers(echo: Ends) -> None:
    """A proxy states the address in the head; a trailer behind the body comes from the client."""
    reader, writer = echo
    for trailers in (
        b"",
        b"X-Forwarded-For: 203.0.113.9\r\nAuthorization: Bearer x\r\nHost: y\r\n",
    ):
        writer.write(CHUNKED + trailers + b"\r\n")
        expected = f"hi 192.0.2.7 {HEADERS}".encode()
        response = await asyncio.wait_for(reader.readuntil(b"]"), PATIENCE)
        assert response.endswith(expected)


async def test_trailer_fields_that_are_too_large_are_refused(echo: Ends) -> None:
    reader, writer = echo
    writer.write(CHUNKED + b"x: " + b"x" * MAX_BYTES + b"\r\n\r\n")
    assert (await answer(reader)).startswith(b"HTTP/1.1 431")
