"""The rules of GraphQL over HTTP as pure functions: media types, parameters, methods."""

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
_MAX_KNOWN = 200

_STATUSES = {
    TopLevelCode.RATE_LIMITED: TOO_MANY,
    TopLevelCode.DEADLINE_EXCEEDED: 504,
}


class Refusal(HTTPException):
    """A request that is answered before anything is executed."""

    def __init__(
        self,
        status: int,
        reason: str,
        headers: Mapping[str, str] | None = None,
        code: str = TopLevelCode.BAD_USER_INPUT,
    ) -> None:
        """`reason` is shown to the client, and `code` to its code."""
        super().__init__(status, reason)
        self.headers = dict(headers or {})
        self.code = code

    @property
    def extensions(self) -> dict[str, object]:
        """Of its error; a wait is told here as well as in Retry-After."""
        wait = self.headers.get("Retry-After")
        return {"code": self.code, **({"retryAfterSeconds": int(wait)} if wait else {})}


def json_type(accept: str) -> str | None:
    """How to answer with JSON; None where the client takes neither of our types.

    The heavier one; of equals the newer type, where the client names it.
    """
    return _known_type(accept) if len(accept) <= _MAX_KNOWN else _json_type(accept)


@lru_cache(maxsize=100)  # of _MAX_KNOWN characters
def _known_type(accept: str) -> str | None:
    return _json_type(accept)


def _json_type(accept: str) -> str | None:
    accepted = Accepted.of(accept)
    older, newer = accepted.weight(JSON_TYPE), accepted.weight(RESPONSE_TYPE)
    if newer > older or (newer == older > 0 and accepted.names(RESPONSE_TYPE)):
        return RESPONSE_TYPE
    return JSON_TYPE if older > 0 else None


def wants_stream(accept: str, query: str, operation_name: str | None) -> bool:
    """Server-sent events answer a subscription of a client that names them.

    Any other operation too, where the client likes them more than JSON: some list
    text/event-stream with every request, and still expect JSON.
    """
    accepted = Accepted.of(accept)
    if not accepted.names(STREAM_TYPE):
        return False
    other = max(accepted.weight(JSON_TYPE), accepted.weight(RESPONSE_TYPE))
    if accepted.weight(STREAM_TYPE) > other:
        return True
    return operation_kind(query, operation_name) is OperationType.SUBSCRIPTION


def takes_anything(accept: str) -> bool:
    """Whether a client takes any answer that we have."""
    return json_type(accept) is not None or Accepted.of(accept).names(STREAM_TYPE)


def check_content_type(value: str | None) -> None:
    """Raises Refusal 415 for anything but JSON in UTF-8."""
    if value == JSON_TYPE:
        return
    name, *parameters = (item.strip().lower() for item in (value or "").split(";"))
    if name != JSON_TYPE:
        raise Refusal(415, f"The body must be {JSON_TYPE}.")
    for parameter in parameters:
        key, _, charset = parameter.partition("=")
        if key == "charset" and charset.strip('"') not in ("utf-8", "utf8"):
            raise Refusal(415, "The body must be in UTF-8.")


def parameters(data: object) -> GraphQLRequestData:
    """The parameters of a request; raises Refusal 400 naming the one that is malformed."""
    if not isinstance(data, dict):
        _bad("The body must be a JSON object; batches are not taken.")
    query = data.get("query")
    if not isinstance(query, str) or not query.strip():
        _bad("The parameter query must be a text with a GraphQL document.")
    if len(query) > MAX_LENGTH:
        raise Refusal(413, f"A document has at most {MAX_LENGTH} characters.")
    return GraphQLRequestData(
        query=query,
        variables=_object(data, "variables"),
        operation_name=_text(data, "operationName"),
        extensions=_object(data, "extensions"),
    )


def check_kind(request: GraphQLRequestData, *, is_get: bool, stream: bool) -> None:
    """Raises Refusal for what may not be asked by GET, or not be answered by one reply."""
    kind = operation_kind(request.query or "", request.operation_name)
    if kind is OperationType.MUTATION and is_get:
        raise Refusal(405, "A mutation is sent by POST.", {"Allow": "POST"})
    if kind is OperationType.SUBSCRIPTION and not stream:
        raise Refusal(406, f"A subscription needs a websocket, or Accept: {STREAM_TYPE}.")


def check_length(value: str | None, most: int) -> None:
    """Raises Refusal 413 where a body says that it will be too long."""
    if value is not None and value.isdecimal() and int(value[:20]) > most:
        raise Refusal(413, f"A request has at most {most} bytes.")


def status_of(response: GraphQLHTTPResponse) -> int:
    """The HTTP status of a reply without data, for clients that go by it."""
    errors: list[Any] = response.get("errors") or []
    codes = (error.get("extensions", {}).get("code") for error in errors)
    return next((_STATUSES[code] for code in codes if code in _STATUSES), 400)


def retry_after(response: GraphQLHTTPResponse) -> str | None:
    """The header Retry-After of a reply that says when to come back."""
    errors: list[Any] = response.get("errors") or []
    waits = (error.get("extensions", {}).get("retryAfterSeconds") for error in errors)
    wait = next((found for found in waits if found is not None), None)
    return None if wait is None else str(math.ceil(wait))


def _object(data: Mapping[str, object], name: str) -> dict[str, object] | None:
    value = data.get(name)
    if value is None or isinstance(value, dict):
        return value
    return _bad(f"The parameter {name} must be an object or null.")


def _text(data: Mapping[str, object], name: str) -> str | None:
    value = data.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    return _bad(f"The parameter {name} must be a text or null.")


def _bad(message: str) -> NoReturn:
    raise Refusal(400, message)
