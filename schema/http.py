"""The rules of GraphQL over HTTP as pure functions: media types, parameters, methods."""

from collections.abc import Mapping
from typing import NoReturn

from cross_web import HTTPException
from graphql import OperationType
from strawberry.http import GraphQLRequestData

from schema.documents import MAX_LENGTH, operation_kind

JSON_TYPE = "application/json"
RESPONSE_TYPE = "application/graphql-response+json"
STREAM_TYPE = "text/event-stream"


class Refusal(HTTPException):
    """A request that is answered before anything is executed."""

    def __init__(self, status: int, reason: str, headers: Mapping[str, str] | None = None) -> None:
        """`reason` is shown to the client."""
        super().__init__(status, reason)
        self.headers = dict(headers or {})


def accepted(accept: str) -> dict[str, float]:
    """The media types of an Accept header with their weights."""
    found: dict[str, float] = {}
    for part in accept.split(","):
        name, *parameters = (item.strip() for item in part.split(";"))
        weight = next((item[2:] for item in parameters if item.startswith("q=")), "1")
        try:
            found[name.lower()] = float(weight)
        except ValueError:
            found[name.lower()] = 0.0
    return {name: weight for name, weight in found.items() if name and weight > 0}


def json_type(accept: str) -> str | None:
    """How to answer with JSON; None where the client takes neither of our types."""
    types = accepted(accept)
    if not types:
        return JSON_TYPE
    ours = {name: types[name] for name in (RESPONSE_TYPE, JSON_TYPE) if name in types}
    if ours:
        return max(ours, key=lambda name: ours[name])
    return JSON_TYPE if {"*/*", "application/*"} & types.keys() else None


def wants_stream(accept: str, query: str, operation_name: str | None) -> bool:
    """Server-sent events are for subscriptions, or where nothing else is taken.

    Some clients list text/event-stream with every request and still expect JSON.
    """
    if STREAM_TYPE not in accepted(accept):
        return False
    if json_type(accept) is None:
        return True
    return operation_kind(query, operation_name) is OperationType.SUBSCRIPTION


def check_content_type(value: str | None) -> None:
    """Raises Refusal 415 for anything but JSON in UTF-8."""
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


def check_get(request: GraphQLRequestData, *, stream: bool) -> None:
    """Raises Refusal 405 for what may not be asked by GET."""
    kind = operation_kind(request.query or "", request.operation_name)
    if kind is OperationType.MUTATION:
        raise Refusal(405, "A mutation is sent by POST.", {"Allow": "POST"})
    if kind is OperationType.SUBSCRIPTION and not stream:
        raise Refusal(405, "A subscription needs a websocket or server-sent events.")


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
