"""The OpenTelemetry tracer that `telemetry` installs where a collector is configured."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.engine.interfaces import ExecutionContext

from services.platform.tracing import Attributes, Kind

_SECONDS = 5.0  # for one request to the collector
_DELAY_MS = 2000.0
_LONGEST_STATEMENT = 2000
_KINDS = {
    Kind.INSIDE: SpanKind.INTERNAL,
    Kind.REQUEST: SpanKind.SERVER,
    Kind.JOB: SpanKind.CONSUMER,
}


class OtelSpan:
    """A span of OpenTelemetry behind the interface of `tracing`."""

    def __init__(self, span: trace.Span) -> None:
        """Wrap a span that has started."""
        self._span = span

    def describe(self, name: str, attributes: Attributes, *, failed: bool) -> None:
        """Set name, attributes and outcome of the span."""
        self._span.update_name(name)
        self._span.set_attributes(attributes)
        if failed:
            self._span.set_status(Status(StatusCode.ERROR))


class Collector:
    """Creates spans and exports them in batches from a thread."""

    def __init__(self, endpoint: str, service: str, part: str, environment: str) -> None:
        """`endpoint` as in OTEL_EXPORTER_OTLP_ENDPOINT: without the path of the signal."""
        names = {
            "service.name": service,
            "service.instance.part": part,
            "deployment.environment.name": environment,
        }
        self._provider = TracerProvider(resource=Resource.create(names), shutdown_on_exit=False)
        exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=_SECONDS)
        self._provider.add_span_processor(
            BatchSpanProcessor(exporter, schedule_delay_millis=_DELAY_MS)
        )
        self._tracer = self._provider.get_tracer("wedsync-launch")
        self._statements: WeakKeyDictionary[ExecutionContext, trace.Span] = WeakKeyDictionary()
        self._propagator = TraceContextTextMapPropagator()
        self._listeners = (
            ("before_cursor_execute", self._before),
            ("after_cursor_execute", self._after),
            ("handle_error", self._failed),
        )

    def start(self) -> None:
        """Start recording SQL statements as spans."""
        for name, listener in self._listeners:
            event.listen(Engine, name, listener)

    def stop(self) -> None:
        """Export the remaining spans, which takes long if the collector does not answer."""
        for name, listener in self._listeners:
            event.remove(Engine, name, listener)
        self._provider.shutdown()

    @contextmanager
    def span(
        self, name: str, kind: Kind, attributes: Attributes, parent: Mapping[str, str] | None
    ) -> Iterator[OtelSpan]:
        """Open a span for the duration of the block."""
        before = contexts.get_current()
        above = self._propagator.extract(parent, before) if parent else before
        span = self._tracer.start_span(name, above, _KINDS[kind], attributes)
        contexts.attach(trace.set_span_in_context(span, above))
        try:
            yield OtelSpan(span)
        except Exception as error:
            # Its class only: the text may contain user input.
            span.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise
        finally:
            span.end()
            # Not by a token: a stream may be ended by another task than the one that began it.
            contexts.attach(before)

    def headers(self) -> dict[str, str]:
        """Return the `traceparent` header of the current span."""
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier)
        return carrier

    def ids(self) -> Mapping[str, str]:
        """Return the ids of the current span for log lines."""
        context = trace.get_current_span().get_span_context()
        if not context.is_valid:
            return {}
        return {
            "trace_id": trace.format_trace_id(context.trace_id),
            "span_id": trace.format_span_id(context.span_id),
        }

    def _before(
        self,
        _connection: Connection,
        _cursor: object,
        statement: str,
        _parameters: object,
        context: ExecutionContext,
        _many: bool,
    ) -> None:
        # What runs in the background belongs to no trace, and would be one trace a statement.
        if not trace.get_current_span().get_span_context().is_valid:
            return
        operation = statement.split(None, 1)[0].upper()
        attributes = {
            "db.system.name": "postgresql",
            "db.operation.name": operation,
            "db.query.text": statement[:_LONGEST_STATEMENT],  # values are never a part of it
        }
        self._statements[context] = self._tracer.start_span(
            operation, kind=SpanKind.CLIENT, attributes=attributes
        )

    def _after(
        self,
        _connection: Connection,
        _cursor: object,
        _statement: str,
        _parameters: object,
        context: ExecutionContext,
        _many: bool,
    ) -> None:
        if span := self._statements.pop(context, None):
            span.end()

    def _failed(self, failure: ExceptionContext) -> None:
        context = failure.execution_context
        span = self._statements.pop(context, None) if context is not None else None
        if span is not None:
            span.set_status(Status(StatusCode.ERROR, type(failure.original_exception).__name__))
            span.end()
