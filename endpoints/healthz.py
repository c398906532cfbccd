"""Liveness and readiness for load balancers and supervisors."""

import logging

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from db.readiness import check
from endpoints.callers import Callers
from endpoints.stopping import CAUSE, Stopping
from schema.context import Runtime

logger = logging.getLogger(__name__)

_UNKNOWN = "readiness check failed: see the log"


def probe_routes(runtime: Runtime, stopping: Stopping, callers: Callers) -> list[Route]:
    """/healthz: the process answers. /readyz: it can serve; if not, `causes` says why.

    Redis may be down, and flags are served without both servers.
    """

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok")

    async def readyz(_request: Request) -> Response:
        parts = await _read_parts(runtime, callers, CAUSE if stopping.draining else None)
        ready = parts["process"] and parts["database"] and parts["flags"]
        return JSONResponse(parts, 200 if ready else 503)

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


async def _read_parts(runtime: Runtime, callers: Callers, process: str | None) -> dict[str, object]:
    database, warning = await _database_problem(runtime)
    flags = runtime.flags.current.version > 0
    causes = {
        "process": process,
        "database": database,
        "flags": None if flags else "the flags have not been read yet",
        "realtime": None if runtime.bus.connected else runtime.bus.cause,
    }
    return {
        "process": process is None,
        "database": database is None,
        "flags": flags,
        "realtime": runtime.bus.connected,
        "causes": {part: cause for part, cause in causes.items() if cause},
        "warnings": [text for text in (warning, callers.warning) if text],
    }


async def _database_problem(runtime: Runtime) -> tuple[str | None, str | None]:
    """Why the process cannot serve, and a warning for operators. Never raises."""
    try:
        database = await check(runtime.db)
    except Exception:
        logger.exception("readiness: the check itself failed")
        return _UNKNOWN, None
    return database.cause, database.warning
