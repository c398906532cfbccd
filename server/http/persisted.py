"""Requests that name their document by its hash: `extensions.persistedQuery` (A48)."""

from collections.abc import Mapping

from server.http.negotiation import Refusal
from services.platform.documents import Documents, hash_of

_VERSION = 1
_PREFIX = "sha256:"


def with_document(data: object, documents: Documents) -> object:
    """The parameters of a request with its document filled in.

    Raises Refusal where the hash is not known (the client sends the document then) or is wrong.
    """
    if not isinstance(data, Mapping):
        return data
    name = _hash_in(data)
    if name is None:
        return data
    query = data.get("query")
    if query is None or query == "":
        found = documents.find(name)
        if found is None:
            raise Refusal(200, "PersistedQueryNotFound", code="PERSISTED_QUERY_NOT_FOUND")
        return {**data, "query": found}
    if isinstance(query, str):
        if hash_of(query) != name:
            raise Refusal(400, "The hash is not the SHA-256 of the document.")
        documents.remember(name, query)
    return data


def names_document(data: Mapping[str, object]) -> bool:
    """Whether `with_document` finds the document of these parameters, or refuses them."""
    extensions, identifier = data.get("extensions"), data.get("documentId")
    if isinstance(extensions, Mapping) and extensions.get("persistedQuery") is not None:
        return True
    return isinstance(identifier, str) and identifier.startswith(_PREFIX)


def _hash_in(data: Mapping[str, object]) -> str | None:
    identifier = data.get("documentId")
    if isinstance(identifier, str) and identifier.startswith(_PREFIX):
        return identifier.removeprefix(_PREFIX)
    extensions = data.get("extensions")
    persisted = extensions.get("persistedQuery") if isinstance(extensions, Mapping) else None
    if persisted is None:
        return None
    if not isinstance(persisted, Mapping) or persisted.get("version") != _VERSION:
        raise Refusal(400, f"persistedQuery must be an object with the version {_VERSION}.")
    name = persisted.get("sha256Hash")
    if not isinstance(name, str):
        raise Refusal(400, "persistedQuery must hold the text sha256Hash.")
    return name
