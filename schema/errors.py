"""Errors as clients see them: expected ones with a code, all others masked."""

import logging
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Protocol

from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import StreamExecutionResult
from strawberry.types.graphql import OperationType

from domain.actors import Actor
from domain.errors import DependencyDown, ErrorCode, FeatureOff, LaunchError, RateLimited
from domain.platform.log_edges import EventsArchived
from domain.platform.redaction import without_addresses
from schema.error_texts import redact_engine_message
from services.platform.outages import cause_of
from services.platform.response_time import ResponseTimer

logger = logging.getLogger(__name__)

MAX_ERRORS = 8  # per reply: ten thousand null fields have one cause


class TopLevelCode(StrEnum):
    """`extensions.code` of a top-level error."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    RATE_LIMITED = "RATE_LIMITED"
    COST_EXCEEDED = "COST_EXCEEDED"
    DEPENDENCY_DOWN = "DEPENDENCY_DOWN"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
    FEATURE_OFF = "FEATURE_OFF"
    EVENTS_ARCHIVED = "EVENTS_ARCHIVED"
    INTERNAL = "INTERNAL"


SERVER_FAULTS = frozenset(
    {TopLevelCode.DEPENDENCY_DOWN, TopLevelCode.DEADLINE_EXCEEDED, TopLevelCode.INTERNAL}
)


def is_server_fault(code: object) -> bool:
    """Return whether an error is the server's fault and counts towards the error rate."""
    return code in SERVER_FAULTS


class Refused(GraphQLError):
    """A request that is refused as a whole."""

    def __init__(self, code: TopLevelCode, message: str, **details: object) -> None:
        """`code` becomes `extensions.code`; `details` are further extensions."""
        super().__init__(message, extensions={"code": code.value, **details})


_CODES = {
    ErrorCode.FORBIDDEN: TopLevelCode.FORBIDDEN,
    ErrorCode.RATE_LIMITED: TopLevelCode.RATE_LIMITED,
    ErrorCode.DEPENDENCY_DOWN: TopLevelCode.DEPENDENCY_DOWN,
    ErrorCode.FEATURE_OFF: TopLevelCode.FEATURE_OFF,
    ErrorCode.EVENTS_ARCHIVED: TopLevelCode.EVENTS_ARCHIVED,
}


# Strawberry raises these for a request without an operation.
_NO_OPERATION = CannotGetOperationTypeError | InvalidOperationTypeError | MissingQueryError

_DOWN: dict[str, object] = {"code": TopLevelCode.DEPENDENCY_DOWN.value}
_BAD_INPUT: dict[str, object] = {"code": TopLevelCode.BAD_USER_INPUT.value}


class Reader(Protocol):
    """Who receives errors, and in reply to which request: a schema.context.Context."""

    @property
    def request_id(self) -> str:
        """The id that a masked error quotes."""

    @property
    def actor(self) -> Actor:
        """The caller, whose rights decide on addresses."""


def public_errors(errors: Sequence[GraphQLError], reader: Reader) -> list[GraphQLError]:
    """Return the errors of a reply as its caller may see them, at most MAX_ERRORS.

    The last one says how many are omitted; the engine itself stops counting at 50 or 100.
    """
    public = [public_error(error, reader.request_id) for error in errors[:MAX_ERRORS]]
    if len(errors) > MAX_ERRORS:
        omitted = {"omittedErrors": len(errors) - MAX_ERRORS}
        public[-1] = _copy(public[-1], public[-1].message, (public[-1].extensions or {}) | omitted)
    if not reader.actor.sees_private_data:
        for error in public:
            error.message = str(without_addresses(error.message))
    return public


def public_error(error: GraphQLError, request_id: str) -> GraphQLError:
    """Return the error that a client may see. An unexpected error is logged and masked."""
    original = error.original_error
    while isinstance(original, GraphQLError) and original.original_error is not None:
        original = original.original_error
    if isinstance(original, LaunchError):
        return _copy(error, original.message, _extensions(original))
    if isinstance(original, RecursionError):
        return _copy(error, "The document is nested too deeply.", _BAD_INPUT)
    if original is None or isinstance(original, GraphQLError | _NO_OPERATION):
        extensions = {"code": TopLevelCode.BAD_USER_INPUT.value, **(error.extensions or {})}
        return _copy(error, redact_engine_message(error.message), extensions)
    if (cause := cause_of(original)) is not None:  # Redis, SMTP or a disk failed (D11)
        logger.warning("%s: %s", error.path, cause, extra={"request_id": request_id})
        return _copy(error, str(DependencyDown()), _DOWN)
    logger.error(
        "Unexpected error in %s", error.path, exc_info=original, extra={"request_id": request_id}
    )
    return _copy(
        error,
        "Something went wrong on our side. Quote the requestId when you report it.",
        {"code": TopLevelCode.INTERNAL.value, "requestId": request_id},
    )


def _extensions(error: LaunchError) -> dict[str, object]:
    code = _CODES.get(error.code, TopLevelCode.BAD_USER_INPUT)
    extensions: dict[str, object] = {"code": code.value}
    if error.path:
        extensions["argument"] = ".".join(error.path)
    if isinstance(error, RateLimited):
        extensions["retryAfterSeconds"] = error.retry_after_seconds
    if isinstance(error, FeatureOff):
        extensions |= {"flag": error.flag, "availability": error.availability.name}
    if isinstance(error, EventsArchived):
        extensions["archivedBefore"] = error.archived_before.isoformat()
    return extensions


def _copy(error: GraphQLError, message: str, extensions: dict[str, object]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )


def drop_tracebacks(error: BaseException | None) -> None:
    """Drop the tracebacks of a handled error and of its causes (SEC7).

    Their frames hold the error too: this cycle would keep the document and its variables until a
    garbage collection.
    """
    pending, seen = [error], set[int]()
    while pending:
        item = pending.pop()
        if item is not None and id(item) not in seen:
            seen.add(id(item))
            item.__traceback__ = None
            original = item.original_error if isinstance(item, GraphQLError) else None
            pending += (original, item.__cause__, item.__context__)


class ErrorPolicy(SchemaExtension):
    """Replaces the errors of each reply and stream result by their public form."""

    def on_operation(self) -> Iterator[None]:
        """Replace the errors of a query or mutation."""
        self._streamed = self._counted = False
        self._timer = ResponseTimer(self._count_waiting_stream)
        try:
            yield
        finally:
            self._timer.stop()  # which refers to this object
        result = self.execution_context.result
        if not self._streamed:
            self._publish_errors(result)

    def on_stream_result(self, result: StreamExecutionResult) -> Iterator[None]:
        """Replace the errors of a result of a stream, or of any operation of a socket."""
        self._publish_errors(result)
        self._count()
        self._streamed = True
        yield None

    def _count_waiting_stream(self, seconds: float) -> None:
        """Count a stream when it waits for its first event, which is no response time (L3)."""
        if self.execution_context.operation_type is OperationType.SUBSCRIPTION:
            self.execution_context.context.runtime.meter.count(seconds, failed=False)
            self._counted = True

    def _count(self) -> None:
        """Count the response time of the first result, and failures of later ones (S107)."""
        context = self.execution_context.context
        if self._counted and not context.at_fault:
            return
        seconds = None if self._counted else self._timer.stop()
        context.runtime.meter.count(seconds, failed=context.at_fault)
        context.at_fault = False  # a socket has many operations
        self._counted = True

    def _publish_errors(self, result: object) -> None:
        errors = getattr(result, "errors", None)
        if errors:
            context = self.execution_context.context
            public = public_errors(errors, context)
            if any(is_server_fault((error.extensions or {}).get("code")) for error in public):
                context.at_fault = True
            for error in errors:
                drop_tracebacks(error)
            result.errors = public  # type: ignore[attr-defined]
