"""Authentication: the credentials of a request or socket, and its actor."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from domain.actors import ANONYMOUS, Actor
from domain.errors import DependencyDown
from schema.context import Connection, Context, Runtime
from schema.errors import TopLevelCode
from schema.sign_in import COOKIE, delete_session_cookie, is_same_site
from server.http.negotiation import Refusal
from server.http.requests import GraphQLRequest
from settings import Settings

_PARAMS = ("Authorization", "authorization", "token")
_CHALLENGE = {"WWW-Authenticate": 'Bearer error="invalid_token"'}


@dataclass(frozen=True, slots=True)
class Credential:
    """The credential that a caller sends. `secret` is None if it is malformed, hence invalid."""

    secret: str | None = field(repr=False)
    from_cookie: bool = False


async def authenticate(context: Context) -> None:
    """Set the actor of a context (SEC2).

    An invalid token is rejected later, by `check_credential`, even next to a valid one. With an
    invalid session cookie the caller is a visitor, who can log in, and the cookie is deleted:
    browsers send it with every request.
    """
    credentials = read_credentials(
        context.connection, context.connection_params, context.runtime.settings
    )
    if not credentials:
        return
    try:
        actors = [await find_actor(context, credential) for credential in credentials]
    except DependencyDown:
        context.auth_unavailable = True
        return
    if not any(actor.is_anonymous for actor in actors):
        context.actor, context.credential = actors[0], credentials[0].secret
    elif credentials[0].from_cookie:
        context.has_stale_cookie = True
        delete_session_cookie(context)
    else:
        context.has_invalid_token = True


async def authenticate_for_plan(runtime: Runtime, request: GraphQLRequest) -> Context | None:
    """Return the authenticated context for a query plan.

    None: the executor has to refuse the request or to delete the cookie.
    """
    context = request.plan_context
    if context is None:
        request.plan_context = context = Context(runtime, request)
        await authenticate(context)
    is_refused = context.auth_unavailable or context.has_invalid_token or context.has_stale_cookie
    return None if is_refused else context


def authenticate_from_cache(context: Context) -> bool:
    """Set the actor without waiting; return False if a credential is not in the cache."""
    credentials = read_credentials(context.connection, None, context.runtime.settings)
    actors = [_find_cached_actor(context, credential) for credential in credentials]
    cached = [actor for actor in actors if actor is not None]
    if len(cached) < len(credentials):
        return False
    if cached:
        context.actor, context.credential = cached[0], credentials[0].secret
    return True


def _find_cached_actor(context: Context, credential: Credential) -> Actor | None:
    secret = credential.secret
    return None if secret is None else context.runtime.access.remembered(secret)


async def find_actor(context: Context, credential: Credential) -> Actor:
    """Return the actor of a credential; ANONYMOUS if it is invalid. Raises DependencyDown."""
    if credential.secret is None:
        return ANONYMOUS
    return await context.runtime.access.actor(credential.secret) or ANONYMOUS


def check_credential(context: Context) -> None:
    """Raise Refusal 401 for a token that is unknown, expired, revoked or malformed."""
    if context.has_invalid_token:
        message = "This token is not valid: it is unknown, expired or revoked."
        raise Refusal(401, message, _CHALLENGE, TopLevelCode.UNAUTHENTICATED)


async def refresh_actor(context: Context) -> bool:
    """Update the actor of a socket; return False if its credential is no longer valid (D9).

    It is called for every operation, so that expiry and revocation take effect even if no timer
    and no event reported them. While access cannot be checked, an unexpired credential is valid.
    """
    if context.credential is None:
        return True
    try:
        actor = await context.runtime.access.actor(context.credential)
    except DependencyDown:
        return not context.actor.is_expired(context.now)
    if actor is None:
        return False
    context.actor = actor
    return True


def read_credentials(
    connection: Connection | None,
    connection_params: dict[str, object] | None,
    settings: Settings,
) -> list[Credential]:
    """Read all credentials of a request or socket; the first one decides who the caller is.

    That is the one of `connection_init`, else of `Authorization`, else of `x-api-key`. The cookie
    counts only if there is no other.
    """
    tokens = [*_read_params(connection_params or {}), *_read_headers(connection)]
    if tokens or connection is None:
        return list(dict.fromkeys(tokens))
    cookie = connection.cookies.get(COOKIE)
    return [Credential(cookie, True)] if cookie and is_same_site(connection, settings) else []


def _read_params(params: dict[str, object]) -> Iterator[Credential]:
    for name in _PARAMS:
        if params.get(name) is not None:
            yield Credential(_read_param(name, params[name]))


def _read_headers(connection: Connection | None) -> Iterator[Credential]:
    """Any scheme but Bearer is a malformed credential, except for Basic, which proxies use."""
    if connection is None:
        return
    header = connection.headers.get("authorization", "").strip()
    if header and _read_scheme(header) != "basic":
        yield Credential(_read_bearer(header))
    if key := connection.headers.get("x-api-key", "").strip():
        yield Credential(key)


def _read_param(name: str, value: object) -> str | None:
    if not isinstance(value, str):
        return None
    return value if name == "token" else _read_bearer(value)


def _read_scheme(header: str) -> str:
    return header.strip().partition(" ")[0].lower()


def _read_bearer(header: str) -> str | None:
    parts = header.split()
    return parts[1] if len(parts) == 2 and parts[0].lower() == "bearer" else None
