"""The links in e-mails that stop them without a log-in (S73, SEC5, RFC 8058).

GET shows a form, because mail scanners follow every link; POST unsubscribes, also by one click.
"""

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
_MESSAGES = "Messages"
_ASK_MESSAGES = (
    '<form method="post"><button type="submit">No more e-mails about messages</button></form>'
)
_NO_MESSAGES = (
    "<p>You get no more e-mails about messages. They still wait for you when you log in.</p>"
    '<form method="post" action="?again=1"><button type="submit">Send them again</button></form>'
)
_MESSAGES_AGAIN = "<p>You get e-mails about messages again.</p>" + _ASK_MESSAGES
_NOTIFICATIONS = "Notifications"
_ASK_KIND = '<form method="post"><button type="submit">No more e-mails like this</button></form>'
_NO_KIND = (
    "<p>You get no more e-mails of this kind. The app still shows you what happens.</p>"
    '<form method="post" action="?again=1"><button type="submit">Send them again</button></form>'
)
_KIND_AGAIN = "<p>You get these e-mails again.</p>" + _ASK_KIND
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


def unsubscribe_routes(runtime: Runtime) -> list[Route]:
    """The routes of all kinds of links."""
    return [
        _invitations_route(runtime),
        _messages_route(runtime),
        _notifications_route(runtime),
        _reminders_route(runtime),
    ]


def _messages_route(runtime: Runtime) -> Route:
    """E-mails about messages to a person; the same link turns them on again."""

    async def unsubscribe(request: Request) -> Response:
        user_id = unsubscribing.read_messages(request.path_params["code"], runtime.secret)
        if user_id is None:
            return _page(_MESSAGES, _UNKNOWN, 404)
        if request.method != "POST":
            return _page(_MESSAGES, _ASK_MESSAGES)
        again = "again" in request.query_params
        try:
            async with runtime.db.write() as uow:
                kind = NotificationKind.MESSAGE
                await notifications.allow_email(uow, ANONYMOUS, user_id, kind, wanted=again)
        except LaunchError as error:
            return _error_page(_MESSAGES, error)
        return _page(_MESSAGES, _MESSAGES_AGAIN if again else _NO_MESSAGES)

    path = "/unsubscribe/messages/{code}"
    return Route(path, unsubscribe, methods=_METHODS, middleware=counted(runtime))


def _notifications_route(runtime: Runtime) -> Route:
    """E-mails about one kind of notification to one person; the same link brings them back."""

    async def unsubscribe(request: Request) -> Response:
        kind, code = request.path_params["kind"], request.path_params["code"]
        user_id = unsubscribing.read_kind(code, kind, runtime.secret)
        if user_id is None or kind not in list(NotificationKind):
            return _page(_NOTIFICATIONS, _UNKNOWN, 404)
        if request.method != "POST":
            return _page(_NOTIFICATIONS, _ASK_KIND)
        again = "again" in request.query_params
        try:
            async with runtime.db.write() as uow:
                notification = NotificationKind(kind)
                await notifications.allow_email(uow, ANONYMOUS, user_id, notification, wanted=again)
        except LaunchError as error:
            return _error_page(_NOTIFICATIONS, error)
        return _page(_NOTIFICATIONS, _KIND_AGAIN if again else _NO_KIND)

    path = "/unsubscribe/notifications/{kind}/{code}"
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
                await nudges.allow(uow, ANONYMOUS, user_id, wanted=False)
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
            again = "again" in request.query_params
            async with runtime.db.write() as uow:
                await (invitation_limits.lift if again else invitation_limits.suppress)(uow, email)
        except LaunchError as error:
            return _error_page(_INVITATIONS, error)
        return _page(_INVITATIONS, _ALLOWED if again else _STOPPED)

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
