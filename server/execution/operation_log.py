"""Writes one log line and one span for each GraphQL operation, never its variables."""

import logging
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from time import perf_counter

from graphql import OperationType
from strawberry.extensions import SchemaExtension
from strawberry.types.execution import StreamExecutionResult

from schema.context import Context
from schema.errors import is_server_fault
from services.platform import log_context, tracing

logger = logging.getLogger("launch.graphql")

_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]{,79}")


@dataclass(frozen=True, slots=True)
class _LogLine:
    """The log line of one operation; `begin` is a reading of `perf_counter`."""

    kind: str
    name: str | None
    begin: float

    def write(self, codes: Collection[str], results: int) -> None:
        """Write the line. `codes` are those of errors, `results` counts those of a stream."""
        milliseconds = (perf_counter() - self.begin) * 1000
        extra = {
            "operation": self.name,
            "operation_type": self.kind,
            "ms": round(milliseconds, 1),
            "errors": sorted(codes) or None,
            "results": results or None,
        }
        errors = f" {' '.join(sorted(codes))}" if codes else ""
        logger.info(
            "%s %s %.1f ms%s", self.kind, self.name or "-", milliseconds, errors, extra=extra
        )

    def describe(self, span: tracing.Span, *, failed: bool) -> None:
        """Name the span after the operation, and set its attributes."""
        span.describe(
            f"{self.kind} {self.name}" if self.name else self.kind,
            {"graphql.operation.type": self.kind, "graphql.operation.name": self.name or ""},
            failed=failed,
        )


@dataclass(frozen=True, slots=True)
class _DetachedStreamLog:
    """Writes the log line of a detached stream when the hub ends it."""

    line: _LogLine
    context: Context
    results_before: int

    def __call__(self, results: int) -> None:
        with log_context.bound(**_log_fields(self.context)):
            self.line.write((), self.results_before + results)


def log_planned_query(context: Context, name: str | None, begin: float) -> None:
    """Write the log line and the span of a query that was answered by its plan."""
    if not logger.isEnabledFor(logging.INFO) and not tracing.is_on():
        return
    line = _LogLine(OperationType.QUERY.value, _loggable_name(name), begin)
    with log_context.bound(**_log_fields(context)), tracing.span("graphql") as span:
        line.describe(span, failed=False)
        line.write((), 0)


class OperationLog(SchemaExtension):
    """Must be outside of ErrorPolicy, so that it logs the codes that the client gets.

    The line of a stream is written when it ends, with the number of its results.
    """

    def on_operation(self) -> Iterator[None]:
        """Measure the whole operation."""
        self._results, self._codes = 0, set[str]()
        self._begin, self._is_detached = perf_counter(), False
        previous = log_context.bind(**_log_fields(self.execution_context.context))
        try:
            with tracing.span("graphql") as span:
                try:
                    yield
                finally:  # a stream whose client leaves ends with an exception
                    self._finish(span)
        finally:
            log_context.restore(previous)

    def on_stream_result(self, result: StreamExecutionResult) -> Iterator[None]:
        """Count a result of a stream, or the one of an operation on a socket."""
        yield None
        self._results += 1
        self._collect_codes(result)

    def detach(self) -> Callable[[int], None]:
        """Leave the log line to the hub, which calls back with the number of results it sent."""
        self._is_detached = True
        context = self.execution_context.context
        return _DetachedStreamLog(self._make_line(), context, self._results)

    def count_result(self) -> None:
        """Count a result without errors that is sent without the hook."""
        self._results += 1

    def _finish(self, span: tracing.Span) -> None:
        self._collect_codes(self.execution_context.result)
        line = self._make_line()
        line.describe(span, failed=any(is_server_fault(code) for code in self._codes))
        if not self._is_detached:
            line.write(self._codes, self._results)

    def _make_line(self) -> _LogLine:
        return _LogLine(self._kind(), self._name(), self._begin)

    def _collect_codes(self, result: object) -> None:
        for error in getattr(result, "errors", None) or ():
            self._codes.add(str((error.extensions or {}).get("code", "")))

    def _name(self) -> str | None:
        return _loggable_name(self.execution_context.operation_name)

    def _kind(self) -> str:
        if self.execution_context.graphql_document is None:
            return "unreadable"
        try:
            return self.execution_context.operation_type.value
        except (RuntimeError, ValueError):  # the document has no such operation
            return "unknown"


def _loggable_name(name: str | None) -> str | None:
    # A client may send any text, which need not name an operation of the document.
    return name if name and _NAME.fullmatch(name) else None


def _log_fields(context: Context) -> dict[str, str | None]:
    return {"request_id": context.request_id, "actor": str(context.actor.ref.id or "") or None}
