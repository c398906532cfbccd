"""The form that messages of graphql-transport-ws have."""

from collections.abc import Mapping

from server.http.persisted import names_document

_MAX_OF_AN_ID = 1_000
_WITH_ID = frozenset({"subscribe", "complete"})


def malformed(message: object) -> str | None:
    """What is wrong with a message; None where it has the form that the protocol wants."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return "A message is an object with a type."
    if message["type"] in _WITH_ID and (problem := _malformed_id(message.get("id"))):
        return problem
    if message["type"] == "subscribe":
        return _malformed_operation(message.get("payload"))
    if not isinstance(message.get("payload", {}), dict | None):
        return "The payload must be an object."
    return None


def _malformed_id(given: object) -> str | None:
    if not isinstance(given, str) or not given:
        return "The message needs an id."
    # It is kept as long as its operation, and is sent with each result.
    too_long = len(given) > _MAX_OF_AN_ID
    return f"An id has at most {_MAX_OF_AN_ID} characters." if too_long else None


def _malformed_operation(payload: object) -> str | None:
    if not isinstance(payload, dict) or not _has_document(payload):
        return "The payload needs a query."
    for name in ("variables", "extensions"):
        if not isinstance(payload.get(name), dict | None):
            return f"{name} must be an object."
    if not isinstance(payload.get("operationName"), str | None):
        return "operationName must be a text."
    return None


def _has_document(payload: Mapping[str, object]) -> bool:
    """It is given, or named by its hash."""
    query = payload.get("query")
    return isinstance(query, str) or (query is None and names_document(payload))
