"""The document cache: each document is parsed once, and facts about it are computed once.

The facts are stored in the entry of their document and evicted with it; the size of all entries is
bounded. Recent documents, those of visitors and those of accounts have separate caches, so that a
crowd of visitors cannot evict the documents of the dashboards (SEC7, D13).
"""

import asyncio
import re
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar, cast

from graphql import (
    DocumentNode,
    GraphQLError,
    Lexer,
    OperationDefinitionNode,
    OperationType,
    Source,
    TokenKind,
    get_operation_ast,
    parse,
)

from services.platform.byte_cache import ByteCache

MAX_TOKENS = 5_000
MAX_LENGTH = 100_000
MAX_OPERATIONS = 8  # per document for which facts are cached
FACT_BYTES = 4_000  # of one kind of fact about one operation
_TOKEN_BYTES = 650  # of the nodes of a token, measured
_MAX_DIGITS = 400
_LONG_NUMBER = re.compile(rf"[0-9]{{{_MAX_DIGITS}}}")

# Parsing and validating a shorter document takes less than 20 ms of CPU time (SEC6).
_LARGE = 2_000  # characters

T = TypeVar("T")

# One at a time: it is work for the CPU, and the event loop goes on meanwhile.
_THREAD = ThreadPoolExecutor(1, thread_name_prefix="documents")


@dataclass(slots=True, eq=False)
class Document:
    """A parsed document, with the facts that were computed about it."""

    text: str
    tree: DocumentNode
    operations: frozenset[str | None] = field(init=False)
    facts: dict[Hashable, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """List the names by which operations can be requested; None is a request without name."""
        names = [
            node.name.value
            for node in self.tree.definitions
            if isinstance(node, OperationDefinitionNode) and node.name is not None
        ]
        self.operations = frozenset([None, *names[: MAX_OPERATIONS - 1]])

    @property
    def size(self) -> int:
        """The approximate size in bytes, including facts that may still be added."""
        tokens = self.tree.token_count or 0
        facts = 3 * FACT_BYTES * len(self.operations)
        return 4 * len(self.text) + tokens * _TOKEN_BYTES + facts


class DocumentCaches:
    """The caches of one process, which has one schema."""

    def __init__(self) -> None:
        """Start with empty caches."""
        # Larger than the largest document, so that no request parses its document twice.
        self.recent: ByteCache[str, Document] = ByteCache(4_000_000)
        self.visitors: ByteCache[str, Document] = ByteCache(3_000_000)
        self.accounts: ByteCache[str, Document] = ByteCache(16_000_000, max_owner_bytes=4_000_000)

        self._failure: tuple[str, GraphQLError] | None = None

    def note_failure(self, text: str, error: GraphQLError) -> None:
        """Remember the last document that is invalid: a request reads its document repeatedly."""
        self._failure = (text, error)

    def raise_failure(self, text: str) -> None:
        """Raise the error of the document if it is the last one that is invalid."""
        if self._failure is not None and self._failure[0] == text:
            error = self._failure[1]
            raise GraphQLError(error.message, source=Source(text), positions=error.positions)

    def find(self, text: str) -> Document | None:
        """Find a document in any of the caches."""
        return self.accounts.get(text) or self.visitors.get(text) or self.recent.get(text)

    def keep(self, text: str, owner: Hashable | None) -> None:
        """Move a valid document, whose cost was charged, to the cache of its owner.

        `owner` is None for a visitor.
        """
        document = self.recent.pop(text)
        if document is None and owner is not None and text not in self.accounts:
            document = self.visitors.pop(text)
        if document is not None:
            cache = self.visitors if owner is None else self.accounts
            cache.put(text, document, document.size, owner)


CACHES = DocumentCaches()


def read(query: str) -> Document:
    """Return a document from the cache, or parse it. Raises GraphQLError if it is invalid."""
    document = CACHES.find(query)
    if document is None:
        CACHES.raise_failure(query)
        document = _keep(query, partial(_parse, query))
    return document


async def prepare(query: str) -> None:
    """Parse a large document in a thread before `read` needs it; its errors are left to `read`."""
    if not _LARGE < len(query) <= MAX_LENGTH or CACHES.find(query) is not None:
        return
    with suppress(GraphQLError):
        CACHES.raise_failure(query)
        parsing = asyncio.wrap_future(_THREAD.submit(_parse, query))
        await asyncio.wait([parsing])
        _keep(query, parsing.result)


async def check(document: Document, work: Callable[[DocumentNode], T]) -> T:
    """Do work whose time grows with the document: for a large one in a thread."""
    if len(document.text) <= _LARGE:
        return work(document.tree)
    return await asyncio.wrap_future(_THREAD.submit(work, document.tree))


def _parse(query: str) -> DocumentNode:
    try:
        tree = parse(query, max_tokens=MAX_TOKENS)
    except RecursionError:
        raise GraphQLError("The document is nested too deeply.") from None
    _unlink(tree)
    return tree


def _keep(query: str, parse_document: Callable[[], DocumentNode]) -> Document:
    """Cache the document, or remember that it is invalid."""
    try:
        document = Document(query, parse_document())
    except GraphQLError as error:
        CACHES.note_failure(query, error)
        raise
    CACHES.recent.put(query, document, document.size)
    return document


def _unlink(tree: DocumentNode) -> None:
    """Unlink the tokens: a doubly linked list would stay until a full garbage collection."""
    token = tree.loc.start_token if tree.loc is not None else None
    while token is not None:
        following, token.prev, token.next = token.next, None, None
        token = following


def parsed(query: str) -> DocumentNode:
    """Return the tree of a document. Raises GraphQLError if it is invalid or too long."""
    return read(query).tree


def fact(query: str, operation_name: str | None, kind: Hashable, compute: Callable[[], T]) -> T:
    """Return a fact about an operation; compute it once while the document is cached."""
    document = read(query)
    if operation_name not in document.operations:
        return compute()
    key = (kind, operation_name)
    if key not in document.facts:
        document.facts[key] = compute()
    return cast("T", document.facts[key])


def has_long_number(query: str) -> bool:
    """Return whether a valid document contains an integer that is too long for Python."""
    return _LONG_NUMBER.search(query) is not None and fact(
        query, None, has_long_number, lambda: _find_long_number(query)
    )


def _find_long_number(query: str) -> bool:
    token = (lexer := Lexer(Source(query))).token
    while token.kind is not TokenKind.EOF:
        token = lexer.advance()
        if token.kind is TokenKind.INT and len(token.value or "") > _MAX_DIGITS:
            return True
    return False


def operation_kind(query: str, operation_name: str | None) -> OperationType | None:
    """Return the type of the operation; None if the document is invalid or has no such one."""
    try:
        operation = get_operation_ast(parsed(query), operation_name)
    except GraphQLError:
        return None
    return operation.operation if operation else None
