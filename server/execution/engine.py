"""The schema's machinery: strawberry's, with less to do for results that many are sent."""

import inspect
from collections.abc import Callable, Mapping
from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache, partial
from typing import Any, NamedTuple, cast

from graphql import GraphQLError, execute
from graphql.execution import ExecutionResult as GraphQLResult
from strawberry.execution import optimized_is_awaitable
from strawberry.extensions import SchemaExtension
from strawberry.extensions.context import (
    ExecutingContextManager,
    ExtensionContextManagerBase,
    OperationContextManager,
    ParsingContextManager,
    StreamResultContextManager,
    ValidationContextManager,
    WrappedHook,
)
from strawberry.extensions.runner import SchemaExtensionsRunner
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.execution import StreamExecutionResult

from schema.context import Context
from schema.directives import describe_arguments
from schema.results import Answer, Opening, Reply
from server.compat import HookedSchema
from server.documents import parsed
from server.execution.operation_log import OperationLog
from server.execution.serializer import HandoffResult


class _Hook(NamedTuple):
    """One hook of a class of extensions, as strawberry's makes it of a generator."""

    make: Callable[[SchemaExtension], Any]
    is_async: bool


@lru_cache(maxsize=200)
def _hook(kind: Any, name: str) -> _Hook | None:  # noqa: ANN401 - a class of extensions
    """None where the class has none. Found once: to find it takes longer than to run it."""
    function = getattr(kind, name)
    if function is getattr(SchemaExtension, name):
        return None
    if inspect.isasyncgenfunction(function):
        return _Hook(asynccontextmanager(function), is_async=True)
    if inspect.isgeneratorfunction(function):
        return _Hook(contextmanager(function), is_async=False)
    raise TypeError(f"{kind.__name__}.{name} must be a generator")


class _Found(ExtensionContextManagerBase):
    """Hooks that are found once for each class."""

    def __init__(self, extensions: list[SchemaExtension]) -> None:
        self.hooks = [
            WrappedHook(extension, partial(found.make, extension), found.is_async)
            for extension in extensions
            if (found := _hook(cast("Any", type(extension)), self.HOOK_NAME)) is not None
        ]


class _Operation(_Found, OperationContextManager):
    """Around everything."""


class _Parsing(_Found, ParsingContextManager):
    """Around the parser."""


class _Validation(_Found, ValidationContextManager):
    """Around the validation."""


class _Executing(_Found, ExecutingContextManager):
    """Around the execution."""


class Runner(SchemaExtensionsRunner):
    """Runs the hooks of the extensions, but for later results that many are sent only counts them.

    Those have no errors to mask, and nobody waited for them. The limits and costs of an operation
    are judged when it begins: no hook of them is run for each of a thousand sockets again.
    """

    _has_begun = False

    def operation(self) -> OperationContextManager:
        """The hooks of this stage."""
        return _Operation(self.extensions)

    def parsing(self) -> ParsingContextManager:
        """The hooks of this stage."""
        return _Parsing(self.extensions)

    def validation(self) -> ValidationContextManager:
        """The hooks of this stage."""
        return _Validation(self.extensions)

    def executing(self) -> ExecutingContextManager:
        """The hooks of this stage."""
        return _Executing(self.extensions)

    def on_stream_result(self, result: StreamExecutionResult) -> StreamResultContextManager:
        """Around the sending of each result."""
        if isinstance(result, HandoffResult):
            if result.renderer is not None:
                result.tell = self._log.hand_over()
            return _NOTHING
        if self._has_begun and isinstance(result, Reply):
            self._log.count()
            return _NOTHING
        self._has_begun = True
        return super().on_stream_result(result)

    def opened(self, result: ExecutionResult) -> ExecutionResult:
        """The result; where it is a stream's first, with what the extensions have to tell."""
        if self._has_begun or not isinstance(result, Reply):
            return result
        return Opening(result, self.get_extensions_results_sync())

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


class LaunchSchema(HookedSchema):
    """Strawberry logs every error with its traceback; ErrorPolicy logs those that matter."""

    def __init__(self, **parts: Any) -> None:  # noqa: ANN401 - as the base
        """As strawberry's."""
        super().__init__(**parts)
        describe_arguments(self._schema.directives)

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Nothing here."""

    def create_extensions_runner(
        self, execution_context: ExecutionContext, extensions: list[SchemaExtension]
    ) -> Runner:
        """One for each operation."""
        return Runner(execution_context, extensions)

    async def run(
        self, document: tuple[str, str | None], variables: Mapping[str, Any], context: Context
    ) -> GraphQLResult:
        """Execute an operation that was validated and priced before, without any hook."""
        text, name = document
        found = execute(
            self._schema,
            parsed(text),
            variable_values=dict(variables),
            operation_name=name,
            context_value=context,
            executor_class=self.execution_context_class,
            is_awaitable=cast("Any", optimized_is_awaitable),
        )
        return found if isinstance(found, GraphQLResult) else await found

    def finished(self, result: object, runner: SchemaExtensionsRunner) -> ExecutionResult | None:
        """What many are sent is ready; where it is a stream's first, the extensions are added."""
        return cast("Runner", runner).opened(result.reply) if isinstance(result, Answer) else None
