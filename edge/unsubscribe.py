"""The link at the end of our reminders: it stops them without a log-in (SPEC S73, RFC 8058)."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from domain import unsubscribing
from domain.actors import ANONYMOUS
from domain.errors import DependencyDown, LaunchError
from edge.counting import counted
from schema.context import Runtime
from services import nudges

_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
}
_ASK = '<form method="post"><button type="submit">No more reminders</button></form>'
_DONE = "<p>You get no more reminders. You can have them back in your settings.</p>"
_UNKNOWN = "<p>This link is not valid. Use the one in our last letter.</p>"


def unsubscribe_route(runtime: Runtime) -> Route:
    """GET asks, because mail scanners follow every link; POST does it, also by one click."""

    async def unsubscribe(request: Request) -> Response:
        user_id = unsubscribing.read(request.path_params["code"], runtime.secret)
        if user_id is None:
            return _page(_UNKNOWN, 404)
        if request.method != "POST":
            return _page(_ASK)
        try:
            async with runtime.db.write() as uow:
                await nudges.allow(uow, ANONYMOUS, user_id, wanted=False)
        except LaunchError as error:
            status = 503 if isinstance(error, DependencyDown) else 404
            return _page(f"<p>{error.message}</p>", status)
        return _page(_DONE)

    return Route(
        "/unsubscribe/{code}", unsubscribe, methods=["GET", "POST"], middleware=counted(runtime)
    )


def _page(body: str, status: int = 200) -> Response:
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Reminders</title></head><body><h1>Reminders</h1>{body}</body></html>"
    )
    return HTMLResponse(html, status, headers=_HEADERS)
