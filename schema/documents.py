"""Documents, parsed once for all who look at them."""

from functools import lru_cache

from graphql import DocumentNode, GraphQLError, OperationType, get_operation_ast, parse

MAX_TOKENS = 5_000
MAX_LENGTH = 100_000
_KEPT = 256


@lru_cache(maxsize=_KEPT)
def parsed(query: str) -> DocumentNode:
    """The document of a query; raises GraphQLError where it is none, or too long."""
    try:
        return parse(query, max_tokens=MAX_TOKENS)
    except RecursionError:
        raise GraphQLError("The document is nested too deeply.") from None


def operation_kind(query: str, operation_name: str | None) -> OperationType | None:
    """Query, mutation or subscription; None where the document does not tell."""
    try:
        operation = get_operation_ast(parsed(query), operation_name)
    except GraphQLError:
        return None
    return operation.operation if operation else None
