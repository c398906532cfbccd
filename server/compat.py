"""The one module that uses private names of the server's libraries or assigns to their attributes.

pyproject.toml sets upper bounds for these libraries; tests/architecture/test_internals.py lists the
private names and rejects assignments elsewhere.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from graphql import GraphQLError, GraphQLSchema, Visitor
from graphql.execution import Executor
from graphql.validation.rules import overlapping_fields_can_be_merged
from strawberry import Schema
from strawberry.extensions.runner import SchemaExtensionsRunner
from strawberry.schema.schema import StreamResult
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.types import ExecutionContext, ExecutionResult
from uvicorn._types import ASGI3Application, ASGIReceiveEvent
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from schema.context import Context

__all__ = [
    "ASGI3Application",
    "ASGIReceiveEvent",
    "HookedHandler",
    "HookedHttpProtocol",
    "HookedSchema",
    "RequestResponseCycle",
    "core_schema",
    "forget_sub_fields",
    "provided_operation_name",
    "releasing_visitors",
]

# A twentieth of the default of graphql-core, which takes more than a second of CPU time. A document
# with hundreds of different fields needs a few thousand.
overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = 25_000


class _Created(threading.local):
    """The visitors that a `releasing_visitors` block of this thread created; None outside one."""

    visitors: list[Visitor] | None = None


_created = _Created()
_initialize = Visitor.__init__


def _initialize_and_record(visitor: Visitor) -> None:
    _initialize(visitor)
    if _created.visitors is not None:
        _created.visitors.append(visitor)


Visitor.__init__ = _initialize_and_record  # type: ignore[assignment, method-assign] # the library creates them


@contextmanager
def releasing_visitors() -> Iterator[None]:
    """Free the AST visitors that the block creates as soon as it ends; the block must not await.

    A visitor of graphql-core caches its own bound methods. This reference cycle keeps the visitor,
    and every node of the document that it refers to, until a garbage collection. Collections are
    triggered by the number of objects, not their size, so hundreds of documents could pile up
    (SEC7).
    """
    outer, visitors = _created.visitors, list[Visitor]()
    _created.visitors = visitors
    try:
        yield
    finally:
        for visitor in visitors:
            visitor.enter_leave_map.clear()
        _created.visitors = outer


def core_schema(schema: Schema) -> GraphQLSchema:
    """The schema of graphql-core behind that of strawberry."""
    return schema._schema


def provided_operation_name(context: ExecutionContext) -> str | None:
    """Return the operation name of the request; strawberry's property takes the only one else."""
    return context._provided_operation_name


def forget_sub_fields(executor: Executor[Any]) -> None:
    """Give an executor its own cache: graphql-core shares it between the events of a stream."""
    executor._relevant_sub_fields = {}


class HookedSchema(Schema):
    """A schema whose executor may return results that strawberry sends unchanged."""

    def final_result(
        self, result: object, runner: SchemaExtensionsRunner
    ) -> ExecutionResult | None:
        """Return the result to send unchanged; None if strawberry has to process it."""
        return None

    async def _handle_execution_result(
        self,
        context: ExecutionContext,
        result: Any,  # noqa: ANN401 - as the base
        extensions_runner: SchemaExtensionsRunner,
        *,
        skip_process_errors: bool = False,
    ) -> ExecutionResult:
        final_result = self.final_result(result, extensions_runner)
        if final_result is not None:
            return final_result
        return await super()._handle_execution_result(
            context, result, extensions_runner, skip_process_errors=skip_process_errors
        )


class HookedHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """A socket that can send results itself, and that a failed operation does not close."""

    __slots__ = ()

    def remaining_results(
        self, operation: Operation[Context, None], results: StreamResult
    ) -> StreamResult:
        """Return the results that strawberry has to send."""
        return results

    async def _send_result_stream(
        self, operation: Operation[Context, None], result_source: StreamResult
    ) -> None:
        await super()._send_result_stream(
            operation, self.remaining_results(operation, result_source)
        )

    @staticmethod
    def _get_pre_execution_close_reason(error: GraphQLError) -> str | None:
        return None


class HookedHttpProtocol(HttpToolsProtocol):
    """A connection that can answer a request without the ASGI application."""

    def start(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        """Called when the head of a request is complete, and no earlier request is running."""
        super()._start_asgi_task(cycle, app)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self.start(cycle, app)
