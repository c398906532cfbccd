"""What a document may not be, whatever it asks for (A42, A43)."""

from collections.abc import Iterator
from contextlib import suppress

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    StringValueNode,
    ValidationRule,
    validate,
)
from graphql.validation.rules import overlapping_fields_can_be_merged
from strawberry.extensions import SchemaExtension

from schema.errors import Refused, TopLevelCode
from server.compat import core_schema, provided_operation_name
from server.cost.input_limits import check_inputs
from server.documents import MAX_LENGTH, MAX_TOKENS, has_long_number, parsed, read

# Work, not time: a tenth of what graphql-core allows, which takes it more than a second of a core.
# A document of hundreds of different fields needs a few thousand.
overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = 50_000


_VALID = "valid"


class StorableText(ValidationRule):
    """Refuses NUL in the texts of a document: PostgreSQL cannot store it."""

    def enter_string_value(self, node: StringValueNode, *_: object) -> None:
        """Each text of the document."""
        if "\x00" in node.value:
            self.report_error(GraphQLError("A text may not hold a NUL character.", node))


class DocumentLimits(SchemaExtension):
    """Bounds the parser and caches it, refuses NUL, and several operations without a name.

    What is refused here is not validated any more: it may be too large for that.
    """

    def on_operation(self) -> Iterator[None]:
        """Before the parser starts."""
        context = self.execution_context
        context.parse_options["max_tokens"] = MAX_TOKENS
        context.validation_rules = (*context.validation_rules, StorableText)
        yield

    def on_parse(self) -> Iterator[None]:
        """Take the parsed document from the cache; what cannot be parsed is left to strawberry."""
        query = self.execution_context.query or ""
        if len(query) <= MAX_LENGTH:
            with suppress(GraphQLError):
                self.execution_context.graphql_document = parsed(query)
        yield

    def on_validate(self) -> Iterator[None]:
        """Refuse, or validate: from the cache where the document was seen before."""
        context = self.execution_context
        refusal = self.refusal()
        if refusal is not None:
            context.pre_execution_errors = [refusal]
            yield
            return
        # By the text: strawberry's cache hashes the whole tree of the document at each look.
        query, rules = context.query or "", context.validation_rules
        context.pre_execution_errors = _errors(core_schema(context.schema), query, rules)
        if not context.pre_execution_errors:
            self.accept(query)
        yield

    def accept(self, query: str) -> None:
        """Called with a valid document; who has paid for it decides how it is kept."""

    def refusal(self) -> Refused | None:
        """Why the operation is not even validated; None where it is."""
        context = self.execution_context
        # No public name for it: `operation_name` already falls back to the first operation.
        given = provided_operation_name(context)
        document = context.graphql_document
        # The specification wants a name where there is a choice; strawberry takes the first.
        if given is None and document is not None and _operations(document) > 1:
            return _bad("The document holds several operations: say which with operationName.")
        if has_long_number(context.query or ""):
            return _bad("A number in the document is too long.")
        return check_inputs(
            context.variables,
            context.operation_extensions,
            is_anonymous=context.context.actor.is_anonymous,
        )


def _errors(
    schema: GraphQLSchema, query: str, rules: tuple[type[ASTValidationRule], ...]
) -> list[GraphQLError]:
    """What is wrong with a document. Nothing that is wrong is remembered."""
    document = read(query)
    if (_VALID, rules) in document.facts:
        return []
    errors = validate(schema, document.tree, rules)
    if not errors:
        document.facts[_VALID, rules] = True
    return errors


def _bad(message: str) -> Refused:
    return Refused(TopLevelCode.BAD_USER_INPUT, message)


def _operations(document: DocumentNode) -> int:
    return sum(isinstance(item, OperationDefinitionNode) for item in document.definitions)
