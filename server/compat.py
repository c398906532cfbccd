"""The one module that uses private names of the libraries that the server is built on.

Their upper bounds stand in pyproject.toml; tests/architecture/test_internals.py lists the names.
"""

from typing import Any

from graphql import GraphQLError, GraphQLSchema
from graphql.execution import Executor
from strawberry import Schema
from strawberry.extensions.runner import SchemaExtensionsRunner
from strawberry.schema.schema import StreamResult
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.types import ExecutionContext, ExecutionResult
from uvicorn._types import ASGIReceiveEvent

from schema.context import Context

__all__ = [
    "ASGIReceiveEvent",
    "HookedHandler",
    "HookedSchema",
    "core_schema",
    "forget_sub_fields",
    "provided_operation_name",
]


def core_schema(schema: Schema) -> GraphQLSchema:
    """The schema of graphql-core behind that of strawberry."""
    return schema._schema


def provided_operation_name(context: ExecutionContext) -> str | None:
    """The operation name as the request has it; strawberry's property takes the only one else."""
    return context._provided_operation_name


def forget_sub_fields(executor: Executor[Any]) -> None:
    """Give an executor a memory of its own: graphql-core shares it between events of a stream."""
    executor._relevant_sub_fields = {}


class HookedSchema(Schema):
    """A schema that may know the result to send before strawberry makes it."""

    def finished(self, result: object, runner: SchemaExtensionsRunner) -> ExecutionResult | None:
        """The result to send as it is; None where strawberry makes it."""
        return None

    async def _handle_execution_result(
        self,
        context: ExecutionContext,
        result: Any,  # noqa: ANN401 - as the base
        extensions_runner: SchemaExtensionsRunner,
        *,
        skip_process_errors: bool = False,
    ) -> ExecutionResult:
        finished = self.finished(result, extensions_runner)
        if finished is not None:
            return finished
        return await super()._handle_execution_result(
            context, result, extensions_runner, skip_process_errors=skip_process_errors
        )


class HookedHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """A socket that sends some results itself, and which a failed operation does not close."""

    __slots__ = ()

    def left_to_send(
        self, operation: Operation[Context, None], results: StreamResult
    ) -> StreamResult:
        """The results that strawberry sends."""
        return results

    async def _send_result_stream(
        self, operation: Operation[Context, None], result_source: StreamResult
    ) -> None:
        await super()._send_result_stream(operation, self.left_to_send(operation, result_source))

    @staticmethod
    def _get_pre_execution_close_reason(error: GraphQLError) -> str | None:
        return None
