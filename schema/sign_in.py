"""What log-in needs of a request: the session cookie, and the origin of the request."""

from datetime import datetime

from schema.context import Connection, Context
from schema.errors import Refused, TopLevelCode
from services.accounts.login_throttle import Device, LoginThrottle
from settings import Settings

COOKIE = "launch_session"
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def set_session_cookie(context: Context, token: str, expires_at: datetime) -> None:
    """Set the session cookie, which scripts cannot read."""
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


def delete_session_cookie(context: Context) -> None:
    """Delete the session cookie."""
    if context.response is not None:
        secure = _is_secure(context.runtime.settings)
        context.response.delete_cookie(COOKIE, secure=secure, httponly=True, samesite="lax")


def login_throttle(context: Context) -> LoginThrottle:
    """Return what the services of sign-up, log-in and password reset need of the request."""
    runtime, connection = context.runtime, context.connection
    agent = connection.headers.get("user-agent") if connection is not None else None
    return LoginThrottle(
        db=runtime.db,
        passwords=runtime.passwords,
        limits=runtime.rate_limits,
        settings=runtime.settings,
        device=Device(context.client_ip, agent),
    )


def check_authenticated(context: Context) -> None:
    """Raise Refused if the credential could not be checked: the caller may be no visitor."""
    if context.auth_unavailable:
        raise Refused(TopLevelCode.DEPENDENCY_DOWN, "Access cannot be checked now: try again.")


def is_same_site(connection: Connection, settings: Settings) -> bool:
    """Return whether our own pages sent the request; the cookie counts only for those."""
    if connection.headers.get("sec-fetch-site", "").lower() == "cross-site":
        return False
    origin = connection.headers.get("origin")
    return origin is None or _is_trusted(origin, connection, settings)


def may_open_socket(connection: Connection, settings: Settings) -> bool:
    """Return whether a page of this origin may open a socket; the scheme is compared, too.

    Programs send no Origin. Without the header Sec-Fetch-Site: it also says cross-site for a page
    of ALLOWED_ORIGINS.
    """
    origin = connection.headers.get("origin")
    if origin is None or "*" in settings.allowed_origins:
        return True
    return _is_trusted(origin, connection, settings)


def _is_trusted(origin: str, connection: Connection, settings: Settings) -> bool:
    trusted = {_origin(url) for url in (settings.base_url, *settings.allowed_origins)}
    return _origin(origin) in trusted or _origin(origin) == _own_origin(connection, settings)


def _origin(url: str) -> tuple[str, str]:
    """Return scheme and host; the host without the default port, as browsers send it."""
    # Not urlsplit, which raises for some invalid headers.
    scheme, _, rest = url.lower().partition("://")
    return scheme, rest.partition("/")[0].removesuffix(_DEFAULT_PORTS.get(scheme, ""))


def _own_origin(connection: Connection, settings: Settings) -> tuple[str, str] | None:
    """Return the origin of this server by the header Host, with the scheme of the base URL.

    Without a PUBLIC_URL the scheme is http, as the server listens.
    """
    host = connection.headers.get("host", "").lower()
    return _origin(f"{_origin(settings.base_url)[0]}://{host}") if host else None


def _is_secure(settings: Settings) -> bool:
    return settings.base_url.startswith("https://")
