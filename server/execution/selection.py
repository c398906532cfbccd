"""The fields that an operation selects of an object type, in the order of the executor."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    is_abstract_type,
    visit,
)

from db.reads.base import NoPlan
from server.compat import releasing_visitors

MAX_FIELDS = 500  # of one plan; a field counts each time that it is selected


@dataclass(slots=True)
class Selection:
    """One operation, with the values of the variables that its directives use."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    booleans: Mapping[str, bool]
    count: int = field(default=0, init=False)

    def collect_fields(
        self, kind: GraphQLObjectType, sets: Iterable[SelectionSetNode]
    ) -> dict[str, list[FieldNode]]:
        """Return field nodes by response name, in order. Raises NoPlan if there are too many."""
        collected: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        for selected in sets:
            for node in self._walk(kind, selected, seen):
                name = node.alias.value if node.alias else node.name.value
                collected.setdefault(name, []).append(node)
        return collected

    def _walk(
        self, kind: GraphQLObjectType, selected: SelectionSetNode, seen: set[str]
    ) -> Iterator[FieldNode]:
        for node in selected.selections:
            self.count += 1
            if self.count > MAX_FIELDS:
                raise NoPlan("too many fields")
            if not self._is_included(node.directives or ()):
                continue
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                if condition is None or self._matches_type(condition.name.value, kind):
                    yield from self._walk(kind, node.selection_set, seen)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                fragment = self.fragments[node.name.value]
                if self._matches_type(fragment.type_condition.name.value, kind):
                    yield from self._walk(kind, fragment.selection_set, seen)

    def _matches_type(self, name: str, kind: GraphQLObjectType) -> bool:
        condition = self.schema.get_type(name)
        if condition is kind:
            return True
        return is_abstract_type(condition) and self.schema.is_sub_type(condition, kind)

    def _is_included(self, directives: Iterable[DirectiveNode]) -> bool:
        return all(
            self._condition_value(item) is (item.name.value == "include") for item in directives
        )

    def _condition_value(self, directive: DirectiveNode) -> bool:
        if directive.name.value not in ("skip", "include"):
            raise NoPlan(f"@{directive.name.value}")
        (argument,) = directive.arguments or ()
        if isinstance(argument.value, BooleanValueNode):
            return argument.value.value
        assert isinstance(argument.value, VariableNode)
        return self.booleans[argument.value.name.value]


class _DirectiveVariables(Visitor):
    """Collects the names of the variables that directives use."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        """Add the variables of one directive."""
        for argument in node.arguments or ():
            if isinstance(argument.value, VariableNode):
                self.names.add(argument.value.name.value)


def directive_variables(document: DocumentNode) -> frozenset[str]:
    """Return the variables that decide which fields any operation of a document selects."""
    with releasing_visitors():
        visitor = _DirectiveVariables()
        visit(document, visitor)
    return frozenset(visitor.names)


def fragments_by_name(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """Return the fragments of a document by name."""
    return {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }


def selection_sets(nodes: Iterable[FieldNode | OperationDefinitionNode]) -> list[SelectionSetNode]:
    """Return the selection sets of field nodes that are merged into one response field."""
    return [node.selection_set for node in nodes if node.selection_set is not None]
