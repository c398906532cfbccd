"""One graphql-transport-ws socket: malformed messages close it, bad operations do not."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from time import perf_counter
from typing import cast

from graphql import GraphQLError, OperationType
from strawberry.schema.schema import StreamResult
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    Operation,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    ConnectionInitMessage,
    Message,
    PingMessage,
    PongMessage,
    SubscribeMessage,
    SubscribeMessagePayload,
)

from domain.actors import Actor, Scope
from domain.platform.rate_limits import network
from schema.context import Caller, Context
from schema.errors import TopLevelCode
from schema.quota import payer
from schema.results import SharedReply
from server.compat import HookedHandler
from server.documents import operation_kind
from server.execution.serializer import HandoffResult
from server.http.authentication import renew
from server.http.negotiation import Refusal
from server.http.persisted import with_document
from server.http.request_limits import Deadline, OutOfTime, too_late
from server.websocket.adapters import FrameAdapter, SocketAdapter
from server.websocket.direct_writer import DetachedStream, OperationSink
from server.websocket.messages import malformed
from services.platform.connection_limits import TooManyConnections
from services.platform.inbound_bytes import MAX_CALLER, MAX_VISITOR, STREAM_INPUTS, NoRoom
from services.platform.presence import watching

_FORBIDDEN, _INTERNAL = 4403, 1011
_TRY_LATER, _TOO_MANY = 1013, "You have too many sockets open"
_TOO_LONG = "The documents and variables of your open streams are too long together."


class SocketHandler(HookedHandler):
    """Closes when the access that it was opened with ends (S31, A49)."""

    __slots__ = (
        *("view", "websocket", "context", "root_value", "schema", "connection_init_wait_timeout"),
        *("max_subscriptions_per_connection", "connection_init_timeout_task", "operations"),
        *("connection_init_received", "connection_acknowledged", "connection_timed_out"),
        *("_closing", "_guards", "_has_begun", "_has_left", "_seat", "_waiting_seat"),
    )

    async def handle(self) -> None:
        """Until the client leaves; where the server calls back, until it has something to say."""
        self._closing: asyncio.Task[None] | None = None
        self._guards: AsyncExitStack | None = None
        self._seat: str | None = None
        self._waiting_seat: str | None = None
        self._has_begun = self._has_left = False
        if not await self._may_begin():
            return
        self.context.supports_detached_streams = self._adapter.frames is not None
        self.context.runtime.meter.sockets += 1
        if self._adapter.frames is None:
            await super().handle()
        else:
            self.on_request_accepted()
            self._adapter.frames.park(super().handle)

    async def _may_begin(self) -> bool:
        """Few sockets of an address wait for `connection_init`, whoever they turn out to be."""
        seat = f"begins:{network(self.context.client_ip)}"
        try:
            self.context.runtime.connections.acquire(seat)
        except TooManyConnections:
            await self.websocket.close(code=_TRY_LATER, reason=_TOO_MANY)
            return False
        self._waiting_seat = seat
        return True

    def _has_started(self) -> None:
        """It waits no longer, for it has begun or left."""
        seat, self._waiting_seat = self._waiting_seat, None
        if seat is not None:
            self.context.runtime.connections.release(seat)

    def on_request_accepted(self) -> None:
        """Once for a socket, however often it is heard."""
        if not self._has_begun:
            self._has_begun = True
            super().on_request_accepted()

    async def shutdown(self) -> None:
        """Where the client has left, and has not only said all that it has to say for now."""
        if self._adapter.may_go_on or self._has_left:
            return
        self._has_left = True
        self._has_started()
        if self._adapter.is_lost:
            for receiver in self.context.flag_streams:
                receiver.lost = True
        try:
            await super().shutdown()
        finally:
            self.context.runtime.meter.sockets -= 1
            if self._seat is not None:
                self.context.runtime.connections.release(self._seat)
            if self._guards is not None:
                await self._guards.aclose()

    async def handle_message(self, message: Message) -> None:
        """Check the form before anything is read from it."""
        problem = malformed(message)
        if problem is not None:
            await self.handle_invalid_message(problem)
        else:
            await super().handle_message(message)

    async def handle_ping(self, message: PingMessage) -> None:
        """The socket is there; the payload says how old the news on its streams may be (F12)."""
        age = round(self.context.runtime.bus.silent_seconds * 1000)
        pong: PongMessage = {"type": "pong", "payload": {"streamAgeMs": age}}
        await self.send_message(pong)

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """From here on the socket hangs on the access that was given."""
        await super().handle_connection_init(_with_payload(message))
        if self.connection_acknowledged and self.connection_init_received:
            self._has_started()
            self.connection_init_timeout_task = None  # it was cancelled, and is kept for nothing
            await self._enter(self.context.actor)

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        """Start an operation whose document is known, where not too many run here already."""
        if not self.connection_acknowledged or message["id"] in self.operations:
            await super().handle_subscribe(message)  # closes the socket
            return
        if not await renew(self.context):
            self._end()
            return
        most = self.max_subscriptions_per_connection or 0
        if len(self.operations) >= most:
            text = f"At most {most} operations run on one socket at once."
            await self._refuse(message, TopLevelCode.RATE_LIMITED, text)
            return
        try:
            payload = with_document(message["payload"], self.context.runtime.documents)
        except Refusal as refusal:
            await self._refuse(message, refusal.code, refusal.reason)
            return
        given = cast("SubscribeMessagePayload", payload)
        await super().handle_subscribe({"id": message["id"], "type": "subscribe", "payload": given})

    async def _refuse(self, message: SubscribeMessage, code: str, why: str) -> None:
        error = GraphQLError(why, extensions={"code": code}).formatted
        await self.send_message({"id": message["id"], "type": "error", "payload": [error]})

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        """A query or mutation has its time; a stream runs until somebody ends it."""
        kind = operation_kind(operation.query, operation.operation_name)
        if kind is OperationType.SUBSCRIPTION:
            await self._run_stream(operation)
            return
        begin = perf_counter()
        try:
            async with Deadline(self.context.runtime.settings.operation_timeout_seconds):
                await super().run_operation(operation)
        except OutOfTime as error:
            await operation.send_initial_errors([too_late(error, self.context)])
            self.context.runtime.meter.count(perf_counter() - begin, failed=True)
            self.context.at_fault = False  # the next operation starts clean

    async def _run_stream(self, operation: Operation[Context, None]) -> None:
        """What was sent for it is kept as long as it runs, so that it counts for its caller."""
        most = MAX_VISITOR if self.context.actor.is_anonymous else MAX_CALLER
        with STREAM_INPUTS.share(payer(self.context), most) as share:
            try:
                share.grow(len(operation.query) + len(repr(operation.variables)))
            except NoRoom:
                limited = {"code": TopLevelCode.RATE_LIMITED}
                await operation.send_initial_errors([GraphQLError(_TOO_LONG, extensions=limited)])
                return
            await super().run_operation(operation)

    async def _enter(self, actor: Actor) -> None:
        runtime, seat = self.context.runtime, payer(self.context)
        if self.context.connection is not None:
            self.context.connection = Caller.of(self.context.connection)
        try:
            runtime.connections.acquire(seat)
        except TooManyConnections:
            await self.websocket.close(code=_TRY_LATER, reason=_TOO_MANY)
            return
        self._seat = seat
        if self._adapter.frames is not None:
            most = MAX_VISITOR if actor.is_anonymous else MAX_CALLER
            self._adapter.frames.admit(seat, most, is_visitor=actor.is_anonymous)
        if actor.credential_id is None:
            return  # visitors have nothing that could end, and there may be thousands of them
        self._guards = AsyncExitStack()
        self._guards.enter_context(runtime.credential_watch.watch(actor, self._end))
        if actor.allows((Scope.LAUNCH_OPERATE,)):
            await self._guards.enter_async_context(watching(runtime.redis, runtime.clock))

    async def cleanup_operation(self, operation_id: str) -> None:
        """Also of an operation that runs without a task."""
        found: object = self.operations.get(operation_id)
        if isinstance(found, DetachedStream):
            self.forget_id(operation_id)
            found.end()
        else:
            await super().cleanup_operation(operation_id)

    async def remaining_results(
        self, operation: Operation[Context, None], results: StreamResult
    ) -> StreamResult:
        """What many are sent goes out at once; the rest is left to strawberry."""
        sink = OperationSink(self._adapter, operation.id)
        async for result in results:
            if isinstance(result, SharedReply):
                await sink.send(result.encoded)
            elif not isinstance(result, HandoffResult):
                yield result
            elif (detached := sink.attach_to_hub(result, self._fail)) is not None:
                # Its task ends here, and its id stays taken until somebody completes it.
                self.operations[operation.id] = cast("Operation[Context, None]", detached)
                operation.completed = True
                return

    @property
    def _adapter(self) -> SocketAdapter | FrameAdapter:
        return cast("SocketAdapter | FrameAdapter", self.websocket)

    def _fail(self) -> None:
        self._closing = asyncio.ensure_future(
            self.websocket.close(code=_INTERNAL, reason="Something went wrong on our side")
        )

    def _end(self) -> None:
        self._closing = asyncio.ensure_future(
            self.websocket.close(code=_FORBIDDEN, reason="Your access has ended")
        )


def _with_payload(message: ConnectionInitMessage) -> ConnectionInitMessage:
    """A payload of null is no payload."""
    given: Mapping[str, object] = message
    return message if given.get("payload") is not None else {"type": "connection_init"}
