"""Documents, parsed once for all who look at them, and what was found out about each.

Everything that is known of a document hangs on it and goes with it: the bytes of all are bounded.
Those that are answered just now, those of visitors and those of accounts are kept apart: a crowd of
strangers makes nobody forget what the dashboards ask (SEC7, D13).
"""

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
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
MAX_OPERATIONS = 8  # of one document, of which facts are kept
FACT_BYTES = 4_000  # of one operation of a document, for each kind of fact
_TOKEN_BYTES = 650  # of its nodes, measured
_MAX_DIGITS = 400
_LONG_NUMBER = re.compile(rf"[0-9]{{{_MAX_DIGITS}}}")

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Document:
    """A text that is a document, its tree, and what was found out about it."""

    text: str
    tree: DocumentNode
    operations: frozenset[str | None] = field(init=False)
    facts: dict[Hashable, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """An operation is asked for by its name, or by none."""
        names = [
            node.name.value
            for node in self.tree.definitions
            if isinstance(node, OperationDefinitionNode) and node.name is not None
        ]
        self.operations = frozenset([None, *names[: MAX_OPERATIONS - 1]])

    @property
    def size(self) -> int:
        """In bytes, with the facts that may still come."""
        tokens = self.tree.token_count or 0
        facts = 3 * FACT_BYTES * len(self.operations)
        return 4 * len(self.text) + tokens * _TOKEN_BYTES + facts


class DocumentCaches:
    """One for each process, for there is one schema."""

    def __init__(self) -> None:
        """Empty."""
        # Larger than the largest document: it is parsed once for each request in any case.
        self.recent: ByteCache[str, Document] = ByteCache(4_000_000)
        self.visitors: ByteCache[str, Document] = ByteCache(3_000_000)
        self.accounts: ByteCache[str, Document] = ByteCache(16_000_000, max_owner_bytes=4_000_000)

    def find(self, text: str) -> Document | None:
        """Wherever it is."""
        return self.accounts.get(text) or self.visitors.get(text) or self.recent.get(text)

    def keep(self, text: str, owner: Hashable | None) -> None:
        """It was valid, and its caller has paid for it. `owner`: None for a visitor."""
        document = self.recent.pop(text)
        if document is None and owner is not None and text not in self.accounts:
            document = self.visitors.pop(text)
        if document is not None:
            cache = self.visitors if owner is None else self.accounts
            cache.put(text, document, document.size, owner)


CACHES = DocumentCaches()


def read(query: str) -> Document:
    """What is known of a document; raises GraphQLError where it is none, or too long."""
    found = CACHES.find(query)
    if found is None:
        try:
            tree = parse(query, max_tokens=MAX_TOKENS)
        except RecursionError:
            raise GraphQLError("The document is nested too deeply.") from None
        _unlink(tree)
        found = Document(query, tree)
        CACHES.recent.put(query, found, found.size)
    return found


def _unlink(tree: DocumentNode) -> None:
    """Take the list of its tokens apart: in circles, it would stay until a full collection."""
    token = tree.loc.start_token if tree.loc is not None else None
    while token is not None:
        following, token.prev, token.next = token.next, None, None
        token = following


def parsed(query: str) -> DocumentNode:
    """The document of a query; raises GraphQLError where it is none, or too long."""
    return read(query).tree


def fact(query: str, operation_name: str | None, kind: Hashable, find: Callable[[], T]) -> T:
    """What is true of an operation of a document, found out once while the document is kept."""
    document = read(query)
    if operation_name not in document.operations:
        return find()
    key = (kind, operation_name)
    if key not in document.facts:
        document.facts[key] = find()
    return cast("T", document.facts[key])


def has_long_number(query: str) -> bool:
    """Whether a document that parses holds an integer that Python refuses to read."""
    return _LONG_NUMBER.search(query) is not None and fact(
        query, None, has_long_number, lambda: _long_number(query)
    )


def _long_number(query: str) -> bool:
    token = (lexer := Lexer(Source(query))).token
    while token.kind is not TokenKind.EOF:
        token = lexer.advance()
        if token.kind is TokenKind.INT and len(token.value or "") > _MAX_DIGITS:
            return True
    return False


def operation_kind(query: str, operation_name: str | None) -> OperationType | None:
    """Query, mutation or subscription; None where the document does not tell."""
    try:
        operation = get_operation_ast(parsed(query), operation_name)
    except GraphQLError:
        return None
    return operation.operation if operation else None
