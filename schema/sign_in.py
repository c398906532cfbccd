"""What letting somebody in needs of a request: the browser's cookie, and from where it came."""

from datetime import datetime

from schema.context import Connection, Context
from schema.errors import Refused, TopLevelCode
from services.accounts.login_throttle import Device, LoginThrottle
from settings import Settings

COOKIE = "launch_session"


def remember(context: Context, token: str, expires_at: datetime) -> None:
    """Give the browser the session as a cookie that scripts cannot read."""
    settings, connection = context.runtime.settings, context.connection
    if context.response is None or connection is None or not is_same_site(connection, settings):
        return
    context.response.set_cookie(
        COOKIE,
        token,
        max_age=max(0, int((expires_at - context.now).total_seconds())),
        secure=_is_secure(settings),
        httponly=True,
        samesite="lax",
    )


def forget(context: Context) -> None:
    """Take the cookie back."""
    if context.response is not None:
        secure = _is_secure(context.runtime.settings)
        context.response.delete_cookie(COOKIE, secure=secure, httponly=True, samesite="lax")


def login_throttle(context: Context) -> LoginThrottle:
    """What the services of sign-up, log-in and password reset need."""
    runtime, connection = context.runtime, context.connection
    agent = connection.headers.get("user-agent") if connection is not None else None
    return LoginThrottle(
        db=runtime.db,
        passwords=runtime.passwords,
        limits=runtime.rate_limits,
        settings=runtime.settings,
        device=Device(context.client_ip, agent),
    )


def check_known(context: Context) -> None:
    """Raises where nobody can say now who calls, rather than treat them as a visitor."""
    if context.auth_unavailable:
        raise Refused(TopLevelCode.DEPENDENCY_DOWN, "Access cannot be checked now: try again.")


def is_same_site(connection: Connection, settings: Settings) -> bool:
    """Whether our own pages sent this: others may not use the cookie that the browser adds."""
    if connection.headers.get("sec-fetch-site", "").lower() == "cross-site":
        return False
    origin = connection.headers.get("origin")
    if origin is None:
        return True
    trusted = {_origin(url) for url in (settings.base_url, *settings.allowed_origins)}
    return _origin(origin) in trusted or _origin(origin) == _own_origin(connection, settings)


def _origin(url: str) -> tuple[str, str]:
    # Not urlsplit, which raises on some of what a stranger may send.
    scheme, _, rest = url.lower().partition("://")
    return scheme, rest.partition("/")[0]


def _own_origin(connection: Connection, settings: Settings) -> tuple[str, str] | None:
    """What a browser calls this server, by the Host that it sent; the scheme is compared too.

    Without a PUBLIC_URL the server is reached as it listens: by http.
    """
    host = connection.headers.get("host", "").lower()
    return (_origin(settings.base_url)[0], host) if host else None


def _is_secure(settings: Settings) -> bool:
    return settings.base_url.startswith("https://")
