"""The fields that an operation selects of an object type, as the executor collects them."""

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

MAX_FIELDS = 500  # of one plan, each time that it is selected


@dataclass(slots=True)
class Selection:
    """One operation, with the values of the variables that its directives name."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    booleans: Mapping[str, bool]
    count: int = field(default=0, init=False)

    def fields(
        self, kind: GraphQLObjectType, sets: Iterable[SelectionSetNode]
    ) -> dict[str, list[FieldNode]]:
        """By their names in the answer, in its order; raises NoPlan where they are too many."""
        found: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        for selected in sets:
            for node in self._walk(kind, selected, seen):
                name = node.alias.value if node.alias else node.name.value
                found.setdefault(name, []).append(node)
        return found

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
                if condition is None or self._applies(condition.name.value, kind):
                    yield from self._walk(kind, node.selection_set, seen)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                fragment = self.fragments[node.name.value]
                if self._applies(fragment.type_condition.name.value, kind):
                    yield from self._walk(kind, fragment.selection_set, seen)

    def _applies(self, name: str, kind: GraphQLObjectType) -> bool:
        condition = self.schema.get_type(name)
        if condition is kind:
            return True
        return is_abstract_type(condition) and self.schema.is_sub_type(condition, kind)

    def _is_included(self, directives: Iterable[DirectiveNode]) -> bool:
        return all(self._condition(item) is (item.name.value == "include") for item in directives)

    def _condition(self, directive: DirectiveNode) -> bool:
        if directive.name.value not in ("skip", "include"):
            raise NoPlan(f"@{directive.name.value}")
        (argument,) = directive.arguments or ()
        if isinstance(argument.value, BooleanValueNode):
            return argument.value.value
        assert isinstance(argument.value, VariableNode)
        return self.booleans[argument.value.name.value]


class _Conditions(Visitor):
    """Collects the names of the variables that directives name."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        """Each directive of the document."""
        for argument in node.arguments or ():
            if isinstance(argument.value, VariableNode):
                self.names.add(argument.value.name.value)


def conditions(document: DocumentNode) -> frozenset[str]:
    """The variables that decide which fields are selected, in any operation of a document."""
    visitor = _Conditions()
    visit(document, visitor)
    return frozenset(visitor.names)


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """By their names."""
    return {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }


def sets_of(nodes: Iterable[FieldNode | OperationDefinitionNode]) -> list[SelectionSetNode]:
    """What is selected below fields that are one in the answer."""
    return [node.selection_set for node in nodes if node.selection_set is not None]
