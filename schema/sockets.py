"""One graphql-transport-ws socket: malformed messages close it, bad operations do not."""

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from graphql import GraphQLError
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    ConnectionInitMessage,
    Message,
)

from domain.actors import Actor, Scope
from schema.context import Context
from services.presence import watching

if TYPE_CHECKING:
    from collections.abc import Mapping

_FORBIDDEN = 4403
_WITH_ID = frozenset({"subscribe", "complete"})


def malformed(message: object) -> str | None:
    """What is wrong with a message; None where it has the form that the protocol wants."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return "A message is an object with a type."
    if message["type"] in _WITH_ID and not _is_text(message.get("id")):
        return "The message needs an id."
    if message["type"] == "subscribe":
        return _malformed_operation(message.get("payload"))
    if not isinstance(message.get("payload", {}), dict | None):
        return "The payload must be an object."
    return None


def _malformed_operation(payload: object) -> str | None:
    if not isinstance(payload, dict) or not _is_text(payload.get("query")):
        return "The payload needs a query."
    for name in ("variables", "extensions"):
        if not isinstance(payload.get(name), dict | None):
            return f"{name} must be an object."
    if not isinstance(payload.get("operationName"), str | None):
        return "operationName must be a text."
    return None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value.strip() != ""


class SocketHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """Closes when the access that it was opened with ends (SPEC S31, A49)."""

    async def handle(self) -> None:
        """Until the client leaves."""
        self._closing: asyncio.Task[None] | None = None
        meter = self.context.runtime.meter
        meter.sockets += 1
        try:
            async with AsyncExitStack() as self._guards:
                await super().handle()
        finally:
            meter.sockets -= 1

    async def handle_message(self, message: Message) -> None:
        """Check the form before anything is read from it."""
        problem = malformed(message)
        if problem is not None:
            await self.handle_invalid_message(problem)
        else:
            await super().handle_message(message)

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """From here on the socket hangs on the access that was given."""
        await super().handle_connection_init(_with_payload(message))
        if self.connection_acknowledged and self.connection_init_received:
            await self._enter(self.context.actor)

    async def _enter(self, actor: Actor) -> None:
        runtime = self.context.runtime
        self._guards.enter_context(runtime.lifetimes.watch(actor, self._end))
        if actor.allows((Scope.LAUNCH_OPERATE,)):
            await self._guards.enter_async_context(watching(runtime.redis, runtime.clock))

    @staticmethod
    def _get_pre_execution_close_reason(error: GraphQLError) -> str | None:
        """A bad operation gets its error; its siblings live on."""
        return None

    def _end(self) -> None:
        self._closing = asyncio.ensure_future(
            self.websocket.close(code=_FORBIDDEN, reason="Your access has ended")
        )


def _with_payload(message: ConnectionInitMessage) -> ConnectionInitMessage:
    """A payload of null is no payload."""
    given: Mapping[str, object] = message
    return message if given.get("payload") is not None else {"type": "connection_init"}
