"""Persisted documents: requests that name their document by its hash (A48)."""

from collections.abc import Mapping
from typing import NamedTuple

from server.http.negotiation import Refusal
from services.platform.documents import Documents, hash_of

_VERSION = 1
_PREFIX = "sha256:"


class ResolvedDocument(NamedTuple):
    """The parameters of a request, and the hash that the client sent with its document."""

    parameters: object
    hash: str | None = None


def resolve_document(data: object, documents: Documents) -> object:
    """Return the parameters of a request with `query` filled in from its hash.

    A document that came with its hash is remembered. Raises as `find_document` does.
    """
    resolved = find_document(data, documents)
    if resolved.hash is not None and isinstance(data, Mapping):
        documents.remember(resolved.hash, data["query"])
    return resolved.parameters


def find_document(data: object, documents: Documents) -> ResolvedDocument:
    """Resolve the document of a request that may still be refused: nothing is remembered.

    Raises Refusal if the hash is unknown (the client sends the document then) or wrong.
    """
    if not isinstance(data, Mapping):
        return ResolvedDocument(data)
    document_hash = _read_hash(data)
    if document_hash is None:
        return ResolvedDocument(data)
    query = data.get("query")
    if query is None or query == "":
        document = documents.find(document_hash)
        if document is None:
            raise Refusal(200, "PersistedQueryNotFound", code="PERSISTED_QUERY_NOT_FOUND")
        return ResolvedDocument({**data, "query": document})
    if isinstance(query, str):
        if hash_of(query) != document_hash:
            raise Refusal(400, "The hash is not the SHA-256 of the document.")
        return ResolvedDocument(data, document_hash)
    return ResolvedDocument(data)


def names_document(data: Mapping[str, object]) -> bool:
    """Return whether these parameters name a document by its hash."""
    extensions, identifier = data.get("extensions"), data.get("documentId")
    if isinstance(extensions, Mapping) and extensions.get("persistedQuery") is not None:
        return True
    return isinstance(identifier, str) and identifier.startswith(_PREFIX)


def _read_hash(data: Mapping[str, object]) -> str | None:
    identifier = data.get("documentId")
    if isinstance(identifier, str) and identifier.startswith(_PREFIX):
        return identifier.removeprefix(_PREFIX)
    extensions = data.get("extensions")
    persisted = extensions.get("persistedQuery") if isinstance(extensions, Mapping) else None
    if persisted is None:
        return None
    if not isinstance(persisted, Mapping) or persisted.get("version") != _VERSION:
        raise Refusal(400, f"persistedQuery must be an object with the version {_VERSION}.")
    document_hash = persisted.get("sha256Hash")
    if not isinstance(document_hash, str):
        raise Refusal(400, "persistedQuery must hold the text sha256Hash.")
    return document_hash
