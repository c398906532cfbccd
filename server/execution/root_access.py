"""Checks the scopes of root fields before any input is coerced (SEC6).

The same declarations are checked again when each field is resolved. This check only decides which
error comes first.
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


def find_access_error(
    schema: GraphQLSchema, document: DocumentNode, operation_name: str | None, context: Context
) -> GraphQLError | None:
    """Return the error of an operation that fails as a whole, else None.

    It fails as a whole if its first root field is refused and cannot be null. Where directives or
    inline fragments decide which field comes first, the executor finds out.
    """
    operation = get_operation_ast(document, operation_name)
    node = next(_root_fields(operation, document), None) if operation is not None else None
    root = schema.get_root_type(operation.operation) if operation is not None else None
    if node is None or root is None:
        return None
    field = root.fields.get(node.name.value)
    requirement = _required_scopes(field)
    if field is None or requirement is None or not is_non_null_type(field.type):
        return None
    try:
        require(context, requirement.scopes)
    except Refused as refused:
        name = node.alias.value if node.alias else node.name.value
        return located_error(refused.with_traceback(None), [node], [name])
    return None


def _root_fields(operation: OperationDefinitionNode, document: DocumentNode) -> Iterator[FieldNode]:
    """Yield the root fields in order, up to what only the executor can decide."""
    pending: list[SelectionNode] = [*reversed(operation.selection_set.selections)]
    while pending:
        node = pending.pop()
        if node.directives:
            return
        if isinstance(node, FieldNode):
            yield node
        elif isinstance(node, FragmentSpreadNode):
            fragment = _find_fragment(document, node.name.value)
            pending.extend(reversed(fragment.selection_set.selections if fragment else ()))
        else:
            return


def _find_fragment(document: DocumentNode, name: str) -> FragmentDefinitionNode | None:
    return next(
        (
            item
            for item in document.definitions
            if isinstance(item, FragmentDefinitionNode) and item.name.value == name
        ),
        None,
    )


def _required_scopes(field: GraphQLField | None) -> RequireScope | None:
    definition = field and field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    extensions = getattr(definition, "extensions", ())
    return next((item for item in extensions if isinstance(item, RequireScope)), None)
