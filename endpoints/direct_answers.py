"""Operations with a plan are answered without the middlewares, by the same rules.

Each rule of `endpoints.middleware` and of the view is looked at here once. A request that one of
them would change or refuse is left to them, and so is what a plan cannot answer.
"""

import asyncio
import logging
from time import perf_counter
from typing import NamedTuple

from starlette.types import Message, Scope

from endpoints.callers import Callers
from endpoints.graph_route import PATH
from endpoints.headers import header_problem, secure_headers
from endpoints.request_id import HEADER
from endpoints.stopping import Stopping
from schema.context import Context, Runtime
from server.execution.operation_log import log_planned_query
from server.http.authentication import authenticate_from_cache
from server.http.direct import DirectReply, Finish
from server.http.known_operations import ParsedRequest
from server.http.negotiation import JSON_TYPE, RESPONSE_TYPE, choose_query_type
from server.http.planned_operations import ChargedResponse, PlannedOperations
from server.http.request_limits import stream_key
from server.http.requests import GraphQLRequest
from services.platform import log_context, tracing
from services.platform.inbound_bytes import INBOUND, NoRoom

logger = logging.getLogger(__name__)


class DirectAnswers:
    """One for each process: what its connections ask first."""

    def __init__(
        self, runtime: Runtime, plans: PlannedOperations, stopping: Stopping, callers: Callers
    ) -> None:
        """`stopping` and `callers` are those of the middlewares."""
        self._runtime, self._plans = runtime, plans
        self._stopping, self._callers = stopping, callers
        has_https = runtime.settings.base_url.startswith("https://")
        self._crosses_origins = bool(runtime.settings.allowed_origins)
        self._heads: dict[str | None, bytes] = {
            kind: _head(kind, https=has_https) for kind in (JSON_TYPE, RESPONSE_TYPE)
        }
        self.answered = 0

    def __call__(self, scope: Scope, body: bytes | bytearray, finish: Finish) -> bool:
        """See `DirectHandler`."""
        begin = perf_counter()
        if scope["path"] != PATH or scope["method"] != "POST" or scope["root_path"]:
            return False
        request = GraphQLRequest(scope, _nothing_more)
        head = self._head(request)
        parsed_request = None if head is None else self._plans.parse_body(body)
        if head is None or parsed_request is None:
            return False
        request_id = log_context.accepted_id(request.headers.first(_REQUEST_ID))
        context = Context(self._runtime, request, request_id=request_id)
        response = (
            self._plans.start(parsed_request, context) if authenticate_from_cache(context) else None
        )
        if response is None:
            return False
        pending = _Pending(context, parsed_request, response, head, begin, finish)
        if isinstance(response.data, bytes):
            self._send(pending)
            return True
        return self._wait(pending, response.data, len(body))

    def _head(self, request: GraphQLRequest) -> bytes | None:
        """How its answer begins; None where the middlewares or the view would do more."""
        first = request.headers.first
        if self._stopping.draining or tracing.is_on() or first(b"content-type") != JSON_TYPE:
            return None
        if self._crosses_origins and first(b"origin") is not None:
            return None
        if header_problem(request.scope) is not None:
            return None
        return self._heads.get(choose_query_type(first(b"accept") or ""))

    def _wait(self, pending: "_Pending", data: "asyncio.Future[bytes]", size: int) -> bool:
        """Its body counts among those that are held, as long as it waits for rows."""
        caller = stream_key(pending.client)
        try:
            INBOUND.take(caller, size)
        except NoRoom as error:
            data.cancel()
            self._plans.refund(pending.response, error)
            return False

        def end(_: object) -> None:
            INBOUND.give_back(caller, size)
            self._send(pending)

        data.add_done_callback(end)
        return True

    def _send(self, pending: "_Pending") -> None:
        try:
            reply = self._reply(pending)
        except Exception:  # otherwise the request would never be answered
            logger.exception("a direct answer failed, the application answers")
            reply = None
        pending.finish(reply)

    def _reply(self, pending: "_Pending") -> DirectReply | None:
        body = self._plans.finish(pending.response)
        if body is None:
            return None
        context = pending.context
        self.answered += 1
        if pending.client is not None:
            self._callers.record(pending.client[0])
        log_planned_query(context, pending.parsed_request.operation.name, pending.begin)
        self._runtime.meter.count(perf_counter() - pending.begin, failed=False)
        headers = pending.head % (len(body), context.request_id.encode())
        return DirectReply(headers, body, is_last=self._stopping.draining)


class _Pending(NamedTuple):
    """A request that is being answered."""

    context: Context
    parsed_request: ParsedRequest
    response: ChargedResponse
    head: bytes
    begin: float
    finish: Finish

    @property
    def client(self) -> tuple[str, int] | None:
        """Where it comes from."""
        assert isinstance(self.context.connection, GraphQLRequest)
        client: tuple[str, int] | None = self.context.connection.scope["client"]
        return client


_REQUEST_ID = HEADER.encode()


def _head(media_type: str, *, https: bool) -> bytes:
    """The headers of a reply, with places for its length and the id of the request."""
    headers = [
        (b"cache-control", b"no-store"),
        (b"content-length", b"%d"),
        (b"content-type", f"{media_type}; charset=utf-8".encode()),
        *[(name, value.replace(b"%", b"%%")) for name, value in secure_headers(https=https)],
        (_REQUEST_ID, b"%b"),
    ]
    return b"".join(name + b": " + value + b"\r\n" for name, value in headers)


async def _nothing_more() -> Message:
    """All of the body is here."""
    return {"type": "http.disconnect"}
