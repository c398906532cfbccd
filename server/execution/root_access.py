"""Scopes of root fields, checked before any input is coerced (SEC6).

The same declaration refuses each field again when it is resolved: here only what comes first.
"""

from collections.abc import Iterator

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionNode,
    get_operation_ast,
    is_non_null_type,
    located_error,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter

from schema.context import Context
from schema.errors import Refused
from schema.permissions import RequireScope, require


def refused_operation(
    schema: GraphQLSchema, document: DocumentNode, operation_name: str | None, context: Context
) -> GraphQLError | None:
    """The error of an operation that fails as a whole; None where any of it may be answered.

    It fails as a whole where its first root field is refused and cannot be null. Where directives
    or inline fragments decide which field that is, the executor finds out.
    """
    operation = get_operation_ast(document, operation_name)
    node = next(_fields(operation, document), None) if operation is not None else None
    root = schema.get_root_type(operation.operation) if operation is not None else None
    if node is None or root is None:
        return None
    field = root.fields.get(node.name.value)
    scopes = _scopes(field)
    if field is None or scopes is None or not is_non_null_type(field.type):
        return None
    try:
        require(context, scopes.scopes)
    except Refused as refused:
        name = node.alias.value if node.alias else node.name.value
        return located_error(refused, [node], [name])
    return None


def _fields(operation: OperationDefinitionNode, document: DocumentNode) -> Iterator[FieldNode]:
    """Root fields in their order, up to what only the executor can decide."""
    pending: list[SelectionNode] = [*reversed(operation.selection_set.selections)]
    while pending:
        node = pending.pop()
        if node.directives:
            return
        if isinstance(node, FieldNode):
            yield node
        elif isinstance(node, FragmentSpreadNode):
            fragment = _fragment(document, node.name.value)
            pending.extend(reversed(fragment.selection_set.selections if fragment else ()))
        else:
            return


def _fragment(document: DocumentNode, name: str) -> FragmentDefinitionNode | None:
    return next(
        (
            item
            for item in document.definitions
            if isinstance(item, FragmentDefinitionNode) and item.name.value == name
        ),
        None,
    )


def _scopes(field: GraphQLField | None) -> RequireScope | None:
    definition = field and field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    extensions = getattr(definition, "extensions", ())
    return next((item for item in extensions if isinstance(item, RequireScope)), None)
