"""`/badge/{check}.svg`: the status or uptime of a check, for other pages (A27).

Public, and limited to a colour: neither the reason nor the time.
"""

import hashlib

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from domain.errors import DependencyDown
from domain.health.badges import OVERALL, status_badge, uptime_badge
from domain.health.health import CheckType
from domain.platform.percent import Percent
from domain.platform.time_ranges import TimeRange
from endpoints.request_metrics import counted
from schema.context import Runtime
from services.health.health import uptimes

_SPANS = {
    "1h": TimeRange.LAST_1H,
    "24h": TimeRange.LAST_24H,
    "7d": TimeRange.LAST_7D,
    "30d": TimeRange.LAST_30D,
}
_CHECKS: dict[str, CheckType | None] = {OVERALL: None, **{item.value: item for item in CheckType}}
# Pages with badges may have many readers; caches revalidate after half a minute.
# No other resource may be embedded by other sites (endpoints.headers).
_HEADERS = {
    "cache-control": "public, max-age=30",
    "cross-origin-resource-policy": "cross-origin",
    "x-content-type-options": "nosniff",
}


def badge_route(runtime: Runtime) -> Route:
    """`/badge/database.svg`, `/badge/overall.svg`, `/badge/api.svg?uptime=7d`."""

    async def badge(request: Request) -> Response:
        name, span = request.path_params["check"], request.query_params.get("uptime")
        check = _CHECKS.get(name)
        if name not in _CHECKS or (span is not None and (span not in _SPANS or check is None)):
            return PlainTextResponse("There is no such badge.\n", 404)
        if span is None or check is None:
            return _svg_response(request, status_badge(await runtime.health.latest(), check))
        return _svg_response(
            request, uptime_badge(check, span, await _uptime(runtime, check, span))
        )

    return Route("/badge/{check}.svg", badge, middleware=counted(runtime))


async def _uptime(runtime: Runtime, check: CheckType, span: str) -> Percent | None:
    """None also if the database does not answer."""
    key = (check, _SPANS[span])
    try:
        async with runtime.db.read() as session:
            return (await uptimes(session, [key], clock=runtime.clock)).get(key)
    except DependencyDown:
        return None


def _svg_response(request: Request, svg: str) -> Response:
    etag = f'"{hashlib.sha256(svg.encode()).hexdigest()[:16]}"'
    headers = {**_HEADERS, "etag": etag}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(svg, headers=headers, media_type="image/svg+xml")
