"""The GraphQL endpoint: HTTP, server-sent events and graphql-transport-ws."""

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import timedelta
from time import perf_counter
from typing import Any, cast

import orjson
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from graphql import OperationType
from starlette.requests import ClientDisconnect, Request
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
from schema.error_texts import redact_engine_message
from schema.errors import Refused, TopLevelCode, public_errors
from schema.sign_in import may_open_socket
from server.documents import operation_kind, prepare
from server.execution.engine import LaunchSchema
from server.http import negotiation
from server.http.authentication import authenticate, check_credential
from server.http.negotiation import Refusal
from server.http.persisted import resolve_document
from server.http.planned_operations_protocol import PlannedOperationsProtocol
from server.http.request_limits import (
    MAX_BODY,
    TOO_MANY_STREAMS,
    Deadline,
    OperationCancelled,
    TimedReceive,
    deadline_error,
    limit_body,
    stream_key,
)
from server.http.requests import GraphQLRequest
from server.websocket.adapters import select_adapter
from server.websocket.handler import SocketHandler
from services.platform.inbound_bytes import INBOUND, Share
from services.platform.response_time import begin_request

INIT_TIMEOUT = timedelta(seconds=10)
MAX_OPERATIONS = 50


class EventStream(SSETransport):
    """Server-sent events with LF as line break: some clients split on nothing else."""

    def encode_event(self, event: str, data: str | None = None) -> str:
        """Encode an event; our JSON contains no raw line breaks."""
        return f"event: {event}\ndata: {data or ''}\n\n"

    def encode_comment(self, comment: str) -> str:
        """Encode a comment, which keeps the connection alive."""
        return f": {comment}\n\n"


class GraphQLView(GraphQL[Context, None]):
    """Strawberry's view with the limits, errors and media types of the product."""

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
        """Serve a request or socket. Requests that are refused early get JSON too."""
        if scope["type"] != "http":
            socket = WebSocket(scope, receive, send)
            if not may_open_socket(socket, self.runtime.settings):
                await self.reject_websocket(socket)
                return
            await super().__call__(scope, receive, send)
            return
        with INBOUND.share(stream_key(scope.get("client"))) as share:
            body = TimedReceive(receive)
            request = GraphQLRequest(scope, limit_body(body, share=share))
            try:
                await self._serve(request, body, send, share)
            finally:
                request.release()

    async def _serve(
        self, request: GraphQLRequest, body: TimedReceive, send: Send, share: Share
    ) -> None:
        """Serve one request; `share` counts its body until the response or stream has ended."""
        scope, receive, begin = request.scope, body.receive, perf_counter()
        held_back = begin_request()  # before any task, which would have a context of its own
        try:
            self._check(request)
            response: Response = await self._answer(request)
        except HTTPException as error:
            response = _error_response(error)
        except ClientDisconnect:  # no fault of ours, and nobody waits for a response (SEC12)
            return
        except BaseException:
            self.runtime.meter.count(body.response_seconds(begin, held_back), failed=True)
            raise
        if not isinstance(response, StreamingResponse):  # a stream is counted with its results
            context = request.context
            failed = response.status_code >= 500 or (context is not None and context.at_fault)
            self.runtime.meter.count(body.response_seconds(begin, held_back), failed=failed)
            await response(scope, receive, send)
            return
        caller, connections = share.caller, self.runtime.connections
        if connections.has(caller):
            with connections.slot(caller):
                await response(scope, receive, send)
            return
        await cast("AsyncGenerator[object]", response.body_iterator).aclose()
        refusal = Refusal(429, TOO_MANY_STREAMS, {"Retry-After": "60"}, TopLevelCode.RATE_LIMITED)
        await _error_response(refusal)(scope, receive, send)

    async def _answer(self, request: GraphQLRequest) -> Response:
        """Answer by the plan of a known query, else by the executor."""
        if request.method != "POST" or self.planned_operations is None:
            return await self.run(request)  # type: ignore[no-any-return]
        response: Response | None = await self.planned_operations.answer(request)
        if response is None:
            response = await self.run(request)
            self.planned_operations.remember(request.executor_context)
        return response

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> Context:
        """Authenticate a request; a socket sends its credential later, in `connection_init`."""
        if isinstance(request, GraphQLRequest) and isinstance(response, Response):
            context = Context(self.runtime, request, response)
            request.context = context
            await authenticate(context)
            check_credential(context)
            return context
        return Context(self.runtime, request)

    async def on_ws_connect(self, context: Context) -> Any:  # noqa: ANN401 - strawberry's type
        """Authenticate a socket by its `connection_init`."""
        await authenticate(context)
        if context.has_invalid_token:
            raise ConnectionRejectionError
        return await super().on_ws_connect(context)

    async def render_graphql_ide(self, request: Request) -> Response:
        """Redirect to our explorer: strawberry's page loads scripts from other servers."""
        assert self.explorer is not None
        return RedirectResponse(self.explorer, 302)

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        """Parse the parameters of a request, and decide whether its response is a stream."""
        is_get = request.method == "GET"
        data = (
            self.parse_query_params(request.query_params)
            if is_get
            else self.parse_json(await request.get_body())
        )
        parameters = negotiation.parse_parameters(resolve_document(data, self.runtime.documents))
        await prepare(parameters.query or "")
        accept = request.headers.get("accept", "")
        stream = negotiation.wants_stream(accept, parameters.query or "", parameters.operation_name)
        negotiation.check_kind(parameters, is_get=is_get, stream=stream)
        parameters.protocol = "sse" if stream else "http"
        return parameters

    async def execute_single(self, request: Request, *args: Any, **kwargs: Any) -> ExecutionResult:  # noqa: ANN401 - passed on
        """Execute a query or mutation, within its deadline.

        A query is cancelled when its caller disconnects. A mutation goes on: a person who rolls
        back a launch and closes the window wants it rolled back.
        """
        data: GraphQLRequestData = kwargs["request_data"]
        watched = operation_kind(data.query or "", data.operation_name) is OperationType.QUERY
        seconds = self.runtime.settings.operation_timeout_seconds
        try:
            async with Deadline(seconds, request.receive if watched else None):
                return await super().execute_single(request, *args, **kwargs)
        except OperationCancelled as error:
            return ExecutionResult(None, [deadline_error(error, kwargs["context"])])
        except HTTPException as error:  # the document does not contain the operation
            refused = Refused(TopLevelCode.BAD_USER_INPUT, redact_engine_message(error.reason))
            return ExecutionResult(None, [refused])

    async def process_result(
        self, request: Request, result: ExecutionResult
    ) -> GraphQLHTTPResponse:
        """Mask errors; the response to a request that was not executed has no `data`."""
        if result.errors and any(error.original_error for error in result.errors):
            # Raised around the operation, outside of ErrorPolicy.
            context = cast("GraphQLRequest", request).executor_context
            result.errors = public_errors(result.errors, context)
        response = await super().process_result(request, result)
        if result.data is None and result.errors and not any(e.path for e in result.errors):
            response.pop("data", None)
        return response

    def create_response(
        self,
        response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse],
        sub_response: Response,
    ) -> Response:
        """Create the response; `run` sets its media type and status, which need the request."""
        response = super().create_response(response_data, sub_response)
        response.headers["cache-control"] = "no-store"
        if isinstance(response_data, dict) and "data" not in response_data:
            response.headers[_NOT_EXECUTED] = str(negotiation.error_status(response_data))
        if isinstance(response_data, dict) and (wait := negotiation.retry_after(response_data)):
            response.headers["retry-after"] = wait
        return response

    async def run(self, request: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - overloaded in strawberry
        """Set the media type that the client accepts, and the status that goes with it."""
        response = await super().run(request, *args, **kwargs)
        if isinstance(request, Request) and response.media_type == negotiation.JSON_TYPE:
            accept = request.headers.get("accept", "")
            media_type = negotiation.choose_json_type(accept) or negotiation.JSON_TYPE
            response.headers["content-type"] = f"{media_type}; charset=utf-8"
            if _NOT_EXECUTED in response.headers:
                status = int(response.headers[_NOT_EXECUTED])
                del response.headers[_NOT_EXECUTED]
                # With application/json the status is 200, and clients read the errors.
                if media_type == negotiation.RESPONSE_TYPE or status == negotiation.TOO_MANY:
                    response.status_code = status
        return response

    def should_render_graphql_ide(self, request: Any) -> bool:  # noqa: ANN401 - any framework's
        """Whether a browser opened the endpoint; `_check` has verified that it accepts HTML."""
        return request.method == "GET" and _NAMES_A_DOCUMENT.isdisjoint(request.query_params)

    def encode_json(self, data: object) -> str:
        """Encode with orjson, or with json for integers of more than 64 bits."""
        try:
            return orjson.dumps(data).decode()
        except TypeError:
            return json.dumps(data, separators=(",", ":"))

    def decode_json(self, data: str | bytes) -> object:
        """Decode JSON. Raises JSONDecodeError for invalid JSON and for too deep nesting."""
        return orjson.loads(data)

    def _check(self, request: Request) -> None:
        if request.method not in ("GET", "POST"):
            raise Refusal(405, "GraphQL is asked by GET or POST.", {"Allow": "GET, POST"})
        accept = request.headers.get("accept", "")
        if request.method == "GET" and _NAMES_A_DOCUMENT.isdisjoint(request.query_params):
            if self.graphql_ide and Accepted.of(accept).names("text/html"):
                return
            raise Refusal(400, "The parameter query is missing.")
        if not negotiation.accepts_any_response(accept):
            raise Refusal(
                406, f"Answers are {negotiation.JSON_TYPE} or {negotiation.RESPONSE_TYPE}."
            )
        if request.method == "POST":
            negotiation.check_content_type(request.headers.get("content-type"))
            negotiation.check_length(request.headers.get("content-length"), MAX_BODY)


_NOT_EXECUTED = "x-not-executed"
_NAMES_A_DOCUMENT = frozenset({"query", "extensions", "documentId"})


def _error_response(error: HTTPException) -> Response:
    refusal = error if isinstance(error, Refusal) else Refusal(error.status_code, error.reason)
    body = {"errors": [{"message": refusal.reason, "extensions": refusal.extensions}]}
    return Response(
        orjson.dumps(body), refusal.status_code, refusal.headers, "application/json; charset=utf-8"
    )
