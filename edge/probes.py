"""Answers for load balancers and supervisors: does the process run, and can it serve."""

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from domain.errors import DependencyDown
from schema.context import Runtime


def probe_routes(runtime: Runtime) -> list[Route]:
    """/healthz: the process answers. /readyz: its database does too.

    Redis may be away, and flags serve without both.
    """

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok")

    async def readyz(_request: Request) -> Response:
        parts = await _parts(runtime)
        return JSONResponse(parts, 200 if parts["database"] and parts["flags"] else 503)

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


async def _parts(runtime: Runtime) -> dict[str, bool]:
    found = {
        "database": True,
        "flags": runtime.flags.current.version > 0,
        "realtime": runtime.bus.connected,
    }
    try:
        await runtime.flags.ping()
    except DependencyDown:
        found["database"] = False
    return found
