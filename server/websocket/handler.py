"""A graphql-transport-ws socket: malformed messages close it, failed operations do not."""

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
from domain.platform.networks import network
from schema.context import Caller, Context
from schema.errors import TopLevelCode
from schema.quota import payer
from schema.results import SharedReply
from server.compat import HookedHandler
from server.documents import operation_kind, prepare
from server.execution.serializer import HandoffResult
from server.http.authentication import refresh_actor
from server.http.negotiation import Refusal
from server.http.persisted import resolve_document
from server.http.request_limits import Deadline, OperationCancelled, deadline_error
from server.websocket.adapters import FrameAdapter, SocketAdapter
from server.websocket.direct_writer import DetachedStream, OperationSink
from server.websocket.messages import find_problem
from services.platform.connection_limits import TooManyConnections
from services.platform.inbound_bytes import MAX_CALLER, MAX_VISITOR, STREAM_INPUTS, NoRoom
from services.platform.presence import watching

_FORBIDDEN, _INTERNAL = 4403, 1011
_TRY_LATER, _TOO_MANY = 1013, "You have too many sockets open"
_TOO_LONG = "The documents and variables of your open streams are too long together."


class SocketHandler(HookedHandler):
    """Handles one socket, and closes it when its credential expires or is revoked (S31, A49)."""

    __slots__ = (
        *("view", "websocket", "context", "root_value", "schema", "connection_init_wait_timeout"),
        *("max_subscriptions_per_connection", "connection_init_timeout_task", "operations"),
        *("connection_init_received", "connection_acknowledged", "connection_timed_out"),
        *("_closing", "_exit_stack", "_has_started", "_is_shut_down", "_slot", "_waiting_slot"),
    )

    async def handle(self) -> None:
        """Serve the socket until the client leaves; with frames, park it and return."""
        self._closing: asyncio.Task[None] | None = None
        self._exit_stack: AsyncExitStack | None = None
        self._slot: str | None = None
        self._waiting_slot: str | None = None
        self._has_started = self._is_shut_down = False
        if not await self._acquire_waiting_slot():
            return
        self.context.supports_detached_streams = self._adapter.frames is not None
        self.context.runtime.meter.sockets += 1
        if self._adapter.frames is None:
            await super().handle()
        else:
            self.on_request_accepted()
            self._adapter.frames.park(super().handle)

    async def _acquire_waiting_slot(self) -> bool:
        """Limit the sockets of an address before `connection_init`: their caller is unknown."""
        slot = f"begins:{network(self.context.client_ip)}"
        try:
            self.context.runtime.connections.acquire(slot)
        except TooManyConnections:
            await self.websocket.close(code=_TRY_LATER, reason=_TOO_MANY)
            return False
        self._waiting_slot = slot
        return True

    def _release_waiting_slot(self) -> None:
        slot, self._waiting_slot = self._waiting_slot, None
        if slot is not None:
            self.context.runtime.connections.release(slot)

    def on_request_accepted(self) -> None:
        """Start once per socket: a parked socket calls `handle` for each batch of messages."""
        if not self._has_started:
            self._has_started = True
            super().on_request_accepted()

    async def shutdown(self) -> None:
        """Release everything when the client has left; a parked socket stays as it is."""
        if self._adapter.is_parked or self._is_shut_down:
            return
        self._is_shut_down = True
        self._release_waiting_slot()
        if self._adapter.is_lost:
            for receiver in self.context.flag_streams:
                receiver.lost = True
        try:
            await super().shutdown()
        finally:
            self.context.runtime.meter.sockets -= 1
            if self._slot is not None:
                self.context.runtime.connections.release(self._slot)
            if self._exit_stack is not None:
                await self._exit_stack.aclose()

    async def handle_message(self, message: Message) -> None:
        """Validate a message before it is processed."""
        problem = find_problem(message)
        if problem is not None:
            await self.handle_invalid_message(problem)
        else:
            await super().handle_message(message)

    async def handle_ping(self, message: PingMessage) -> None:
        """Reply with a pong; its payload says how old the data of the streams may be (F12)."""
        age = round(self.context.runtime.bus.silent_seconds * 1000)
        pong: PongMessage = {"type": "pong", "payload": {"streamAgeMs": age}}
        await self.send_message(pong)

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """Authenticate the socket; from now on it closes when its credential ends."""
        await super().handle_connection_init(_with_payload(message))
        if self.connection_acknowledged and self.connection_init_received:
            self._release_waiting_slot()
            self.connection_init_timeout_task = None  # cancelled: release its memory
            await self._admit(self.context.actor)

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        """Start an operation, unless the credential has ended or too many operations run."""
        if not self.connection_acknowledged or message["id"] in self.operations:
            await super().handle_subscribe(message)  # closes the socket
            return
        if not await refresh_actor(self.context):
            self._end()
            return
        max_operations = self.max_subscriptions_per_connection or 0
        if len(self.operations) >= max_operations:
            text = f"At most {max_operations} operations run on one socket at once."
            await self._refuse(message, TopLevelCode.RATE_LIMITED, text)
            return
        try:
            payload = resolve_document(message["payload"], self.context.runtime.documents)
        except Refusal as refusal:
            await self._refuse(message, refusal.code, refusal.reason)
            return
        resolved = cast("SubscribeMessagePayload", payload)
        await super().handle_subscribe(
            {"id": message["id"], "type": "subscribe", "payload": resolved}
        )

    async def _refuse(self, message: SubscribeMessage, code: str, reason: str) -> None:
        error = GraphQLError(reason, extensions={"code": code}).formatted
        await self.send_message({"id": message["id"], "type": "error", "payload": [error]})

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        """Run an operation; a query or mutation has a deadline, a stream has none."""
        await prepare(operation.query)
        kind = operation_kind(operation.query, operation.operation_name)
        if kind is OperationType.SUBSCRIPTION:
            await self._run_stream(operation)
            return
        begin = perf_counter()
        try:
            async with Deadline(self.context.runtime.settings.operation_timeout_seconds):
                await super().run_operation(operation)
        except OperationCancelled as error:
            await operation.send_initial_errors([deadline_error(error, self.context)])
            self.context.runtime.meter.count(perf_counter() - begin, failed=True)
            self.context.at_fault = False  # the next operation starts clean

    async def _run_stream(self, operation: Operation[Context, None]) -> None:
        """Count the document and variables of a stream towards its caller while it runs."""
        max_bytes = MAX_VISITOR if self.context.actor.is_anonymous else MAX_CALLER
        with STREAM_INPUTS.share(payer(self.context), max_bytes) as share:
            try:
                share.grow(len(operation.query) + len(repr(operation.variables)))
            except NoRoom:
                limited = {"code": TopLevelCode.RATE_LIMITED}
                await operation.send_initial_errors([GraphQLError(_TOO_LONG, extensions=limited)])
                return
            await super().run_operation(operation)

    async def _admit(self, actor: Actor) -> None:
        """Count the socket towards its caller, and watch the credential."""
        runtime, slot = self.context.runtime, payer(self.context)
        if self.context.connection is not None:
            self.context.connection = Caller.of(self.context.connection)
        try:
            runtime.connections.acquire(slot)
        except TooManyConnections:
            await self.websocket.close(code=_TRY_LATER, reason=_TOO_MANY)
            return
        self._slot = slot
        if self._adapter.frames is not None:
            max_bytes = MAX_VISITOR if actor.is_anonymous else MAX_CALLER
            self._adapter.frames.admit(slot, max_bytes, is_visitor=actor.is_anonymous)
        if actor.credential_id is None:
            return  # visitors have no credential that could end, and there may be thousands
        self._exit_stack = AsyncExitStack()
        self._exit_stack.enter_context(runtime.credential_watch.watch(actor, self._end))
        if actor.allows((Scope.LAUNCH_OPERATE,)):
            await self._exit_stack.enter_async_context(watching(runtime.redis, runtime.clock))

    async def cleanup_operation(self, operation_id: str) -> None:
        """Clean up an operation, also one that runs without a task."""
        operation: object = self.operations.get(operation_id)
        if isinstance(operation, DetachedStream):
            self.forget_id(operation_id)
            operation.end()
        else:
            await super().cleanup_operation(operation_id)

    async def remaining_results(
        self, operation: Operation[Context, None], results: StreamResult
    ) -> StreamResult:
        """Send shared results directly, detach the stream if possible, and yield the rest."""
        sink = OperationSink(self._adapter, operation.id)
        async for result in results:
            if isinstance(result, SharedReply):
                await sink.send(result.encoded)
            elif not isinstance(result, HandoffResult):
                yield result
            elif (detached := sink.attach_to_hub(result, self._fail)) is not None:
                # The task ends here; the id stays in use until one side completes the operation.
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
    """Treat a payload of null as none."""
    raw: Mapping[str, object] = message
    return message if raw.get("payload") is not None else {"type": "connection_init"}
