"""`POST /heartbeat/{name}`: an external job reports that it ran, with curl and a token (A29)."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from domain.actors import Scope
from endpoints.request_metrics import counted
from schema.context import Context, Runtime
from server.http.authentication import authenticate


def beat_route(runtime: Runtime) -> Route:
    """Accepts only names in HEARTBEATS; needs a token with the scope metrics:write."""

    async def beat(request: Request) -> Response:
        context = Context(runtime, request)
        await authenticate(context)
        if not context.actor.allows((Scope.METRICS_WRITE,)):
            status = 503 if context.auth_unavailable else 401 if context.actor.is_anonymous else 403
            return PlainTextResponse("A token with the scope metrics:write is needed.\n", status)
        name = request.path_params["name"]
        if name not in runtime.heartbeats.sources:
            return PlainTextResponse("HEARTBEATS names no such source.\n", 404)
        stored = await runtime.heartbeats.beat(name)
        return Response(status_code=204 if stored else 503)

    return Route("/heartbeat/{name}", beat, methods=["POST"], middleware=counted(runtime))
