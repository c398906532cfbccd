"""The rows that a plan reads: their columns as variables of the source, and their parameters."""

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

from db.reads.base import Expression, GlobalId, NoPlan, Places, Read, Turns
from db.reads.columns import Kind, as_text, identity, kind_of, sent
from db.reads.statement import Form, Paged, ReadRequest
from domain.actors import Scope
from schema.list_arguments import distinct
from schema.planned import BUILT, Made
from schema.types.node import decode_id
from server.cost.field_costs import is_page
from server.execution.plan import PageRequest, Parameter, Shown, stored
from server.execution.selection import Selection
from server.execution.source import Source
from server.execution.variables import Constant, Get, Values, Variable, arguments_of

_PAGE = ("first", "after", "last", "before")


class Rows:
    """Rows of one read. `is_listed`: they come as arrays, one for each row above."""

    def __init__(self, source: Source, wanted: ReadRequest, *, is_listed: bool = False) -> None:
        """`target` stands for the variables of a row, `zipped` for the rows that are arrays."""
        self.wanted, self.is_listed = wanted, is_listed
        self.target = source.later(lambda: f"({', '.join(self.names)},)")
        self.zipped = source.later(self._zipped)
        self.page: int | None = None  # its place among the pages of the plan
        self._source = source
        self._own: dict[tuple[Hashable, bool], str] = {}
        self._parts: list[Self] = []
        self._ones: dict[Read, Self] = {}

    @property
    def names(self) -> list[str]:
        """The variables of a row, in the order of its columns."""
        return [*self._own.values(), *(name for part in self._parts for name in part.names)]

    def variable(self, expression: Expression, *, text: bool = False) -> str:
        """The variable of a column; `text`: as `as_text` sends it."""
        if self.is_listed and kind_of(expression) is Kind.TEXTS:
            raise NoPlan("arrays of arrays")
        key = (identity(expression), text)
        if key not in self._own:
            self._own[key] = self._source.variable()
            self.wanted.columns.append(as_text(expression) if text else sent(expression))
        return self._own[key]

    def key(self) -> str:
        """The variable of what every row has."""
        return self.variable(self.wanted.read.key, text=True)

    def settle(self) -> None:
        """All is selected: a row without any column is read by its key."""
        if not self.names:
            self.key()

    def add(self, wanted: ReadRequest) -> Self:
        """Read other rows below each of these; the same one is read once."""
        is_plain = wanted.form is Form.ONE and not wanted.given
        if is_plain and wanted.read in self._ones:
            return self._ones[wanted.read]
        is_many = wanted.form is Form.MANY
        if is_many and self.is_listed:
            raise NoPlan("a list in a list")
        part = type(self)(self._source, wanted, is_listed=is_many or self.is_listed)
        if is_plain:
            self._ones[wanted.read] = part
        self._parts.append(part)
        self.wanted.parts.append(wanted)
        return part

    def counted(self) -> str:
        """The variable of a part that counts."""
        return self._own.setdefault((None, False), self._source.variable())

    def _zipped(self) -> str:
        names = self.names
        return f"(() if {names[0]} is None else zip({', '.join(names)}))"


@dataclass(slots=True)
class Reads:
    """What the rows of one plan have in common. `known`: which variables are null."""

    selection: Selection
    variables: Sequence[Variable]
    known: Values
    people: bool
    source: Source = field(default_factory=Source)
    parameters: dict[str, Parameter] = field(default_factory=dict)
    pages: list[PageRequest] = field(default_factory=list)
    needs_everything: bool = False
    scopes: dict[tuple[Scope, ...], None] = field(default_factory=dict)

    def wanted(
        self, graph_field: GraphQLField, node: FieldNode, read: Read
    ) -> tuple[ReadRequest, int | None]:
        """The rows of a field with its arguments, and the number of its page."""
        self.needs_everything |= read.needs_everything
        places = {item.name: index for index, item in enumerate(self.variables)}
        given = arguments_of(graph_field, node, places, self.known)
        read = _turned(read, given)
        kind = get_named_type(graph_field.type)
        number = self._page(given, read) if is_page(kind) else None
        is_many = number is not None or is_list_type(get_nullable_type(graph_field.type))
        wanted = ReadRequest(read, Form.MANY if is_many else Form.ONE)
        wanted.given = {name: self._argument(name, get, read) for name, get in given.items()}
        if number is not None:
            wanted.paged = self._paged(number, read)
        return wanted, number

    def _page(self, given: dict[str, Get], read: Read) -> int:
        paged = {name: given.pop(name) for name in _PAGE if name in given}
        self.pages.append(PageRequest(paged, read.places))
        return len(self.pages) - 1

    def _argument(self, name: str, get: Get, read: Read) -> str:
        if name not in read.arguments:
            raise NoPlan(f"the argument {name}")
        bind, kind = self.source.variable("a"), read.arguments[name]
        if isinstance(kind, GlobalId):
            type_name = kind.type_name
            self.parameters[bind] = lambda values, _: decode_id(get(values), type_name)
        else:
            self.parameters[bind] = _plain(name, get)
        return bind

    def _paged(self, number: int, read: Read) -> Paged:
        request, limit = self.pages[number], self.source.variable("n")
        self.parameters[limit] = lambda _, pages: request.limit(pages[number])
        after, before = (
            tuple(self._place(side, number, index) for index in range(len(read.order)))
            if side in request.given
            else None
            for side in ("after", "before")
        )
        return Paged(limit, after, before, "last" in request.given)

    def _place(self, side: str, number: int, index: int) -> str:
        bind = self.source.variable("k")
        is_single = self.pages[number].places is not Places.MOMENTS

        def value(_: Values, pages: Sequence[Shown]) -> object:
            place = getattr(pages[number].keyset, side)
            return place if is_single else place[index]

        self.parameters[bind] = value
        return bind


def _turned(read: Read, given: dict[str, Get]) -> Read:
    for name in [name for name in given if isinstance(read.arguments.get(name), Turns)]:
        get = given.pop(name)
        if not isinstance(get, Constant):
            raise NoPlan("an order that a variable decides")
        read = replace(read, descending=read.descending is not bool(get.value))
    return read


def _plain(name: str, get: Get) -> Parameter:
    def value(values: Values, _: Sequence[Shown]) -> object:
        found = get(values)
        return stored(distinct(found, name) if isinstance(found, list) else found)

    return value


def built_of(graph_field: GraphQLField) -> Made | None:
    """What builds the objects of a field."""
    found: Made | None = definition_of(graph_field).metadata.get(BUILT)
    return found


def class_of(kind: GraphQLObjectType) -> type:
    """The class of the objects of a type."""
    found = kind.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
    assert isinstance(found, StrawberryObjectDefinition)
    return found.origin


def definition_of(graph_field: GraphQLField) -> StrawberryField:
    """What strawberry knows of a field; raises NoPlan for what is not strawberry's."""
    found = graph_field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(found, StrawberryField):
        raise NoPlan("introspection")
    return found
