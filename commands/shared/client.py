"""The API client of the command line, on gql: single requests, or streams over a websocket."""

import asyncio
import os
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from commands.shared import credentials_file, runtime_endpoints
from commands.shared.errors import CommandError

if TYPE_CHECKING:
    from gql import Client
    from gql.transport.exceptions import TransportError, TransportQueryError

# JSON whose shape the documents decide.
Json = Any

TIMEOUT_SECONDS = 30
DEFAULT_URL = "http://127.0.0.1:8000"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


FORBIDDEN = 4403  # the close code of a socket whose credential is not valid


@dataclass(frozen=True, slots=True)
class Server:
    """The address of an app and the credential for it."""

    url: str
    token: str | None = field(default=None, repr=False)

    def as_visitor(self) -> "Server":
        """The same app without a credential."""
        return Server(self.url)

    def ask(self, document: str, **variables: object) -> Json:
        """The data of a query or mutation; raises CommandError."""
        return asyncio.run(self._ask(document, variables))

    def every(self, document: str, name: str, **variables: object) -> list[Json]:
        """The nodes of all pages of the list `name`; the document takes `$after`."""
        items: list[Json] = []
        after = None
        while True:
            page = self.ask(document, after=after, **variables)[name]
            items += page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return items
            after = page["pageInfo"]["endCursor"]

    def change(self, document: str, **variables: object) -> Json:
        """The payload of a mutation; raises CommandError if it contains errors."""
        (payload,) = self.ask(document, **variables).values()
        if payload["errors"]:
            raise CommandError("\n".join(error["message"] for error in payload["errors"]))
        return payload

    async def _ask(self, document: str, variables: dict[str, object]) -> Json:
        from gql import gql  # noqa: PLC0415 - heavy
        from gql.transport.exceptions import TransportError  # noqa: PLC0415

        request = gql(document)
        request.variable_values = variables
        try:
            return await self.http().execute_async(request)
        except (TransportError, OSError, ValueError) as error:
            raise problem_of(error, self) from error

    def http(self) -> "Client":
        """A client for requests without cookies: each sends the credential."""
        from aiohttp import DummyCookieJar  # noqa: PLC0415 - heavy
        from gql import Client  # noqa: PLC0415 - heavy
        from gql.transport.aiohttp import AIOHTTPTransport  # noqa: PLC0415 - heavy

        transport = AIOHTTPTransport(
            f"{self.url}/graphql",
            headers={"authorization": f"Bearer {self.token}"} if self.token else None,
            ssl=True,
            timeout=TIMEOUT_SECONDS,
            client_session_args={"trust_env": not self.is_here, "cookie_jar": DummyCookieJar()},
        )
        return Client(transport=transport, execute_timeout=None)

    def socket(self) -> "Client":
        """A client whose session carries streams over one websocket."""
        from gql import Client  # noqa: PLC0415 - heavy
        from gql.transport.websockets import WebsocketsTransport  # noqa: PLC0415 - heavy

        transport = WebsocketsTransport(
            f"ws{self.url.removeprefix('http')}/graphql",
            subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
            init_payload={"Authorization": f"Bearer {self.token}"} if self.token else {},
            close_timeout=2,
            connect_args={"compression": None, **({"proxy": None} if self.is_here else {})},
        )
        return Client(transport=transport, execute_timeout=TIMEOUT_SECONDS)

    @property
    def is_here(self) -> bool:
        """True if it runs on this machine, which no proxy can reach."""
        return urlsplit(self.url).hostname in _LOOPBACK


def connect(url: str | None, token: str | None) -> Server:
    """The app to talk to; raises CommandError for a malformed URL."""
    running = runtime_endpoints.read(Path(os.environ.get("DATA_DIR") or ".data"))
    address = (url or running.get("LAUNCH_URL") or DEFAULT_URL).strip().rstrip("/")
    address = address.removesuffix("/graphql")
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise CommandError(f"{address!r} is no URL of an app: it starts with http:// or https://.")
    return Server(address, token or credentials_file.token_of(address))


def problem_of(error: Exception, server: Server) -> CommandError:
    """An error of the connection or the app, in one line."""
    from gql.transport.exceptions import (  # noqa: PLC0415 - heavy
        TransportQueryError,
        TransportServerError,
    )

    if isinstance(error, TransportQueryError):
        return _problem_of_errors(error, server)
    unauthorized = getattr(error, "code", None) == HTTPStatus.UNAUTHORIZED
    if unauthorized or _close_code(error) == FORBIDDEN:
        return _not_logged_in(server)
    if isinstance(error, TransportServerError) and error.code is not None:
        return CommandError(f"{server.url} returned HTTP status {error.code}: is it the app?")
    if isinstance(error, TimeoutError):
        return CommandError(f"{server.url} does not answer in time.")
    return CommandError(f"{server.url} cannot be reached: {_cause(error)}")


def code_of(error: "TransportError | Exception") -> str | None:
    """`extensions.code` of the first error of a response."""
    errors = getattr(error, "errors", None) or [{}]
    first = errors[0] if isinstance(errors[0], dict) else {}
    code = (first.get("extensions") or {}).get("code")
    return str(code) if code else None


def _problem_of_errors(error: "TransportQueryError", server: Server) -> CommandError:
    if code_of(error) == "UNAUTHENTICATED":
        return _not_logged_in(server)
    messages = [
        str(item.get("message", item)) if isinstance(item, dict) else str(item)
        for item in error.errors or [str(error)]
    ]
    omitted = _omitted_errors(error)
    further = [f"... and at least {omitted} more errors."] if omitted else []
    return CommandError("\n".join([*dict.fromkeys(messages), *further]))


def _omitted_errors(error: "TransportQueryError") -> int:
    """How many errors the server counted and did not send; the last one says it."""
    last = (error.errors or [None])[-1]
    extensions = last.get("extensions") if isinstance(last, dict) else None
    return int((extensions or {}).get("omittedErrors", 0))


def _not_logged_in(server: Server) -> CommandError:
    why = "Your login is not valid any more" if server.token else "You are not logged in"
    return CommandError(f"{why} at {server.url}: `launch login EMAIL`, or set LAUNCH_TOKEN.")


def _close_code(error: BaseException) -> int | None:
    """The code with which the server closed the socket; None if it did not."""
    inner: BaseException | None = error
    while inner is not None:
        received = getattr(inner, "rcvd", None)
        if received is not None:
            return int(received.code)
        inner = inner.__cause__
    return None


def _cause(error: BaseException) -> str:
    """The innermost cause: gql wraps the network error."""
    while error.__cause__ is not None:
        error = error.__cause__
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
