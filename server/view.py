"""The one endpoint: GraphQL over HTTP, server-sent events and graphql-transport-ws."""

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import timedelta
from time import perf_counter
from typing import Any, cast

import orjson
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from graphql import OperationType
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.http.streaming import HTTPStreamTransport, SSETransport
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult

from domain.platform.media_types import Accepted
from schema.context import Context, Runtime
from schema.error_texts import discreet
from schema.errors import Refused, TopLevelCode, public_error
from server.documents import operation_kind
from server.execution.engine import LaunchSchema
from server.http import negotiation
from server.http.authentication import check_credential, identify
from server.http.negotiation import Refusal
from server.http.persisted import with_document
from server.http.planned_operations_protocol import PlannedOperationsProtocol
from server.http.request_limits import (
    MAX_BODY,
    TOO_MANY_STREAMS,
    Deadline,
    OutOfTime,
    TimedReceive,
    bounded,
    stream_of,
    too_late,
)
from server.http.requests import GraphQLRequest
from server.websocket.adapters import select_adapter
from server.websocket.handler import SocketHandler
from services.platform.inbound_bytes import INBOUND, Share
from services.platform.response_time import HeldBack, begin_request

INIT_TIMEOUT = timedelta(seconds=10)
MAX_OPERATIONS = 50


class EventStream(SSETransport):
    """Server-sent events with LF: clients split on nothing else."""

    def encode_event(self, event: str, data: str | None = None) -> str:
        """One event; our JSON has no raw line breaks."""
        return f"event: {event}\ndata: {data or ''}\n\n"

    def encode_comment(self, comment: str) -> str:
        """A comment keeps the connection alive."""
        return f": {comment}\n\n"


class GraphQLView(GraphQL[Context, None]):
    """`runtime` is what the process shares between its requests."""

    graphql_transport_ws_handler_class = SocketHandler
    websocket_adapter_class = staticmethod(select_adapter)  # type: ignore[assignment] # one of two
    stream_transport_classes_by_protocol: Mapping[str, type[HTTPStreamTransport]] = {
        GRAPHQL_SSE_PROTOCOL: EventStream
    }

    def __init__(
        self,
        schema: LaunchSchema,
        runtime: Runtime,
        *,
        explorer: str | None,
        allowed_origins: Sequence[str] = (),
        planned_operations: PlannedOperationsProtocol | None = None,
    ) -> None:
        """Browsers that open the endpoint are redirected to `explorer`; None: they get an error.

        `planned_operations` is asked first, before the executor.
        """
        super().__init__(
            schema,
            graphql_ide="graphiql" if explorer else None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL),
            connection_init_wait_timeout=INIT_TIMEOUT,
            max_subscriptions_per_connection=MAX_OPERATIONS,
            allowed_origins=allowed_origins,
        )
        self.runtime = runtime
        self.explorer = explorer
        self.planned_operations = planned_operations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; whatever is refused early is JSON too."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        with INBOUND.share(stream_of(scope.get("client"))) as share:
            await self._serve(scope, receive, send, share)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, share: Share) -> None:
        """One request; its body is held as long as it is answered, and a stream is."""
        body = TimedReceive(receive)
        request = GraphQLRequest(scope, bounded(body, share=share))
        begin = perf_counter()
        held = begin_request()  # before any task of this request, which would have its own
        try:
            self._check(request)
            response: Response = await self._answer(request)
        except HTTPException as error:
            response = _refused(error)
        except BaseException:
            self.runtime.meter.count(_worked(begin, body, held), failed=True)
            raise
        if not isinstance(response, StreamingResponse):  # a stream is counted with its results
            context = request.context
            failed = response.status_code >= 500 or (context is not None and context.at_fault)
            self.runtime.meter.count(_worked(begin, body, held), failed=failed)
            await response(scope, receive, send)
            return
        seat, connections = share.caller, self.runtime.connections
        if connections.has(seat):
            with connections.slot(seat):
                await response(scope, receive, send)
            return
        await cast("AsyncGenerator[object]", response.body_iterator).aclose()
        many = Refusal(429, TOO_MANY_STREAMS, {"Retry-After": "60"}, TopLevelCode.RATE_LIMITED)
        await _refused(many)(scope, receive, send)

    async def _answer(self, request: GraphQLRequest) -> Response:
        """Answer by the plan of a known query, else by the executor."""
        if request.method != "POST" or self.planned_operations is None:
            return await self.run(request)  # type: ignore[no-any-return]
        response: Response | None = await self.planned_operations.answer(request)
        if response is None:
            response = await self.run(request)
            self.planned_operations.remember(request.executed)
        return response

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> Context:
        """Who calls is known here for HTTP; a socket says so in `connection_init`."""
        if isinstance(request, GraphQLRequest) and isinstance(response, Response):
            context = Context(self.runtime, request, response)
            request.context = context
            await identify(context)
            check_credential(context)
            return context
        return Context(self.runtime, request)

    async def on_ws_connect(self, context: Context) -> Any:  # noqa: ANN401 - strawberry's type
        """Take the credential that came with `connection_init`."""
        await identify(context)
        if context.has_invalid_token:
            raise ConnectionRejectionError
        return await super().on_ws_connect(context)

    async def render_graphql_ide(self, request: Request) -> Response:
        """Ours: strawberry's page fetches its scripts from other servers."""
        assert self.explorer is not None
        return RedirectResponse(self.explorer, 302)

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        """The parameters of a request, and whether its answer is a stream."""
        is_get = request.method == "GET"
        data = (
            self.parse_query_params(request.query_params)
            if is_get
            else self.parse_json(await request.get_body())
        )
        found = negotiation.parameters(with_document(data, self.runtime.documents))
        accept = request.headers.get("accept", "")
        stream = negotiation.wants_stream(accept, found.query or "", found.operation_name)
        negotiation.check_kind(found, is_get=is_get, stream=stream)
        found.protocol = "sse" if stream else "http"
        return found

    async def execute_single(self, request: Request, *args: Any, **kwargs: Any) -> ExecutionResult:  # noqa: ANN401 - passed on
        """One query or mutation, within its time.

        A query ends when its caller leaves. A mutation goes on: who rolls a launch back and closes
        the window wants it rolled back.
        """
        data: GraphQLRequestData = kwargs["request_data"]
        kind = operation_kind(data.query or "", data.operation_name)
        seconds, watched = (
            self.runtime.settings.operation_timeout_seconds,
            kind is OperationType.QUERY,
        )
        try:
            async with Deadline(seconds, request.receive if watched else None):
                return await super().execute_single(request, *args, **kwargs)
        except OutOfTime as error:
            return ExecutionResult(None, [too_late(error, kwargs["context"])])
        except HTTPException as error:  # the document does not hold the operation
            refused = Refused(TopLevelCode.BAD_USER_INPUT, discreet(error.reason))
            return ExecutionResult(None, [refused])

    async def process_result(
        self, request: Request, result: ExecutionResult
    ) -> GraphQLHTTPResponse:
        """A request that was never executed has no `data` at all."""
        if result.errors and any(error.original_error for error in result.errors):
            # Raised around the operation, where ErrorPolicy does not look.
            context = cast("GraphQLRequest", request).executed
            result.errors = [public_error(error, context.request_id) for error in result.errors]
        response = await super().process_result(request, result)
        if result.data is None and result.errors and not any(e.path for e in result.errors):
            response.pop("data", None)
        return response

    def create_response(
        self,
        response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse],
        sub_response: Response,
    ) -> Response:
        """The body; its type and status are set by `run`, which knows the request."""
        response = super().create_response(response_data, sub_response)
        response.headers["cache-control"] = "no-store"
        if isinstance(response_data, dict) and "data" not in response_data:
            response.headers[_NOT_EXECUTED] = str(negotiation.status_of(response_data))
        if isinstance(response_data, dict) and (wait := negotiation.retry_after(response_data)):
            response.headers["retry-after"] = wait
        return response

    async def run(self, request: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - overloaded in strawberry
        """Give JSON answers the type that the client asked for, with that type's status."""
        response = await super().run(request, *args, **kwargs)
        if isinstance(request, Request) and response.media_type == negotiation.JSON_TYPE:
            media_type = (
                negotiation.json_type(request.headers.get("accept", "")) or negotiation.JSON_TYPE
            )
            response.headers["content-type"] = f"{media_type}; charset=utf-8"
            if _NOT_EXECUTED in response.headers:
                status = int(response.headers[_NOT_EXECUTED])
                del response.headers[_NOT_EXECUTED]
                # Plain JSON says 200 where the client reads the errors itself.
                if media_type == negotiation.RESPONSE_TYPE or status == negotiation.TOO_MANY:
                    response.status_code = status
        return response

    def should_render_graphql_ide(self, request: Any) -> bool:  # noqa: ANN401 - any framework's
        """A browser that asks for nothing; `_check` has seen that it takes a page."""
        return request.method == "GET" and _NAMES_A_DOCUMENT.isdisjoint(request.query_params)

    def encode_json(self, data: object) -> str:
        """Fast for all that is common; the slow way for integers that only Python knows."""
        try:
            return orjson.dumps(data).decode()
        except TypeError:
            return json.dumps(data, separators=(",", ":"))

    def decode_json(self, data: str | bytes) -> object:
        """Raises JSONDecodeError for whatever is no JSON, too deep nesting included."""
        return orjson.loads(data)

    def _check(self, request: Request) -> None:
        if request.method not in ("GET", "POST"):
            raise Refusal(405, "GraphQL is asked by GET or POST.", {"Allow": "GET, POST"})
        accept = request.headers.get("accept", "")
        if request.method == "GET" and _NAMES_A_DOCUMENT.isdisjoint(request.query_params):
            if self.graphql_ide and Accepted.of(accept).names("text/html"):
                return
            raise Refusal(400, "The parameter query is missing.")
        if not negotiation.takes_anything(accept):
            raise Refusal(
                406, f"Answers are {negotiation.JSON_TYPE} or {negotiation.RESPONSE_TYPE}."
            )
        if request.method == "POST":
            negotiation.check_content_type(request.headers.get("content-type"))
            negotiation.check_length(request.headers.get("content-length"), MAX_BODY)


_NOT_EXECUTED = "x-not-executed"
_NAMES_A_DOCUMENT = frozenset({"query", "extensions", "documentId"})


def _refused(error: HTTPException) -> Response:
    refusal = error if isinstance(error, Refusal) else Refusal(error.status_code, error.reason)
    body = {"errors": [{"message": refusal.reason, "extensions": refusal.extensions}]}
    return Response(
        orjson.dumps(body), refusal.status_code, refusal.headers, "application/json; charset=utf-8"
    )


def _worked(begin: float, body: TimedReceive, held: HeldBack) -> float:
    """The seconds that this server took.

    Without those in which the caller sent the body, and those for which it was held back.
    """
    return perf_counter() - begin - body.waited_seconds - held.seconds
