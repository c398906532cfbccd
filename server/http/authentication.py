"""Who calls: the credential of a request or socket."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from domain.actors import ANONYMOUS, Actor
from domain.errors import DependencyDown
from schema.context import Connection, Context, Runtime
from schema.errors import TopLevelCode
from schema.sign_in import COOKIE, forget, is_same_site
from server.http.negotiation import Refusal
from server.http.requests import GraphQLRequest
from settings import Settings

_PARAMS = ("Authorization", "authorization", "token")
_CHALLENGE = {"WWW-Authenticate": 'Bearer error="invalid_token"'}


@dataclass(frozen=True, slots=True)
class Credential:
    """What a caller presents. `secret` is None where it is malformed and so cannot be valid."""

    secret: str | None = field(repr=False)
    from_cookie: bool = False


async def identify(context: Context) -> None:
    """Fill in who calls (SEC2).

    A token that is not valid is rejected (`check_credential`), beside a valid one too. A session
    cookie that is not valid leaves a visitor, who can log in, and is deleted: browsers send it with
    every request.
    """
    credentials = credentials_of(
        context.connection, context.connection_params, context.runtime.settings
    )
    if not credentials:
        return
    try:
        actors = [await actor_behind(context, credential) for credential in credentials]
    except DependencyDown:
        context.auth_unavailable = True
        return
    if not any(actor.is_anonymous for actor in actors):
        context.actor, context.credential = actors[0], credentials[0].secret
    elif credentials[0].from_cookie:
        context.has_stale_cookie = True
        forget(context)
    else:
        context.has_invalid_token = True


async def recognised(runtime: Runtime, request: GraphQLRequest) -> Context | None:
    """Who sent an HTTP request, looked up once for all that may answer it before the executor.

    None where the executor has to refuse it, or to delete the cookie.
    """
    context = request.recognised
    if context is None:
        request.recognised = context = Context(runtime, request)
        await identify(context)
    refused = context.auth_unavailable or context.has_invalid_token or context.has_stale_cookie
    return None if refused else context


def remembered(context: Context) -> bool:
    """Whether it is known without waiting who calls, and that they may; it is noted then."""
    credentials = credentials_of(context.connection, None, context.runtime.settings)
    actors = [_remembered(context, credential) for credential in credentials]
    known = [actor for actor in actors if actor is not None]
    if len(known) < len(credentials):
        return False
    if known:
        context.actor, context.credential = known[0], credentials[0].secret
    return True


def _remembered(context: Context, credential: Credential) -> Actor | None:
    secret = credential.secret
    return None if secret is None else context.runtime.access.remembered(secret)


async def actor_behind(context: Context, credential: Credential) -> Actor:
    """Who holds it now; ANONYMOUS where it is not valid. Raises DependencyDown."""
    if credential.secret is None:
        return ANONYMOUS
    return await context.runtime.access.actor(credential.secret) or ANONYMOUS


def check_credential(context: Context) -> None:
    """Raises a 401 for a token that is unknown, expired, revoked or malformed."""
    if context.has_invalid_token:
        message = "This token is not valid: it is unknown, expired or revoked."
        raise Refusal(401, message, _CHALLENGE, TopLevelCode.UNAUTHENTICATED)


async def renew(context: Context) -> bool:
    """Look again who holds the credential of a socket; False where it is valid no more (D9).

    Called for every operation: expiry and revocation count even where no timer and no message told
    of them. While access cannot be checked, what has not expired goes on until it can.
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


def credentials_of(
    connection: Connection | None,
    connection_params: dict[str, object] | None,
    settings: Settings,
) -> list[Credential]:
    """Every credential that is presented; the first one says who calls.

    That is the one of `connection_init`, else of `Authorization`, else of `x-api-key`. The cookie
    counts only where there is no other.
    """
    tokens = [*_of_params(connection_params or {}), *_of_headers(connection)]
    if tokens or connection is None:
        return list(dict.fromkeys(tokens))
    cookie = connection.cookies.get(COOKIE)
    return [Credential(cookie, True)] if cookie and is_same_site(connection, settings) else []


def _of_params(params: dict[str, object]) -> Iterator[Credential]:
    for name in _PARAMS:
        if params.get(name) is not None:
            yield Credential(_from_param(name, params[name]))


def _of_headers(connection: Connection | None) -> Iterator[Credential]:
    """Another scheme than Bearer is a credential of ours that is malformed, but for Basic.

    Proxies in front of the product use Basic.
    """
    if connection is None:
        return
    header = connection.headers.get("authorization", "").strip()
    if header and _scheme(header) != "basic":
        yield Credential(_bearer(header))
    if key := connection.headers.get("x-api-key", "").strip():
        yield Credential(key)


def _from_param(name: str, value: object) -> str | None:
    if not isinstance(value, str):
        return None
    return value if name == "token" else _bearer(value)


def _scheme(header: str) -> str:
    return header.strip().partition(" ")[0].lower()


def _bearer(header: str) -> str | None:
    parts = header.split()
    return parts[1] if len(parts) == 2 and parts[0].lower() == "bearer" else None
