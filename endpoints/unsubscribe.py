"""The links in e-mails that stop them without a log-in (S73, SEC5, RFC 8058).

GET shows a form, because mail scanners follow every link; POST unsubscribes, also by one click.
"""

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from domain.actors import ANONYMOUS
from domain.errors import DependencyDown, LaunchError
from domain.mail import unsubscribing
from domain.marketplace.notifications import NotificationKind
from endpoints.request_metrics import counted
from schema.context import Runtime
from services.mail import invitation_limits
from services.marketplace import notifications, nudges

_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
}
_METHODS = ["GET", "POST"]
_REMINDERS, _INVITATIONS = "Reminders", "Invitations"
_ASK = '<form method="post"><button type="submit">No more reminders</button></form>'
_DONE = "<p>You get no more reminders. You can have them back in your settings.</p>"
_MESSAGES_ASK = (
    '<form method="post"><button type="submit">No more e-mails about messages</button></form>'
)
_KIND_ASK = '<form method="post"><button type="submit">No more e-mails like this</button></form>'
_UNDO_FORM = (
    '<form method="post" action="?again=1"><button type="submit">Send them again</button></form>'
)
_UNKNOWN = "<p>This link is not valid. Use the one in our last letter.</p>"
_ASK_INVITATIONS = (
    "<p>Suppliers can invite you by e-mail to plan your wedding with them.</p>"
    '<form method="post"><button type="submit">No more invitations from anybody</button></form>'
)
_STOPPED = (
    "<p>You get no more invitations by e-mail, from any supplier.</p>"
    '<form method="post" action="?again=1"><button type="submit">Allow them again</button></form>'
)
_ALLOWED = "<p>Suppliers can invite you again.</p>" + _ASK_INVITATIONS


class _Reader(NamedTuple):
    """Whose e-mails of which kind a link is about."""

    user_id: UUID
    kind: NotificationKind


class _PageTexts(NamedTuple):
    """The texts of the page of a link."""

    title: str
    ask: str
    stopped: str
    resumed: str


_MESSAGES = _PageTexts(
    "Messages",
    _MESSAGES_ASK,
    "<p>You get no more e-mails about messages. They still wait for you when you log in.</p>"
    + _UNDO_FORM,
    "<p>You get e-mails about messages again.</p>" + _MESSAGES_ASK,
)
_NOTIFICATIONS = _PageTexts(
    "Notifications",
    _KIND_ASK,
    "<p>You get no more e-mails of this kind. The app still shows you what happens.</p>"
    + _UNDO_FORM,
    "<p>You get these e-mails again.</p>" + _KIND_ASK,
)


def unsubscribe_routes(runtime: Runtime) -> list[Route]:
    """The routes of all kinds of links."""

    def reader_of_messages(request: Request) -> _Reader | None:
        user_id = unsubscribing.read_messages(request.path_params["code"], runtime.secret)
        return _Reader(user_id, NotificationKind.MESSAGE) if user_id else None

    def reader_of_kind(request: Request) -> _Reader | None:
        kind, code = request.path_params["kind"], request.path_params["code"]
        user_id = unsubscribing.read_kind(code, kind, runtime.secret)
        is_known = kind in list(NotificationKind)
        return _Reader(user_id, NotificationKind(kind)) if user_id and is_known else None

    kind_path = "/unsubscribe/notifications/{kind}/{code}"
    return [
        _invitations_route(runtime),
        _kind_route(runtime, "/unsubscribe/messages/{code}", _MESSAGES, reader_of_messages),
        _kind_route(runtime, kind_path, _NOTIFICATIONS, reader_of_kind),
        _reminders_route(runtime),
    ]


def _kind_route(
    runtime: Runtime, path: str, page: _PageTexts, reader_of: Callable[[Request], _Reader | None]
) -> Route:
    """E-mails of one kind to one person; the same link brings them back."""

    async def unsubscribe(request: Request) -> Response:
        reader = reader_of(request)
        if reader is None:
            return _page(page.title, _UNKNOWN, 404)
        if request.method != "POST":
            return _page(page.title, page.ask)
        is_undo = "again" in request.query_params
        try:
            async with runtime.db.write() as uow:
                await notifications.allow_email(uow, ANONYMOUS, *reader, enabled=is_undo)
        except LaunchError as error:
            return _error_page(page.title, error)
        return _page(page.title, page.resumed if is_undo else page.stopped)

    return Route(path, unsubscribe, methods=_METHODS, middleware=counted(runtime))


def _reminders_route(runtime: Runtime) -> Route:
    """Reminders of the product."""

    async def unsubscribe(request: Request) -> Response:
        user_id = unsubscribing.read(request.path_params["code"], runtime.secret)
        if user_id is None:
            return _page(_REMINDERS, _UNKNOWN, 404)
        if request.method != "POST":
            return _page(_REMINDERS, _ASK)
        try:
            async with runtime.db.write() as uow:
                await nudges.allow(uow, ANONYMOUS, user_id, allowed=False)
        except LaunchError as error:
            return _error_page(_REMINDERS, error)
        return _page(_REMINDERS, _DONE)

    return Route("/unsubscribe/{code}", unsubscribe, methods=_METHODS, middleware=counted(runtime))


def _invitations_route(runtime: Runtime) -> Route:
    """Invitations of all suppliers; the same link allows them again."""

    async def unsubscribe(request: Request) -> Response:
        email = unsubscribing.read_address(request.path_params["code"], runtime.secret)
        if email is None:
            return _page(_INVITATIONS, _UNKNOWN, 404)
        try:
            if request.method != "POST":
                async with runtime.db.read() as session:
                    stopped = await invitation_limits.is_suppressed(session, email)
                return _page(_INVITATIONS, _STOPPED if stopped else _ASK_INVITATIONS)
            is_undo = "again" in request.query_params
            async with runtime.db.write() as uow:
                await (invitation_limits.lift if is_undo else invitation_limits.suppress)(
                    uow, email
                )
        except LaunchError as error:
            return _error_page(_INVITATIONS, error)
        return _page(_INVITATIONS, _ALLOWED if is_undo else _STOPPED)

    path = "/unsubscribe/invitations/{code}"
    return Route(path, unsubscribe, methods=_METHODS, middleware=counted(runtime))


def _error_page(title: str, error: LaunchError) -> Response:
    status = 503 if isinstance(error, DependencyDown) else 404
    return _page(title, f"<p>{error.message}</p>", status)


def _page(title: str, body: str, status: int = 200) -> Response:
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>"
    )
    return HTMLResponse(html, status, headers=_HEADERS)
