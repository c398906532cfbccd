"""The rules of GraphQL over HTTP as pure functions: media types, parameters and methods."""

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NoReturn

from cross_web import HTTPException
from graphql import OperationType
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData

from domain.platform.media_types import Accepted
from schema.errors import TopLevelCode
from server.documents import MAX_LENGTH, operation_kind

JSON_TYPE = "application/json"
RESPONSE_TYPE = "application/graphql-response+json"
STREAM_TYPE = "text/event-stream"
TOO_MANY = 429
_MAX_CACHED_LENGTH = 200  # characters of an Accept header

_STATUSES = {
    TopLevelCode.RATE_LIMITED: TOO_MANY,
    TopLevelCode.DEADLINE_EXCEEDED: 504,
}


class Refusal(HTTPException):
    """The error of a request that is refused before execution."""

    def __init__(
        self,
        status: int,
        reason: str,
        headers: Mapping[str, str] | None = None,
        code: str = TopLevelCode.BAD_USER_INPUT,
    ) -> None:
        """`reason` is the message for people, `code` the one for programs."""
        super().__init__(status, reason)
        self.headers = dict(headers or {})
        self.code = code

    @property
    def extensions(self) -> dict[str, object]:
        """The extensions of the error; they contain the wait of Retry-After too."""
        wait = self.headers.get("Retry-After")
        return {"code": self.code, **({"retryAfterSeconds": int(wait)} if wait else {})}


def choose_json_type(accept: str) -> str | None:
    """Choose the media type of a JSON response; None if the client accepts neither of ours.

    The type with the higher weight wins; with equal weights, the newer type if it is named.
    """
    return _cached_type(accept) if len(accept) <= _MAX_CACHED_LENGTH else _json_type(accept)


@lru_cache(maxsize=100)  # of _MAX_CACHED_LENGTH characters
def _cached_type(accept: str) -> str | None:
    return _json_type(accept)


def _json_type(accept: str) -> str | None:
    accepted = Accepted.of(accept)
    older, newer = accepted.weight(JSON_TYPE), accepted.weight(RESPONSE_TYPE)
    if newer > older or (newer == older > 0 and accepted.names(RESPONSE_TYPE)):
        return RESPONSE_TYPE
    return JSON_TYPE if older > 0 else None


def choose_query_type(accept: str) -> str | None:
    """Choose the media type of the JSON response to a query.

    None if the client accepts neither of ours, or prefers a stream.
    """
    if STREAM_TYPE in accept.lower() and _prefers_stream(Accepted.of(accept)):
        return None
    return choose_json_type(accept)


def _prefers_stream(accepted: Accepted) -> bool:
    """Return whether a client prefers server-sent events to JSON; a wildcard means JSON."""
    json_weight = max(accepted.weight(JSON_TYPE), accepted.weight(RESPONSE_TYPE))
    return accepted.names(STREAM_TYPE) and accepted.weight(STREAM_TYPE) > json_weight


def wants_stream(accept: str, query: str, operation_name: str | None) -> bool:
    """Return whether to respond with server-sent events.

    A subscription does if the client names the type. Any other operation does only if the client
    prefers it to JSON: some clients list text/event-stream in every request, but expect JSON.
    """
    accepted = Accepted.of(accept)
    if _prefers_stream(accepted):
        return True
    if not accepted.names(STREAM_TYPE):
        return False
    return operation_kind(query, operation_name) is OperationType.SUBSCRIPTION


def accepts_any_response(accept: str) -> bool:
    """Return whether a client accepts any of our media types."""
    return choose_json_type(accept) is not None or Accepted.of(accept).names(STREAM_TYPE)


def check_content_type(value: str | None) -> None:
    """Raise Refusal 415 for anything but JSON in UTF-8."""
    if value == JSON_TYPE:
        return
    name, *parameters = (item.strip().lower() for item in (value or "").split(";"))
    if name != JSON_TYPE:
        raise Refusal(415, f"The body must be {JSON_TYPE}.")
    for parameter in parameters:
        key, _, charset = parameter.partition("=")
        if key == "charset" and charset.strip('"') not in ("utf-8", "utf8"):
            raise Refusal(415, "The body must be in UTF-8.")


def parse_parameters(data: object) -> GraphQLRequestData:
    """Parse the parameters of a request. Raises Refusal 400 that names an invalid one."""
    if not isinstance(data, dict):
        _refuse("The body must be a JSON object; batches are not taken.")
    query = data.get("query")
    if not isinstance(query, str) or not query.strip():
        _refuse("The parameter query must be a text with a GraphQL document.")
    if len(query) > MAX_LENGTH:
        raise Refusal(413, f"A document has at most {MAX_LENGTH} characters.")
    return GraphQLRequestData(
        query=query,
        variables=_read_object(data, "variables"),
        operation_name=_read_text(data, "operationName"),
        extensions=_read_object(data, "extensions"),
    )


def check_kind(request: GraphQLRequestData, *, is_get: bool, stream: bool) -> None:
    """Raise Refusal for a mutation by GET, and for a subscription without a stream."""
    kind = operation_kind(request.query or "", request.operation_name)
    if kind is OperationType.MUTATION and is_get:
        raise Refusal(405, "A mutation is sent by POST.", {"Allow": "POST"})
    if kind is OperationType.SUBSCRIPTION and not stream:
        raise Refusal(406, f"A subscription needs a websocket, or Accept: {STREAM_TYPE}.")


def check_length(value: str | None, max_bytes: int) -> None:
    """Raise Refusal 413 if Content-Length announces a body that is too long."""
    if value is not None and value.isdecimal() and int(value[:20]) > max_bytes:
        raise Refusal(413, f"A request has at most {max_bytes} bytes.")


def error_status(response: GraphQLHTTPResponse) -> int:
    """Return the HTTP status of a response without data."""
    errors: list[Any] = response.get("errors") or []
    codes = (error.get("extensions", {}).get("code") for error in errors)
    return next((_STATUSES[code] for code in codes if code in _STATUSES), 400)


def retry_after(response: GraphQLHTTPResponse) -> str | None:
    """Return the header Retry-After of a response with such an error."""
    errors: list[Any] = response.get("errors") or []
    waits = (error.get("extensions", {}).get("retryAfterSeconds") for error in errors)
    wait = next((seconds for seconds in waits if seconds is not None), None)
    return None if wait is None else str(math.ceil(wait))


def _read_object(data: Mapping[str, object], name: str) -> dict[str, object] | None:
    value = data.get(name)
    if value is None or isinstance(value, dict):
        return value
    return _refuse(f"The parameter {name} must be an object or null.")


def _read_text(data: Mapping[str, object], name: str) -> str | None:
    value = data.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    return _refuse(f"The parameter {name} must be a text or null.")


def _refuse(message: str) -> NoReturn:
    raise Refusal(400, message)
