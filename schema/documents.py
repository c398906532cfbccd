"""Documents, parsed once for all who look at them."""

import re
from functools import lru_cache

from graphql import (
    DocumentNode,
    GraphQLError,
    Lexer,
    OperationType,
    Source,
    TokenKind,
    get_operation_ast,
    parse,
)

MAX_TOKENS = 5_000
MAX_LENGTH = 100_000
_KEPT = 256
_MOST_DIGITS = 400
_LONG_NUMBER = re.compile(rf"[0-9]{{{_MOST_DIGITS}}}")


@lru_cache(maxsize=_KEPT)
def parsed(query: str) -> DocumentNode:
    """The document of a query; raises GraphQLError where it is none, or too long."""
    try:
        return parse(query, max_tokens=MAX_TOKENS)
    except RecursionError:
        raise GraphQLError("The document is nested too deeply.") from None


@lru_cache(maxsize=_KEPT)
def has_long_number(query: str) -> bool:
    """Whether a document that parses holds an integer that Python refuses to read."""
    if _LONG_NUMBER.search(query) is None:
        return False
    token = (lexer := Lexer(Source(query))).token
    while token.kind is not TokenKind.EOF:
        token = lexer.advance()
        if token.kind is TokenKind.INT and len(token.value or "") > _MOST_DIGITS:
            return True
    return False


def operation_kind(query: str, operation_name: str | None) -> OperationType | None:
    """Query, mutation or subscription; None where the document does not tell."""
    try:
        operation = get_operation_ast(parsed(query), operation_name)
    except GraphQLError:
        return None
    return operation.operation if operation else None
