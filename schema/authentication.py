"""Who calls: the credential of a request or socket, and the browser's cookie (SPEC part 5)."""

from datetime import datetime

from domain.actors import ANONYMOUS
from domain.errors import DependencyDown
from schema.context import Connection, Context
from schema.errors import Refused, TopLevelCode
from services.entrance import Device, Entrance
from settings import Settings

COOKIE = "launch_session"
_PARAMS = ("Authorization", "authorization", "token")


async def identify(context: Context) -> None:
    """Fill in who calls. A credential that is not valid leaves a visitor: public fields answer."""
    settings = context.runtime.settings
    credential = credential_of(context.connection, context.connection_params, settings)
    if credential is None:
        return
    try:
        context.actor = await context.runtime.access.actor(credential) or ANONYMOUS
    except DependencyDown:
        context.auth_unavailable = True


def credential_of(
    connection: Connection | None,
    connection_params: dict[str, object] | None,
    settings: Settings,
) -> str | None:
    """From `connection_init`, else the header `Authorization: Bearer`, else the cookie."""
    for name in _PARAMS:
        if connection_params and name in connection_params:
            return _from_param(name, connection_params[name])
    if connection is None:
        return None
    header = connection.headers.get("authorization")
    if header is not None and _scheme(header) == "bearer":
        return _bearer(header)
    cookie = connection.cookies.get(COOKIE)
    return cookie if cookie and is_same_site(connection, settings) else None


def is_same_site(connection: Connection, settings: Settings) -> bool:
    """Whether our own pages sent this: others may not use the cookie that the browser adds."""
    if connection.headers.get("sec-fetch-site", "").lower() == "cross-site":
        return False
    origin = connection.headers.get("origin")
    if origin is None:
        return True
    trusted = {_origin(url) for url in (settings.base_url, *settings.allowed_origins)}
    host = connection.headers.get("host", "").lower()
    return _origin(origin) in trusted or (host != "" and _origin(origin)[1] == host)


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


def entrance(context: Context) -> Entrance:
    """What the services of sign-up, log-in and password reset need."""
    runtime, connection = context.runtime, context.connection
    agent = connection.headers.get("user-agent") if connection is not None else None
    return Entrance(
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


def _from_param(name: str, value: object) -> str | None:
    if not isinstance(value, str):
        return None
    return value if name == "token" else _bearer(value)


def _scheme(header: str) -> str:
    return header.strip().partition(" ")[0].lower()


def _bearer(header: str) -> str | None:
    parts = header.split()
    return parts[1] if len(parts) == 2 and parts[0].lower() == "bearer" else None


def _origin(url: str) -> tuple[str, str]:
    # Not urlsplit, which raises on some of what a stranger may send.
    scheme, _, rest = url.lower().partition("://")
    return scheme, rest.partition("/")[0]


def _is_secure(settings: Settings) -> bool:
    return settings.base_url.startswith("https://")
