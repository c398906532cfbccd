"""Limits of documents that do not depend on their cost (A42, A43)."""

from collections.abc import AsyncIterator, Collection, Iterator
from functools import partial

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    StringValueNode,
    ValidationRule,
    validate,
)
from strawberry.extensions import SchemaExtension

from schema.errors import MAX_ERRORS, Refused, TopLevelCode
from server.compat import core_schema, provided_operation_name, releasing_visitors
from server.cost.input_limits import check_inputs
from server.documents import MAX_LENGTH, MAX_TOKENS, check, has_long_number, parsed, read

_VALID = "valid"


class StorableText(ValidationRule):
    """Refuses NUL characters in the strings of a document: PostgreSQL cannot store them."""

    def enter_string_value(self, node: StringValueNode, *_: object) -> None:
        """Check one string of the document."""
        if "\x00" in node.value:
            self.report_error(GraphQLError("A text may not hold a NUL character.", node))


class DocumentLimits(SchemaExtension):
    """Limits and caches parsing, and refuses documents before validation.

    Documents that are refused here are not validated: they may be too large for that.
    """

    def on_operation(self) -> Iterator[None]:
        """Set the limits of the parser and an additional validation rule."""
        context = self.execution_context
        context.parse_options["max_tokens"] = MAX_TOKENS
        context.validation_rules = (*context.validation_rules, StorableText)
        yield

    def on_parse(self) -> Iterator[None]:
        """Take the document from the cache; a syntax error is reported in place of validation.

        Without a document strawberry would parse it again, in the event loop.
        """
        context = self.execution_context
        self._syntax_error: GraphQLError | None = None
        if context.query and len(context.query) <= MAX_LENGTH:
            try:
                context.graphql_document = parsed(context.query)
            except GraphQLError as error:
                self._syntax_error = error
                context.graphql_document = _placeholder(provided_operation_name(context))
        yield

    async def on_validate(self) -> AsyncIterator[None]:
        """Refuse the operation, or validate its document, once while it is cached."""
        context = self.execution_context
        refusal = self._syntax_error or self.refusal()
        if refusal is not None:
            context.pre_execution_errors = [refusal]
            yield
            return
        # By the text: strawberry's cache hashes the whole tree at each lookup.
        query, rules = context.query or "", context.validation_rules
        context.pre_execution_errors = await _validate(core_schema(context.schema), query, rules)
        if not context.pre_execution_errors:
            self.accept(query)
        yield

    def accept(self, query: str) -> None:
        """Called with a valid document, for subclasses."""

    def refusal(self) -> Refused | None:
        """Return why the operation is refused before validation, else None."""
        context = self.execution_context
        name = provided_operation_name(context)
        document = context.graphql_document
        # The specification requires a name if there are several; strawberry takes the first one.
        if name is None and document is not None and _count_operations(document) > 1:
            return _refused("The document holds several operations: say which with operationName.")
        if has_long_number(context.query or ""):
            return _refused("A number in the document is too long.")
        return check_inputs(
            context.variables,
            context.operation_extensions,
            is_anonymous=context.context.actor.is_anonymous,
        )


async def _validate(
    schema: GraphQLSchema, query: str, rules: tuple[type[ASTValidationRule], ...]
) -> list[GraphQLError]:
    """Validate a document; only success is cached."""
    document = read(query)
    if (_VALID, rules) in document.facts:
        return []
    errors = await check(document, partial(find_errors, schema, rules))
    if not errors:
        document.facts[_VALID, rules] = True
    return errors


def find_errors(
    schema: GraphQLSchema, rules: Collection[type[ASTValidationRule]] | None, tree: DocumentNode
) -> list[GraphQLError]:
    """Return the errors of a document, at most as many as a reply shows, and one that counts.

    An error may print the whole value that it is about: a hundred of them took seconds. Names are
    not suggested anyway.
    """
    with releasing_visitors():
        return validate(schema, tree, rules, max_errors=MAX_ERRORS, hide_suggestions=True)


def _placeholder(operation_name: str | None) -> DocumentNode:
    """Return a document with an operation of this name, for a document that is no document."""
    name = NameNode(value=operation_name) if operation_name else None
    fields = SelectionSetNode(selections=())
    operation = OperationDefinitionNode(
        operation=OperationType.QUERY, name=name, selection_set=fields
    )
    return DocumentNode(definitions=(operation,))


def _refused(message: str) -> Refused:
    return Refused(TopLevelCode.BAD_USER_INPUT, message)


def _count_operations(document: DocumentNode) -> int:
    return sum(isinstance(item, OperationDefinitionNode) for item in document.definitions)
