"""OFREP: OpenFeature SDKs read flags from memory, also while the database is down (A3).

A token with `flags:read` evaluates for its users and sees every flag. Other callers see their own
client-visible flags, as in `viewerFlags`.
"""

import asyncio
import hashlib
import logging
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Send
from starlette.types import Scope as AsgiScope

from domain.actors import Actor, ActorKind, Scope
from domain.errors import RateLimited
from domain.flags import ofrep
from domain.flags.flags import Evaluation, EvaluationContext, missing
from domain.flags.ofrep import BadEvaluation, Stated
from domain.platform.json_shape import excess
from domain.platform.networks import network
from endpoints.request_metrics import counted
from schema.context import Context, Runtime
from server.cost.input_limits import MAX_VISITOR_VALUES
from server.http.authentication import authenticate
from server.http.negotiation import Refusal
from server.http.request_limits import TOO_MANY_STREAMS, limit_body, stream_key
from services.flags.flag_evaluation import viewer_context
from services.flags.flag_sets import FlagSet
from services.platform.inbound_bytes import INBOUND
from subscriptions.fanout import Latest

BASE = "/ofrep/v1"
EVALUATE = f"{BASE}/evaluate/flags"
EVENTS = f"{BASE}/events"
MAX_BODY = 100_000
HEARTBEAT_SECONDS = 15.0
INACTIVITY_SECONDS = 120
_JSON = "application/json"
_SERVER_FAULT = "Something went wrong on our side."
_LATER = {"retry-after": "60"}
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_PRIVATE = {"cache-control": "private, no-cache", "vary": "authorization, cookie, x-api-key"}

logger = logging.getLogger(__name__)

Handler = Callable[[Request], Awaitable[Response]]


def ofrep_routes(runtime: Runtime) -> list[Route]:
    """The two evaluations, and the stream that announces changes.

    Every path below the prefix and every method is answered in the protocol. A key may contain
    slashes: there is no such flag, and the caller is told so (L28).
    """
    service = _Service(runtime)
    parts: Sequence[tuple[str, str, Handler]] = (
        (EVALUATE, "POST", service.all),
        (f"{EVALUATE}/{{key:path}}", "POST", service.one),
        (EVENTS, "GET", service.events),
        (f"{BASE}/{{rest:path}}", "", _no_such_path),
        (BASE, "", _no_such_path),
    )
    seen = counted(runtime)
    return [
        Route(path, _Answering(handler, method), methods=None, middleware=seen)
        for path, method, handler in parts
    ]


class _Refused(Exception):
    """A request that is rejected before an evaluation."""

    def __init__(self, status: int, details: str, **headers: str) -> None:
        super().__init__(details)
        self.status = status
        self.details = details
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass(frozen=True, slots=True)
class _Ask:
    """A caller, and the context to evaluate for."""

    flags: FlagSet
    context: EvaluationContext
    trusted: bool

    def one(self, key: str) -> Evaluation:
        """A flag that the caller may not see does not exist for them."""
        flag = self.flags.flags.get(key)
        if flag is not None and not (self.trusted or flag.client_visible):
            return missing(key)
        evaluate = self.flags.evaluate if self.trusted else self.flags.public
        return evaluate(key, self.context)

    def all(self) -> Sequence[Evaluation]:
        """All flags that the caller may see, by key."""
        if not self.trusted:
            return self.flags.client_flags(self.context)
        return [self.flags.evaluate(key, self.context) for key in self.flags.flags]


class _Service:
    """The handlers of one process."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def one(self, request: Request) -> Response:
        """Evaluate one flag."""
        ask = await self._ask(request)
        evaluation = ask.one(request.path_params["key"])
        body = ofrep.result_of(evaluation, killed=ask.flags.is_killed(evaluation.key))
        if evaluation.error_code is None:
            self._runtime.usage.note_keys(evaluation.key)
            self._runtime.usage.note_served([evaluation])
            body["eventStreams"] = self._event_stream_links(request)
        return _json(body, ofrep.status_of(evaluation), _PRIVATE)

    async def all(self, request: Request) -> Response:
        """Evaluate every flag that the caller may see; 304 if nothing has changed."""
        ask = await self._ask(request)
        if not ask.flags.version:
            raise _Refused(503, "The flags are not loaded yet.", retry_after="1")
        seen = ask.all()
        self._runtime.usage.note_keys(*(item.key for item in seen))
        flags = [ofrep.result_of(item, killed=ask.flags.is_killed(item.key)) for item in seen]
        etag = f'"{hashlib.sha256(orjson.dumps(flags)).hexdigest()[:32]}"'
        headers = {**_PRIVATE, "etag": etag}
        if ofrep.matches(request.headers.get("if-none-match"), etag):
            return Response(status_code=304, headers=headers)
        self._runtime.usage.note_served(seen)
        return _json(
            {"flags": flags, "eventStreams": self._event_stream_links(request)}, 200, headers
        )

    async def events(self, request: Request) -> Response:
        """Server-sent events that announce a change, without the flags themselves."""
        seen = request.headers.get("last-event-id")
        seat = stream_key(request.client)
        if not self._runtime.connections.has(seat):
            return _json(ofrep.failure("GENERAL", TOO_MANY_STREAMS), 429, _LATER)
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(
            self._notice_stream(seen, seat), media_type="text/event-stream", headers=headers
        )

    async def _notice_stream(self, seen: str | None, seat: str) -> AsyncIterator[str]:
        newest: Latest[FlagSet] = Latest()
        async with AsyncExitStack() as slots:
            slots.enter_context(self._runtime.connections.slot(seat))
            feed = self._runtime.flag_feed.sets
            sets = await slots.enter_async_context(feed.subscribe(newest))
            current = self._runtime.flags.current
            yield f"retry: 2000\nid: {_config_of(current)}\n\n"  # no data: browsers keep the id
            if seen is not None and seen.strip('"') != _config_of(current):
                yield self._notice(current)
            while True:
                try:
                    async with asyncio.timeout(HEARTBEAT_SECONDS):
                        changed = await anext(sets, None)
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                if changed is None:  # the process stops
                    return
                yield self._notice(changed)

    def _notice(self, flags: FlagSet) -> str:
        config = _config_of(flags)
        at = int((flags.loaded_at or self._runtime.clock()).timestamp())
        data = {"type": "refetchEvaluation", "etag": f'"{config}"', "lastModified": at}
        return f"id: {config}\ndata: {orjson.dumps(data).decode()}\n\n"

    async def _ask(self, request: Request) -> _Ask:
        actor = await self._caller(request)
        await self._admit(request, actor)
        stated = ofrep.read(await _body(request))
        trusted = actor.allows((Scope.FLAGS_READ,))
        if not trusted and actor.kind is ActorKind.TOKEN:
            raise _Refused(403, f"This needs the scope {Scope.FLAGS_READ.value}.")
        flags = await self._flags_at_least(request.query_params.get("flagConfigEtag"))
        return _Ask(flags, _context(actor, stated, trusted=trusted), trusted)

    async def _flags_at_least(self, config: str | None) -> FlagSet:
        """The flags in a version no older than one that another process announced to the caller."""
        version, flags = ofrep.version_in(config), self._runtime.flags
        if version is not None and version > flags.current.version:
            await flags.refresh()
        elif config is not None and config.strip('"') != _config_of(flags.current):
            await self._runtime.kill_sync.check()
        return flags.current

    async def _caller(self, request: Request) -> Actor:
        context = Context(self._runtime, request)
        await authenticate(context)
        if context.auth_unavailable:
            raise _Refused(503, "Access cannot be checked now: try again.", retry_after="2")
        if context.has_invalid_token or context.has_stale_cookie:
            raise _Refused(401, "This credential is not valid.", www_authenticate="Bearer")
        return context.actor

    async def _admit(self, request: Request, actor: Actor) -> None:
        address = network(request.client.host) if request.client else "local"
        limits = self._runtime.rate_limits
        await limits.admit(limits.rules.evaluation, "ofrep", str(actor.credential_id or address))

    def _event_stream_links(self, request: Request) -> list[ofrep.Json]:
        """The event stream; none, so that clients poll, if only the caller names our host.

        A Host header may be forged: an SDK would send its key there.
        """
        settings = self._runtime.settings
        is_local = request.url.hostname in {*_LOOPBACK, settings.host}
        if settings.public_url is None and not is_local:
            return []
        base = settings.base_url if settings.public_url else str(request.base_url).rstrip("/")
        return [{"type": "sse", "url": base + EVENTS, "inactivityDelaySec": INACTIVITY_SECONDS}]


def _config_of(flags: FlagSet) -> str:
    return ofrep.config_id(flags.version, flags.killed)


def _context(actor: Actor, stated: Stated, *, trusted: bool) -> EvaluationContext:
    """Only a trusted caller sets the context; the groups of others come from their account."""
    return stated.context if trusted else viewer_context(actor, stated.device_id)


async def _no_such_path(request: Request) -> Response:
    raise _Refused(404, f"There is no {request.url.path[:200]} in this protocol.")


class _Answering:
    """An ASGI application, so that its route accepts every method; rejects as the protocol says."""

    def __init__(self, handler: Handler, method: str) -> None:
        """`method`: the only one that the handler accepts; empty: any."""
        self._handler = handler
        self._method = method

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        key = request.path_params.get("key")
        try:
            if self._method not in ("", request.method):
                raise _Refused(405, f"Use {self._method}.", allow=self._method)
            return await self._handler(request)
        except BadEvaluation as error:
            return _json(ofrep.failure(error.code, error.details, key), 400, _PRIVATE)
        except RateLimited as error:
            wait = {"retry-after": str(math.ceil(error.retry_after_seconds))}
            return _json(ofrep.failure("GENERAL", error.message, key), 429, wait)
        except _Refused as error:
            return _json(ofrep.failure("GENERAL", error.details, key), error.status, error.headers)
        except Exception:
            logger.exception("an evaluation failed")
            return _json(ofrep.failure("GENERAL", _SERVER_FAULT, key), 500, {})


async def _body(request: Request) -> object:
    """The JSON of a request; an empty body is an empty object."""
    kind = request.headers.get("content-type", _JSON).partition(";")[0].strip().lower()
    if kind != _JSON:
        raise _Refused(415, f"The body must be {_JSON}.")
    received = bytearray()
    try:
        with INBOUND.share(stream_key(request.client)) as share:
            receive = limit_body(request.receive, MAX_BODY, share=share)
            async for chunk in Request(request.scope, receive).stream():
                received += chunk
    except ClientDisconnect:
        raise BadEvaluation("PARSE_ERROR", "The body ended too early.") from None
    except Refusal as late:
        raise _Refused(late.status_code, late.reason, **late.headers) from None
    try:
        content: object = orjson.loads(bytes(received)) if received else {}
    except ValueError:
        raise BadEvaluation("PARSE_ERROR", "The body is no JSON.") from None
    if (too_much := excess(content, MAX_VISITOR_VALUES)) is not None:
        raise BadEvaluation("INVALID_CONTEXT", f"The body may not {too_much.message}.")
    return content


def _json(body: ofrep.Json, status: int, headers: dict[str, str]) -> Response:
    return Response(orjson.dumps(body), status, headers, _JSON)
