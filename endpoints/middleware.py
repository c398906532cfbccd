"""The middleware of every request."""

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from endpoints.callers import CallerMiddleware, Callers
from endpoints.headers import SecureHeaders, SingleHeaders
from endpoints.request_id import HEADER, RequestIds
from endpoints.stopping import EndsStreams, Stopping
from settings import Settings


def middleware(settings: Settings, stopping: Stopping, callers: Callers) -> list[Middleware]:
    """In order, the outermost first."""
    https = settings.base_url.startswith("https://")
    always = [
        Middleware(EndsStreams, stopping=stopping),
        Middleware(CallerMiddleware, callers=callers),
        Middleware(RequestIds),
        Middleware(SecureHeaders, https=https),
        Middleware(SingleHeaders),
    ]
    if not settings.allowed_origins:
        return always
    return [
        *always,
        Middleware(
            CORSMiddleware,
            allow_origins=settings.allowed_origins,
            allow_methods=["GET", "POST"],
            allow_headers=[
                *("authorization", "content-type", "traceparent", HEADER),
                *("if-none-match", "x-api-key"),
            ],
            expose_headers=[HEADER, "etag", "retry-after"],
            allow_credentials=True,
        ),
    ]
