"""Binds the columns of the rows that a plan reads to variables of the generated source."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_list_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from db.reads.base import CursorKey, Expression, GlobalId, NoPlan, Read, ReversedOrder
from db.reads.columns import Kind, as_text, identity, kind_of, sent
from db.reads.statement import Cardinality, PageParameters, ReadRequest
from domain.actors import Scope
from schema.list_arguments import distinct
from schema.planned import BUILDER_KEY, ComputedField
from schema.types.node import decode_id
from server.cost.field_costs import is_page
from server.execution.plan import PageRequest, Parameter, ResolvedPage, to_sql_value
from server.execution.selection import Selection
from server.execution.source import SourceBuilder
from server.execution.variables import (
    ArgumentGetter,
    Constant,
    Values,
    Variable,
    argument_getters,
)

_PAGE_ARGUMENTS = ("first", "after", "last", "before")


class RowBinding:
    """The rows of one read, and the variables that hold their columns in the generated source.

    `is_listed`: the columns are arrays, with one array for each row of the parent.
    """

    def __init__(
        self, source: SourceBuilder, request: ReadRequest, *, is_listed: bool = False
    ) -> None:
        """`target` unpacks one row into its variables; `zipped` turns arrays into rows.

        Both are placeholders: their text is known when all columns have been bound.
        """
        self.request, self.is_listed = request, is_listed
        self.target = source.placeholder(lambda: f"({', '.join(self.names)},)")
        self.zipped = source.placeholder(self._zip_expression)
        self._source = source
        self._columns: dict[tuple[Hashable, bool], str] = {}
        self._nested: list[Self] = []
        self._single_rows: dict[Read, Self] = {}

    @property
    def names(self) -> list[str]:
        """The variables of a row, in the order of the columns of the statement."""
        return [*self._columns.values(), *(name for rows in self._nested for name in rows.names)]

    def bind_column(self, expression: Expression, *, text: bool = False) -> str:
        """Select a column, once, and return its variable.

        `text`: PostgreSQL sends it as text, in the form that `as_text` gives it.
        """
        if self.is_listed and kind_of(expression) is Kind.TEXTS:
            raise NoPlan("arrays of arrays")
        key = (identity(expression), text)
        if key not in self._columns:
            self._columns[key] = self._source.new_variable()
            self.request.columns.append(as_text(expression) if text else sent(expression))
        return self._columns[key]

    def bind_key(self) -> str:
        """Return the variable of the primary key, which no row lacks."""
        return self.bind_column(self.request.read.key, text=True)

    def ensure_column(self) -> None:
        """Select the primary key if nothing else is selected: SQL needs a column."""
        if not self.names:
            self.bind_key()

    def add_nested(self, request: ReadRequest) -> Self:
        """Join other rows to each of these. A single row without arguments is joined once."""
        is_reusable = request.cardinality is Cardinality.ONE and not request.parameters
        if is_reusable and request.read in self._single_rows:
            return self._single_rows[request.read]
        is_many = request.cardinality is Cardinality.MANY
        if is_many and self.is_listed:
            raise NoPlan("a list in a list")
        nested = type(self)(self._source, request, is_listed=is_many or self.is_listed)
        if is_reusable:
            self._single_rows[request.read] = nested
        self._nested.append(nested)
        self.request.parts.append(request)
        return nested

    def bind_count(self) -> str:
        """Return the variable of a nested request that counts."""
        return self._columns.setdefault((None, False), self._source.new_variable())

    def _zip_expression(self) -> str:
        names = self.names
        return f"(() if {names[0]} is None else zip({', '.join(names)}))"


@dataclass(slots=True)
class PlanDraft:
    """A plan while it is built: its inputs, and what the writers of all its rows add to it.

    `shape_values`: of each variable, whether it is null, and its value if it selects fields.
    """

    selection: Selection
    variables: Sequence[Variable]
    shape_values: Values
    sees_private_data: bool
    source: SourceBuilder = field(default_factory=SourceBuilder)
    parameters: dict[str, Parameter] = field(default_factory=dict)
    pages: list[PageRequest] = field(default_factory=list)
    needs_all_rows: bool = False
    scopes: dict[tuple[Scope, ...], None] = field(default_factory=dict)

    def request_rows(
        self, graph_field: GraphQLField, node: FieldNode, read: Read
    ) -> tuple[ReadRequest, int | None]:
        """Return the read request of a field with its arguments, and the index of its page."""
        self.needs_all_rows |= read.needs_everything
        indexes = {item.name: index for index, item in enumerate(self.variables)}
        getters = argument_getters(graph_field, node, indexes, self.shape_values)
        read = _apply_order_argument(read, getters)
        kind = get_named_type(graph_field.type)
        page_index = self._add_page(getters, read) if is_page(kind) else None
        is_many = page_index is not None or is_list_type(get_nullable_type(graph_field.type))
        request = ReadRequest(read, Cardinality.MANY if is_many else Cardinality.ONE)
        request.parameters = {
            name: self._add_argument(name, get, read) for name, get in getters.items()
        }
        if page_index is not None:
            request.paged = self._add_page_parameters(page_index, read)
        return request, page_index

    def _add_page(self, getters: dict[str, ArgumentGetter], read: Read) -> int:
        paged = {name: getters.pop(name) for name in _PAGE_ARGUMENTS if name in getters}
        self.pages.append(PageRequest(paged, read.cursor_key))
        return len(self.pages) - 1

    def _add_argument(self, name: str, get: ArgumentGetter, read: Read) -> str:
        if name not in read.arguments:
            raise NoPlan(f"the argument {name}")
        bind, kind = self.source.new_variable("a"), read.arguments[name]
        if isinstance(kind, GlobalId):
            type_name = kind.type_name
            self.parameters[bind] = lambda values, _: decode_id(get(values), type_name)
        else:
            self.parameters[bind] = _value_parameter(name, get)
        return bind

    def _add_page_parameters(self, page_index: int, read: Read) -> PageParameters:
        page_request, limit = self.pages[page_index], self.source.new_variable("n")
        self.parameters[limit] = lambda _, pages: page_request.limit(pages[page_index])
        after, before = (
            tuple(self._add_cursor(side, page_index, index) for index in range(len(read.order)))
            if side in page_request.getters
            else None
            for side in ("after", "before")
        )
        return PageParameters(limit, after, before, "last" in page_request.getters)

    def _add_cursor(self, side: str, page_index: int, column_index: int) -> str:
        bind = self.source.new_variable("k")
        is_single = self.pages[page_index].cursor_key is not CursorKey.TIME_AND_ID

        def get_place(_: Values, pages: Sequence[ResolvedPage]) -> object:
            place = getattr(pages[page_index].keyset, side)
            return place if is_single else place[column_index]

        self.parameters[bind] = get_place
        return bind


def _apply_order_argument(read: Read, getters: dict[str, ArgumentGetter]) -> Read:
    for name in [name for name in getters if isinstance(read.arguments.get(name), ReversedOrder)]:
        get = getters.pop(name)
        if not isinstance(get, Constant):
            raise NoPlan("an order that a variable decides")
        read = replace(read, descending=read.descending is not bool(get.value))
    return read


def _value_parameter(name: str, get: ArgumentGetter) -> Parameter:
    def get_value(values: Values, _: Sequence[ResolvedPage]) -> object:
        value = get(values)
        return to_sql_value(distinct(value, name) if isinstance(value, list) else value)

    return get_value


def find_builder(graph_field: GraphQLField) -> ComputedField | None:
    """Return what builds the objects of a field from their rows; None where a type does."""
    builder: ComputedField | None = strawberry_field(graph_field).metadata.get(BUILDER_KEY)
    return builder


def origin_class(kind: GraphQLObjectType) -> type:
    """Return the Python class of an object type."""
    definition = kind.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
    assert isinstance(definition, StrawberryObjectDefinition)
    return definition.origin


def strawberry_field(graph_field: GraphQLField) -> StrawberryField:
    """Return strawberry's definition of a field. Raises NoPlan where there is none."""
    definition = graph_field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(definition, StrawberryField):
        raise NoPlan("introspection")
    return definition
