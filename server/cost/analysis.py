"""What an operation may cost at most, known before anything runs (A42, A43).

An object costs 1, or its `@cost`; a value in it a tenth, and so does a value inside of lists and
input objects, once for the variable and once for each use. What lies below a list counts once for
each item that may come. Every fragment is looked at once, so the time is linear in the document.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_operation_ast,
    is_abstract_type,
)
from graphql.utilities import type_from_ast

from domain.platform.json_shape import count_values, excess
from schema.errors import Refused, TopLevelCode
from schema.quota import Cost
from server.cost.field_costs import (
    POINT,
    Field,
    Parent,
    Variables,
    count_of,
    is_page,
    items_of,
    literal,
    object_name,
    page_size,
    priced,
    raw_value,
)
from server.cost.input_limits import MAX_VALUES
from server.documents import fact, parsed

MAX_COST = 10_000
MAX_DEPTH = 15
MAX_ROOT_FIELDS = 50

INTROSPECTION_COST = 3_000  # of the whole schema a tenth of a second and more
_MAX_NESTED = 100  # of fragments in fragments, which need not be fields
_MAX_KNOWN, _MAX_NAMES = 8, 8  # of one operation: see FACT_BYTES
_INTROSPECTION = frozenset({"__schema", "__type"})


class Tally(NamedTuple):
    """Of one selection set. `items` is what lies below the items of a page, for one of them."""

    flat: int = 0
    items: int = 0
    depth: int = 0
    fields: int = 0


class Analysis:
    """One document with one set of variables."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Variables) -> None:
        """`variables` as they came: what is no number of items is taken for the usual one."""
        self._schema = schema
        self._variables = dict(variables)
        self._fragments = {
            item.name.value: item
            for item in document.definitions
            if isinstance(item, FragmentDefinitionNode)
        }
        self.names: set[str] = set()  # the variables that move the cost
        self._sizes = {name: count_values(value) for name, value in variables.items()}
        self._known: dict[str, Tally] = {}
        self._nested = 0

    def cost(self, operation: OperationDefinitionNode) -> Cost:
        """Raises Refused where fragments are nested too deeply to look at."""
        for definition in operation.variable_definitions or ():
            if definition.default_value is not None:
                name = definition.variable.name.value
                self._variables.setdefault(name, literal(definition.default_value))
                size = self._values_in(definition.default_value)
                self._sizes.setdefault(name, size)
                if size:
                    self.names.add(name)
        tally = self._selections(
            operation.selection_set, self._schema.get_root_type(operation.operation)
        )
        inputs = sum(self._sizes.values())  # each is coerced once, and again where it is used
        points = -(-(tally.flat + tally.items + inputs) // POINT)
        return Cost(max(points, 1), tally.depth, tally.fields)

    def _values_in(self, node: ValueNode) -> int:
        """Inside an argument; raises Refused where it is too large."""
        if isinstance(node, VariableNode):
            return self._sizes.get(node.name.value, 0)
        if not isinstance(node, ListValueNode | ObjectValueNode):
            return 0
        value, variables = raw_value(node)
        if (found := excess(value, MAX_VALUES)) is not None:
            name = f"An argument in the document may not {found.message}."
            raise _exceeded(name, found.amount, found.limit)
        return count_values(value) + sum(self._sizes.get(name, 0) for name in variables)

    def _selections(self, selections: SelectionSetNode, parent: Parent) -> Tally:
        self._nested += 1
        if self._nested > _MAX_NESTED:
            raise too_deep()
        shared: list[Tally] = []
        by_type: dict[str, list[Tally]] = defaultdict(list)
        for node in selections.selections:
            if isinstance(node, FieldNode):
                shared.append(self._field(node, parent))
            else:
                condition, tally = self._fragment(node, parent)
                # An object is of one type: of what is asked for each of them, the dearest counts.
                concrete = condition if is_abstract_type(parent) else None
                (by_type[concrete] if concrete else shared).append(tally)
            shared.append(Tally(flat=len(node.directives or ())))
        self._nested -= 1
        dearest = max((_sum(tallies) for tallies in by_type.values()), default=Tally())
        return _sum([*shared, dearest])

    def _fragment(self, node: SelectionNode, parent: Parent) -> tuple[str | None, Tally]:
        """What a fragment costs, and the object type that it is for; None for any."""
        if isinstance(node, InlineFragmentNode):
            kind = parent
            if node.type_condition is not None:
                kind = type_from_ast(self._schema, node.type_condition)
            return object_name(kind), self._selections(node.selection_set, kind)
        assert isinstance(node, FragmentSpreadNode)
        name = node.name.value
        fragment = self._fragments.get(name)
        if fragment is None:
            return None, Tally()
        kind = type_from_ast(self._schema, fragment.type_condition)
        if name not in self._known:
            self._known[name] = Tally()  # one that contains itself is refused by validation
            self._known[name] = self._selections(fragment.selection_set, kind)
        return object_name(kind), self._known[name]

    def _field(self, node: FieldNode, parent: Parent) -> Tally:
        name = node.name.value
        if name in _INTROSPECTION:
            return Tally(INTROSPECTION_COST * POINT, depth=1, fields=1)
        field = priced(parent, name)
        below = Tally()
        if node.selection_set is not None:
            below = self._selections(node.selection_set, field.type)
        given = {
            item.name.value: self._value(item.value)
            for item in node.arguments or ()
            if item.name.value in field.counted
        }
        weight = field.weight + sum(self._values_in(item.value) for item in node.arguments or ())
        for argument in field.multiplied_by:
            weight *= count_of(given.get(argument), 1)
        return self._with_items(field, given, weight, below, parent)

    def _with_items(
        self, field: Field, given: Variables, weight: int, below: Tally, parent: Parent
    ) -> Tally:
        depth, inside = below.depth + 1, below.flat + below.items
        if field.is_page:
            count = page_size(given)
            return Tally(weight + below.flat + count * below.items, 0, depth, 1)
        if field.is_list:
            each = POINT + inside
            if is_page(parent):
                return Tally(weight, each, depth, 1)
            return Tally(weight + each * items_of(field, given), 0, depth, 1)
        return Tally(weight + inside, 0, depth, 1)

    def _value(self, node: ValueNode) -> object:
        if isinstance(node, VariableNode):
            self.names.add(node.name.value)
            return self._variables.get(node.name.value)
        return literal(node)


class Shape:
    """A document and what it was found to cost, by the numbers among its variables."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
    ) -> None:
        """Nothing is worked out yet."""
        self._schema, self._document, self._operation = schema, document, operation
        self._declared = [item.variable.name.value for item in operation.variable_definitions or ()]
        self._names: tuple[str, ...] | None = None
        self._known: dict[Hashable, Cost] = {}

    def cost(self, variables: Variables) -> Cost:
        """Raises Refused where fragments are nested too deeply to look at."""
        sizes = {name: count_values(value) for name, value in variables.items()}
        if self._names is not None and not any(map(sizes.get, self._names)):
            found = self._known.get(self._key(variables, sizes))
            if found is not None:
                return found
        analysis = Analysis(self._schema, self._document, variables)
        cost = analysis.cost(self._operation)
        is_plain = not any(map(sizes.get, analysis.names))
        if is_plain and len(analysis.names) <= _MAX_NAMES:
            self._names = tuple(sorted(analysis.names))
            if len(self._known) >= _MAX_KNOWN:
                self._known.clear()
            self._known[self._key(variables, sizes)] = cost
        return cost

    def allowed(self, variables: Variables) -> Cost:
        """The cost; raises Refused, with the numbers, where that is too much."""
        cost = self.cost(variables)
        check(cost)
        return cost

    def _key(self, variables: Variables, sizes: Mapping[str, int]) -> Hashable:
        """All that decides: the numbers of some variables, and how much each of all holds."""
        numbers = tuple(
            count_of(variables[name], -1) if name in variables else -2  # its default counts
            for name in self._names or ()
        )
        return numbers, tuple(sizes.get(name, 0) for name in self._declared), sum(sizes.values())


def _shape(schema: GraphQLSchema, query: str, operation_name: str | None) -> Shape | None:
    document = parsed(query)
    operation = get_operation_ast(document, operation_name)
    return Shape(schema, document, operation) if operation else None


def cost_of(
    schema: GraphQLSchema, query: str, operation_name: str | None, variables: Variables
) -> Cost:
    """What an operation may cost; raises Refused, with the numbers, where that is too much."""
    shape = fact(query, operation_name, Shape, lambda: _shape(schema, query, operation_name))
    return shape.allowed(variables) if shape else Cost(1, 0, 0)


def check(cost: Cost) -> None:
    """Raises Refused, with the numbers, where an operation asks for too much."""
    if cost.depth > MAX_DEPTH:
        raise too_deep(cost.depth)
    if cost.root_fields > MAX_ROOT_FIELDS:
        raise _exceeded(
            f"The operation has {cost.root_fields} root fields; at most {MAX_ROOT_FIELDS} are"
            " answered at once.",
            cost.root_fields, MAX_ROOT_FIELDS,
        )  # fmt: skip
    if cost.points > MAX_COST:
        raise _exceeded(
            f"The operation may cost {cost.points} points; at most {MAX_COST} are allowed. Ask for"
            " smaller pages or fewer fields.",
            cost.points, MAX_COST,
        )  # fmt: skip


def too_deep(depth: int | None = None) -> Refused:
    """Whether by fields or by fragments."""
    message = f"The operation is nested too deeply; at most {MAX_DEPTH} levels are allowed."
    return _exceeded(message, depth or _MAX_NESTED, MAX_DEPTH)


def _exceeded(message: str, requested: int, limit: int) -> Refused:
    return Refused(TopLevelCode.COST_EXCEEDED, message, requested=requested, limit=limit)


def _sum(tallies: Iterable[Tally]) -> Tally:
    flat = items = depth = fields = 0
    for tally in tallies:
        flat += tally.flat
        items += tally.items
        depth = max(depth, tally.depth)
        fields += tally.fields
    return Tally(flat, items, depth, fields)
