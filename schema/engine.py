"""The schema's machinery: strawberry's, with less to do for results that many are sent."""

from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.extensions.context import StreamResultContextManager
from strawberry.extensions.runner import SchemaExtensionsRunner
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.execution import StreamExecutionResult

from schema.operations import OperationLog
from schema.rendering import Handing
from schema.sharing import Answer, Reply


class Runner(SchemaExtensionsRunner):
    """Runs the hooks of the extensions, but for later results that many are sent only counts them.

    Those have no errors to mask, and nobody waited for them. The limits and costs of an operation
    are judged when it begins: no hook of them is run for each of a thousand sockets again.
    """

    _has_begun = False

    def on_stream_result(self, result: StreamExecutionResult) -> StreamResultContextManager:
        """Around the sending of each result."""
        if isinstance(result, Handing):
            if result.renderer is not None:
                result.tell = self._log.hand_over()
            return _NOTHING
        if self._has_begun and isinstance(result, Reply):
            self._log.count()
            return _NOTHING
        self._has_begun = True
        return super().on_stream_result(result)

    @property
    def _log(self) -> OperationLog:
        return next(item for item in self.extensions if isinstance(item, OperationLog))


class _Nothing(StreamResultContextManager):
    """Runs no hooks, so that one does for all."""

    def __init__(self) -> None:
        self.hooks = []

    async def __aenter__(self) -> None:
        """Nothing."""

    async def __aexit__(self, *_: object) -> None:
        """Nothing."""


_NOTHING = _Nothing()


class LaunchSchema(strawberry.Schema):
    """Strawberry logs every error with its traceback; ErrorPolicy logs those that matter."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Nothing here."""

    def create_extensions_runner(
        self, execution_context: ExecutionContext, extensions: list[SchemaExtension]
    ) -> Runner:
        """One for each operation."""
        return Runner(execution_context, extensions)

    async def _handle_execution_result(
        self,
        context: ExecutionContext,
        result: Any,  # noqa: ANN401 - as the base
        extensions_runner: SchemaExtensionsRunner,
        *,
        skip_process_errors: bool = False,
    ) -> ExecutionResult:
        if isinstance(result, Answer):
            return result.reply
        return await super()._handle_execution_result(
            context, result, extensions_runner, skip_process_errors=skip_process_errors
        )
