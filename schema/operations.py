"""One line in the log, and one span, for each GraphQL operation (never its variables)."""

import logging
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from time import perf_counter

from strawberry.extensions import SchemaExtension
from strawberry.types.execution import StreamExecutionResult

from schema.errors import is_server_fault
from services import log_context, tracing

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
        line, origin, before = self._line(), self._origin(), self._results

        def tell(results: int) -> None:
            with log_context.bound(**origin):
                line.tell((), before + results)

        return tell

    def count(self) -> None:
        """A result that is sent without the hook: one without errors."""
        self._results += 1

    def _finish(self, span: tracing.Span) -> None:
        self._note(self.execution_context.result)
        line = self._line()
        span.describe(
            f"{line.kind} {line.name}" if line.name else line.kind,
            {"graphql.operation.type": line.kind, "graphql.operation.name": line.name or ""},
            failed=any(is_server_fault(code) for code in self._codes),
        )
        if not self._is_handed_over:
            line.tell(self._codes, self._results)

    def _line(self) -> "_Line":
        return _Line(self._kind(), self._name(), self._begin)

    def _origin(self) -> dict[str, str | None]:
        context = self.execution_context.context
        return {"request_id": context.request_id, "actor": str(context.actor.ref.id or "") or None}

    def _note(self, result: object) -> None:
        for error in getattr(result, "errors", None) or ():
            self._codes.add(str((error.extensions or {}).get("code", "")))

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
