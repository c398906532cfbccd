"""Validation of messages of graphql-transport-ws."""

from collections.abc import Mapping

from server.http.persisted import names_document

_MAX_ID_LENGTH = 1_000
_TYPES_WITH_ID = frozenset({"subscribe", "complete"})


def find_problem(message: object) -> str | None:
    """Return what is wrong with a message; None if it is valid."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return "A message is an object with a type."
    if message["type"] in _TYPES_WITH_ID and (problem := _find_id_problem(message.get("id"))):
        return problem
    if message["type"] == "subscribe":
        return _find_operation_problem(message.get("payload"))
    if not isinstance(message.get("payload", {}), dict | None):
        return "The payload must be an object."
    return None


def _find_id_problem(operation_id: object) -> str | None:
    if not isinstance(operation_id, str) or not operation_id:
        return "The message needs an id."
    # The id is stored as long as its operation runs, and is sent with each result.
    too_long = len(operation_id) > _MAX_ID_LENGTH
    return f"An id has at most {_MAX_ID_LENGTH} characters." if too_long else None


def _find_operation_problem(payload: object) -> str | None:
    if not isinstance(payload, dict) or not _has_document(payload):
        return "The payload needs a query."
    for name in ("variables", "extensions"):
        if not isinstance(payload.get(name), dict | None):
            return f"{name} must be an object."
    if not isinstance(payload.get("operationName"), str | None):
        return "operationName must be a text."
    return None


def _has_document(payload: Mapping[str, object]) -> bool:
    """Whether the payload contains a document or names one by its hash."""
    query = payload.get("query")
    return isinstance(query, str) or (query is None and names_document(payload))
