"""Computes the maximum cost of an operation before it runs (A42, A43).

An object costs 1 point or its `@cost`. A leaf costs a tenth of a point, and so does each value in a
list or input object, once for the variable and once for each use. A selection below a list counts
once for each possible item. Each fragment is analysed once, so that the time is linear in the size
of the document.
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
    FieldCost,
    Parent,
    Variables,
    field_cost,
    is_page,
    list_size,
    literal,
    object_name,
    page_size,
    raw_value,
    requested_count,
)
from server.cost.input_limits import MAX_VALUES
from server.documents import fact, parsed

MAX_COST = 10_000
MAX_DEPTH = 15
MAX_ROOT_FIELDS = 50

INTROSPECTION_COST = 3_000  # the whole schema takes more than a tenth of a second
_MAX_NESTED = 100  # selection sets: fragments nest without adding to the depth
_MAX_COSTS, _MAX_NAMES = 8, 8  # of one operation: see FACT_BYTES
_INTROSPECTION = frozenset({"__schema", "__type"})


class Tally(NamedTuple):
    """The cost of one selection set, in tenths of a point.

    `items` is the cost per item of the page that the selection set belongs to, `flat` all else.
    """

    flat: int = 0
    items: int = 0
    depth: int = 0
    fields: int = 0


class CostAnalysis:
    """The analysis of one document with one set of variables."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Variables) -> None:
        """`variables` are not coerced yet; a value that is no number of items means the default."""
        self._schema = schema
        self._variables = dict(variables)
        self._fragments = {
            item.name.value: item
            for item in document.definitions
            if isinstance(item, FragmentDefinitionNode)
        }
        self.names: set[str] = set()  # of the variables that the cost depends on
        self._sizes = {name: count_values(value) for name, value in variables.items()}
        self._fragment_tallies: dict[str, Tally] = {}
        self._nested = 0

    def cost(self, operation: OperationDefinitionNode) -> Cost:
        """Compute the cost. Raises Refused if fragments are nested too deeply."""
        for definition in operation.variable_definitions or ():
            if definition.default_value is not None:
                name = definition.variable.name.value
                self._variables.setdefault(name, literal(definition.default_value))
                size = self._count_values(definition.default_value)
                self._sizes.setdefault(name, size)
                if size:
                    self.names.add(name)
        tally = self._tally_selections(
            operation.selection_set, self._schema.get_root_type(operation.operation)
        )
        inputs = sum(self._sizes.values())  # each is coerced once; uses count with their fields
        points = -(-(tally.flat + tally.items + inputs) // POINT)
        return Cost(max(points, 1), tally.depth, tally.fields)

    def _count_values(self, node: ValueNode) -> int:
        """Count the values inside an argument. Raises Refused if there are too many."""
        if isinstance(node, VariableNode):
            return self._sizes.get(node.name.value, 0)
        if not isinstance(node, ListValueNode | ObjectValueNode):
            return 0
        value, variables = raw_value(node)
        if (violation := excess(value, MAX_VALUES)) is not None:
            message = f"An argument in the document may not {violation.message}."
            raise _exceeded(message, violation.amount, violation.limit)
        return count_values(value) + sum(self._sizes.get(name, 0) for name in variables)

    def _tally_selections(self, selections: SelectionSetNode, parent: Parent) -> Tally:
        self._nested += 1
        if self._nested > _MAX_NESTED:
            raise too_deep()
        shared: list[Tally] = []
        by_type: dict[str, list[Tally]] = defaultdict(list)
        for node in selections.selections:
            if isinstance(node, FieldNode):
                shared.append(self._tally_field(node, parent))
            else:
                condition, tally = self._tally_fragment(node, parent)
                # An object has one type: the most expensive of the selections by type counts.
                concrete = condition if is_abstract_type(parent) else None
                (by_type[concrete] if concrete else shared).append(tally)
            shared.append(Tally(flat=len(node.directives or ())))
        self._nested -= 1
        most_expensive = max((_sum(tallies) for tallies in by_type.values()), default=Tally())
        return _sum([*shared, most_expensive])

    def _tally_fragment(self, node: SelectionNode, parent: Parent) -> tuple[str | None, Tally]:
        """Return the object type that a fragment is for (None: several), and its cost."""
        if isinstance(node, InlineFragmentNode):
            kind = parent
            if node.type_condition is not None:
                kind = type_from_ast(self._schema, node.type_condition)
            return object_name(kind), self._tally_selections(node.selection_set, kind)
        assert isinstance(node, FragmentSpreadNode)
        name = node.name.value
        fragment = self._fragments.get(name)
        if fragment is None:
            return None, Tally()
        kind = type_from_ast(self._schema, fragment.type_condition)
        if name not in self._fragment_tallies:
            self._fragment_tallies[name] = Tally()  # ends recursion; validation refuses cycles
            self._fragment_tallies[name] = self._tally_selections(fragment.selection_set, kind)
        return object_name(kind), self._fragment_tallies[name]

    def _tally_field(self, node: FieldNode, parent: Parent) -> Tally:
        name = node.name.value
        if name in _INTROSPECTION:
            return Tally(INTROSPECTION_COST * POINT, depth=1, fields=1)
        field = field_cost(parent, name)
        below = Tally()
        if node.selection_set is not None:
            below = self._tally_selections(node.selection_set, field.type)
        arguments = {
            item.name.value: self._value(item.value)
            for item in node.arguments or ()
            if item.name.value in field.counted
        }
        weight = field.weight + sum(self._count_values(item.value) for item in node.arguments or ())
        for argument in field.multiplied_by:
            weight *= requested_count(arguments.get(argument), 1)
        return self._multiply_items(field, arguments, weight, below, parent)

    def _multiply_items(
        self, field: FieldCost, arguments: Variables, weight: int, below: Tally, parent: Parent
    ) -> Tally:
        depth, inside = below.depth + 1, below.flat + below.items
        if field.is_page:
            count = page_size(arguments)
            return Tally(weight + below.flat + count * below.items, 0, depth, 1)
        if field.is_list:
            each = POINT + inside
            if is_page(parent):
                return Tally(weight, each, depth, 1)
            return Tally(weight + each * list_size(field, arguments), 0, depth, 1)
        return Tally(weight + inside, 0, depth, 1)

    def _value(self, node: ValueNode) -> object:
        if isinstance(node, VariableNode):
            self.names.add(node.name.value)
            return self._variables.get(node.name.value)
        return literal(node)


class PricedOperation:
    """An operation with its cost, cached by the numbers and sizes of its variables."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
    ) -> None:
        """Compute nothing yet."""
        self._schema, self._document, self._operation = schema, document, operation
        self._declared = [item.variable.name.value for item in operation.variable_definitions or ()]
        self._names: tuple[str, ...] | None = None
        self._costs: dict[Hashable, Cost] = {}

    def cost(self, variables: Variables) -> Cost:
        """Return the cost. Raises Refused if fragments are nested too deeply."""
        sizes = {
            name: size
            for name, value in variables.items()
            if isinstance(value, list | dict) and (size := count_values(value))
        }
        if self._names is not None and not any(map(sizes.get, self._names)):
            cached = self._costs.get(self._key(variables, sizes))
            if cached is not None:
                return cached
        analysis = CostAnalysis(self._schema, self._document, variables)
        cost = analysis.cost(self._operation)
        is_plain = not any(map(sizes.get, analysis.names))
        if is_plain and len(analysis.names) <= _MAX_NAMES:
            self._names = tuple(sorted(analysis.names))
            if len(self._costs) >= _MAX_COSTS:
                self._costs.clear()
            self._costs[self._key(variables, sizes)] = cost
        return cost

    def checked_cost(self, variables: Variables) -> Cost:
        """Return the cost. Raises Refused, with the numbers, if it exceeds a limit."""
        cost = self.cost(variables)
        check_cost(cost)
        return cost

    def _key(self, variables: Variables, sizes: Mapping[str, int]) -> Hashable:
        """All that the cost depends on: numbers of some variables, and the sizes of all."""
        numbers = tuple(
            requested_count(variables[name], -1) if name in variables else -2  # the default counts
            for name in self._names or ()
        )
        if not sizes:
            return numbers
        return numbers, tuple(sizes.get(name, 0) for name in self._declared), sum(sizes.values())


def _price(schema: GraphQLSchema, query: str, operation_name: str | None) -> PricedOperation | None:
    document = parsed(query)
    operation = get_operation_ast(document, operation_name)
    return PricedOperation(schema, document, operation) if operation else None


def compute_cost(
    schema: GraphQLSchema, query: str, operation_name: str | None, variables: Variables
) -> Cost:
    """Return the cost of an operation. Raises Refused, with the numbers, if it is too high."""
    priced = fact(
        query, operation_name, PricedOperation, lambda: _price(schema, query, operation_name)
    )
    return priced.checked_cost(variables) if priced else Cost(1, 0, 0)


def check_cost(cost: Cost) -> None:
    """Raise Refused, with the numbers, if an operation exceeds a limit."""
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
    """Return the error for an operation that is nested too deeply by fields or fragments."""
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
