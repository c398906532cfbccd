"""One line in the log, and one span, for each GraphQL operation (never its variables)."""

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
class _Line:
    """What is known of an operation before its end."""

    kind: str
    name: str | None
    begin: float

    def tell(self, codes: Collection[str], results: int) -> None:
        """Write it."""
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
        """Say the same of a span."""
        span.describe(
            f"{self.kind} {self.name}" if self.name else self.kind,
            {"graphql.operation.type": self.kind, "graphql.operation.name": self.name or ""},
            failed=failed,
        )


@dataclass(frozen=True, slots=True)
class _HandedOver:
    """What is to be told of a stream that others went on with, at its end."""

    line: _Line
    context: Context
    before: int

    def __call__(self, results: int) -> None:
        with log_context.bound(**_origin_of(self.context)):
            self.line.tell((), self.before + results)


def tell_repeated(context: Context, name: str | None, begin: float) -> None:
    """The line and the span of a query that was answered again without being run."""
    if not logger.isEnabledFor(logging.INFO) and not tracing.is_on():
        return
    line = _Line(OperationType.QUERY.value, _shown(name), begin)
    with log_context.bound(**_origin_of(context)), tracing.span("graphql") as span:
        line.describe(span, failed=False)
        line.tell((), 0)


class OperationLog(SchemaExtension):
    """Must stand outside of ErrorPolicy: it tells the codes that the client gets.

    A stream has its line when it ends, with the number of its results.
    """

    def on_operation(self) -> Iterator[None]:
        """Around everything that happens for it."""
        self._results, self._codes = 0, set[str]()
        self._begin, self._is_handed_over = perf_counter(), False
        before = log_context.bind(**self._origin())
        try:
            with tracing.span("graphql") as span:
                try:
                    yield
                finally:  # a stream that its reader leaves ends with an exception
                    self._finish(span)
        finally:
            log_context.restore(before)

    def on_stream_result(self, result: StreamExecutionResult) -> Iterator[None]:
        """Each result of a stream, or the one of an operation on a socket."""
        yield None
        self._results += 1
        self._note(result)

    def hand_over(self) -> Callable[[int], None]:
        """Others go on with the stream: they call back at its end, with the number of results."""
        self._is_handed_over = True
        return _HandedOver(self._line(), self.execution_context.context, self._results)

    def count(self) -> None:
        """A result that is sent without the hook: one without errors."""
        self._results += 1

    def _finish(self, span: tracing.Span) -> None:
        self._note(self.execution_context.result)
        line = self._line()
        line.describe(span, failed=any(is_server_fault(code) for code in self._codes))
        if not self._is_handed_over:
            line.tell(self._codes, self._results)

    def _line(self) -> "_Line":
        return _Line(self._kind(), self._name(), self._begin)

    def _origin(self) -> dict[str, str | None]:
        context = self.execution_context.context
        return _origin_of(context)

    def _note(self, result: object) -> None:
        for error in getattr(result, "errors", None) or ():
            self._codes.add(str((error.extensions or {}).get("code", "")))

    def _name(self) -> str | None:
        return _shown(self.execution_context.operation_name)

    def _kind(self) -> str:
        if self.execution_context.graphql_document is None:
            return "unreadable"
        try:
            return self.execution_context.operation_type.value
        except (RuntimeError, ValueError):  # no such operation in the document
            return "unknown"


def _shown(name: str | None) -> str | None:
    # What a client gives may be any text, and name nothing in the document.
    return name if name and _NAME.fullmatch(name) else None


def _origin_of(context: Context) -> dict[str, str | None]:
    return {"request_id": context.request_id, "actor": str(context.actor.ref.id or "") or None}
