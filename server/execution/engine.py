"""Strawberry's schema and extension hooks, with less work for results that many sockets share."""

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
from schema.results import FinalResult, FirstReply, SharedReply
from server.compat import HookedSchema
from server.documents import parsed
from server.execution.operation_log import OperationLog
from server.execution.serializer import HandoffResult


class _Hook(NamedTuple):
    """One hook of an extension class: a context manager, as strawberry makes it of a generator."""

    make: Callable[[SchemaExtension], Any]
    is_async: bool


@lru_cache(maxsize=200)
def _find_hook(kind: Any, name: str) -> _Hook | None:  # noqa: ANN401 - a class of extensions
    """Return a hook, or None. The lookup is cached: it takes longer than to run the hook."""
    function = getattr(kind, name)
    if function is getattr(SchemaExtension, name):
        return None
    if inspect.isasyncgenfunction(function):
        return _Hook(asynccontextmanager(function), is_async=True)
    if inspect.isgeneratorfunction(function):
        return _Hook(contextmanager(function), is_async=False)
    raise TypeError(f"{kind.__name__}.{name} must be a generator")


class _CachedHooks(ExtensionContextManagerBase):
    """Runs hooks that are looked up once per extension class."""

    def __init__(self, extensions: list[SchemaExtension]) -> None:
        self.hooks = [
            WrappedHook(extension, partial(hook.make, extension), hook.is_async)
            for extension in extensions
            if (hook := _find_hook(cast("Any", type(extension)), self.HOOK_NAME)) is not None
        ]


class _OperationHooks(_CachedHooks, OperationContextManager):
    """Run around the whole operation."""


class _ParsingHooks(_CachedHooks, ParsingContextManager):
    """Run around parsing."""


class _ValidationHooks(_CachedHooks, ValidationContextManager):
    """Run around validation."""


class _ExecutionHooks(_CachedHooks, ExecutingContextManager):
    """Run around execution."""


class HookRunner(SchemaExtensionsRunner):
    """Runs the hooks of the extensions; of shared results after the first it only counts them.

    Shared results have no errors to mask and took no time to execute. Limits and costs of an
    operation are checked when it starts: running their hooks again for each result of each of a
    thousand sockets would only cost time.
    """

    _has_sent_first = False

    def operation(self) -> OperationContextManager:
        """Return the hooks of the operation."""
        return _OperationHooks(self.extensions)

    def parsing(self) -> ParsingContextManager:
        """Return the hooks of parsing."""
        return _ParsingHooks(self.extensions)

    def validation(self) -> ValidationContextManager:
        """Return the hooks of validation."""
        return _ValidationHooks(self.extensions)

    def executing(self) -> ExecutingContextManager:
        """Return the hooks of execution."""
        return _ExecutionHooks(self.extensions)

    def on_stream_result(self, result: StreamExecutionResult) -> StreamResultContextManager:
        """Return the hooks that run around the sending of a result."""
        if isinstance(result, HandoffResult):
            if result.serializer is not None:
                result.log_end = self._log.detach()
            return _NO_HOOKS
        if self._has_sent_first and isinstance(result, SharedReply):
            self._log.count_result()
            return _NO_HOOKS
        self._has_sent_first = True
        return super().on_stream_result(result)

    def add_extensions(self, result: ExecutionResult) -> ExecutionResult:
        """Add `extensions`, such as the cost, to the first result of a shared stream."""
        if self._has_sent_first or not isinstance(result, SharedReply):
            return result
        return FirstReply(result, self.get_extensions_results_sync())

    @property
    def _log(self) -> OperationLog:
        return next(item for item in self.extensions if isinstance(item, OperationLog))


class _NoHooks(StreamResultContextManager):
    """Runs no hooks; it has no state, so that all results can use the same instance."""

    def __init__(self) -> None:
        self.hooks = []

    async def __aenter__(self) -> None:
        """Do nothing."""

    async def __aexit__(self, *_: object) -> None:
        """Do nothing."""


_NO_HOOKS = _NoHooks()


class LaunchSchema(HookedSchema):
    """The schema of the product, with its own hook runner and logging of errors."""

    def __init__(self, **parts: Any) -> None:  # noqa: ANN401 - as the base
        """Take the same arguments as strawberry's schema."""
        super().__init__(**parts)
        describe_arguments(self._schema.directives)

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Log nothing: strawberry would log every error; ErrorPolicy logs those that matter."""

    def create_extensions_runner(
        self, execution_context: ExecutionContext, extensions: list[SchemaExtension]
    ) -> HookRunner:
        """Return the hook runner of one operation."""
        return HookRunner(execution_context, extensions)

    async def execute_validated(
        self, document: tuple[str, str | None], variables: Mapping[str, Any], context: Context
    ) -> GraphQLResult:
        """Execute an operation that has been validated and priced before, without hooks."""
        text, name = document
        result = execute(
            self._schema,
            parsed(text),
            variable_values=dict(variables),
            operation_name=name,
            context_value=context,
            executor_class=self.execution_context_class,
            is_awaitable=cast("Any", optimized_is_awaitable),
        )
        return result if isinstance(result, GraphQLResult) else await result

    def final_result(
        self, result: object, runner: SchemaExtensionsRunner
    ) -> ExecutionResult | None:
        """Return a shared result as it is, except that the first of a stream gets extensions."""
        if not isinstance(result, FinalResult):
            return None
        return cast("HookRunner", runner).add_extensions(result.reply)
