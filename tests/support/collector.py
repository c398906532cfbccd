"""A trace collector that accepts OTLP over HTTP and stores the spans."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Thread

import uvicorn
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.support.servers import free_port


class Collector:
    """The spans that were received."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.spans: list[Span] = []
        self.parts: set[str] = set()
        self.asgi = Starlette(routes=[Route("/v1/traces", self.take, methods=["POST"])])

    async def take(self, request: Request) -> Response:
        body = await request.body()
        if request.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            names = {item.key: item.value.string_value for item in resource.resource.attributes}
            self.parts.add(f"{names['service.name']}:{names['service.instance.part']}")
            self.spans += [span for scope in resource.scope_spans for span in scope.spans]
        return Response(media_type="application/x-protobuf")

    def of(self, trace_id: str) -> list[Span]:
        """Return the spans of a trace, ordered by start."""
        spans = [span for span in self.spans if span.trace_id.hex() == trace_id]
        return sorted(spans, key=lambda span: span.start_time_unix_nano)

    def below(self, parent: Span) -> list[Span]:
        """Return the child spans of a span."""
        return [
            span for span in self.of(parent.trace_id.hex()) if span.parent_span_id == parent.span_id
        ]


def attributes(span: Span) -> dict[str, object]:
    """Return the attributes of a span."""
    return {
        item.key: getattr(item.value, str(item.value.WhichOneof("value")))
        for item in span.attributes
    }


@asynccontextmanager
async def run_collector() -> AsyncIterator[Collector]:
    """Run a collector on 127.0.0.1 within the block."""
    collector = Collector()
    config = uvicorn.Config(
        collector.asgi, host="127.0.0.1", port=collector.port, log_level="error"
    )
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield collector
    server.should_exit = True
    await asyncio.to_thread(thread.join, 5)
