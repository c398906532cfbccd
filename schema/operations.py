"""One line in the log, and one span, for each GraphQL operation (never its variables)."""

import logging
import re
from collections.abc import Iterator
from time import perf_counter

from strawberry.extensions import SchemaExtension
from strawberry.types.execution import StreamExecutionResult

from schema.errors import is_server_fault
from services import log_context, tracing

logger = logging.getLogger("launch.graphql")

_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]{,79}")


class OperationLog(SchemaExtension):
    """Must stand outside of ErrorPolicy: it tells the codes that the client gets.

    A stream has its line when it ends, with the number of its results.
    """

    def on_operation(self) -> Iterator[None]:
        """Around everything that happens for it."""
        self._results, self._codes = 0, set[str]()
        context = self.execution_context.context
        begin = perf_counter()
        before = log_context.bind(
            request_id=context.request_id, actor=str(context.actor.ref.id or "") or None
        )
        try:
            with tracing.span("graphql") as span:
                try:
                    yield
                finally:  # a stream that its reader leaves ends with an exception
                    self._finish(span, (perf_counter() - begin) * 1000)
        finally:
            log_context.restore(before)

    def on_stream_result(self, result: StreamExecutionResult) -> Iterator[None]:
        """Each result of a stream, or the one of an operation on a socket."""
        yield None
        self._results += 1
        self._note(result)

    def count(self) -> None:
        """A result that is sent without the hook: one without errors."""
        self._results += 1

    def _finish(self, span: tracing.Span, milliseconds: float) -> None:
        self._note(self.execution_context.result)
        name, kind = self._name(), self._kind()
        span.describe(
            f"{kind} {name}" if name else kind,
            {"graphql.operation.type": kind, "graphql.operation.name": name or ""},
            failed=any(is_server_fault(code) for code in self._codes),
        )
        self._tell(kind, name, milliseconds)

    def _note(self, result: object) -> None:
        for error in getattr(result, "errors", None) or ():
            self._codes.add(str((error.extensions or {}).get("code", "")))

    def _tell(self, kind: str, name: str | None, milliseconds: float) -> None:
        extra = {
            "operation": name,
            "operation_type": kind,
            "ms": round(milliseconds, 1),
            "errors": sorted(self._codes) or None,
            "results": self._results or None,
        }
        errors = f" {' '.join(sorted(self._codes))}" if self._codes else ""
        logger.info("%s %s %.1f ms%s", kind, name or "-", milliseconds, errors, extra=extra)

    def _name(self) -> str | None:
        name = self.execution_context.operation_name
        # What a client gives may be any text, and name nothing in the document.
        return name if name and _NAME.fullmatch(name) else None

    def _kind(self) -> str:
        if self.execution_context.graphql_document is None:
            return "unreadable"
        try:
            return self.execution_context.operation_type.value
        except (RuntimeError, ValueError):  # no such operation in the document
            return "unknown"
