"""The source that writes objects and pages of rows, and the columns that it needs for that."""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple, Self

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    is_non_null_type,
    is_object_type,
)

from db.base import Base
from db.reads.base import Expression, NoPlan, Read
from db.reads.columns import identity, may_be_null
from db.reads.statement import Form, ReadRequest
from schema.list_arguments import DistinctLists
from schema.pagination import encode_cursor
from schema.planned import (
    METADATA,
    Beside,
    Choice,
    Column,
    Count,
    Key,
    Known,
    Made,
    Parts,
    Scoped,
)
from server.cost.field_costs import is_page
from server.execution.choices import Choices
from server.execution.leaf_fields import reader
from server.execution.leaves import completed, global_ids, is_text, loader, missing, moment, written
from server.execution.memo import memo_of
from server.execution.rows import Reads, Rows, built_of, class_of, definition_of
from server.execution.selection import sets_of

PARAMETERS = "rows, total, pages, here"


class Selected(NamedTuple):
    """Rows, their place among the pages of the plan, and what builds objects of them."""

    rows: Rows
    number: int | None
    built: Made | None


class Objects:
    """Writes what is selected of rows; columns are added to them as they are needed."""

    def __init__(
        self, reads: Reads, rows: Rows, model: type[Base], *, is_built: bool = False
    ) -> None:
        """`model` has the key of the objects: that of the rows, or of what stands beside them.

        `is_built`: the source has an object `found`, whose attributes are fields.
        """
        self._reads, self._rows, self._model = reads, rows, model
        self._source, self._is_built = reads.source, is_built

    def one(self, kind: GraphQLObjectType, sets: Iterable[SelectionSetNode]) -> str:
        """A dict display of one object; raises NoPlan for a field without a plan."""
        selected = self._reads.selection.fields(kind, sets)
        parts = [f"{name!r}: {self._field(kind, nodes)}" for name, nodes in selected.items()]
        return f"{{{', '.join(parts)}}}"

    def _field(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> str:
        name = nodes[0].name.value
        if name == "__typename":
            return repr(kind.name)
        graph_field = kind.fields[name]
        definition = definition_of(graph_field)
        planned = definition.metadata.get(METADATA)
        is_open = all(isinstance(item, DistinctLists) for item in definition.extensions)
        if planned is None and self._is_built:
            return self._attribute(kind, name)
        if planned is None or not is_open:
            raise NoPlan(f"{kind.name}.{name}")
        if isinstance(planned, Key):
            (key,) = self._model.__table__.primary_key
            made = self._source.name(global_ids(kind.name))
            return f"{made}({self._rows.variable(key, text=True)})"
        if isinstance(planned, Scoped):
            self._reads.scopes[(planned.scope,)] = None
            planned = Column(planned.expression)
        if isinstance(planned, Column | Made):
            return self.value(graph_field, planned)
        return self._object(graph_field, nodes, planned)

    def _attribute(self, kind: GraphQLObjectType, name: str) -> str:
        """A plain attribute of `found`, read as `server.execution.fast_executor` does."""
        read = reader(kind, name, sees_people=self._reads.people)
        if read is None:
            raise NoPlan(f"{kind.name}.{name}")
        return f"{self._source.name(read)}(found)"

    def value(self, graph_field: GraphQLField, planned: Column | Made) -> str:
        """JSON of columns."""
        people = self._reads.people
        if isinstance(planned, Column):
            found = planned.expression
            variable = self._rows.variable(found, text=is_text(found))
            return written(self._source, graph_field.type, found, variable, people=people)
        memo = memo_of(planned, graph_field.type, people)
        if memo is not None:
            values = ", ".join(map(self._rows.variable, planned.of))
            return f"{self._source.name(memo)}[({values},)]"
        given = [*map(self._loaded, planned.of)]
        given += ["here.now"] * planned.timed
        made = f"{self._source.name(planned.make)}({', '.join(given)})"
        return f"{self._source.name(completed(graph_field.type, people=people))}({made})"

    def _object(self, graph_field: GraphQLField, nodes: list[FieldNode], planned: object) -> str:
        kind = get_named_type(graph_field.type)
        if isinstance(planned, Choice):
            return Choices(self._reads, self._rows, self._below).written(nodes, planned)
        if not is_object_type(kind):
            raise NoPlan(f"{kind.name} without a type")
        if isinstance(planned, Known | Parts):
            return self._known(kind, nodes, planned)
        if isinstance(planned, Beside):
            return Objects(self._reads, self._rows, planned.model).one(kind, sets_of(nodes))
        if not isinstance(planned, Read):
            raise NoPlan(f"{kind.name} of {type(planned).__name__}")
        wanted, number = self._reads.wanted(graph_field, nodes[0], planned)
        rows = self._rows.add(wanted)
        if is_page(kind):
            name = self._source.variable("w")
            page = Pages(self._reads, Selected(rows, number, built_of(graph_field)))
            self._source.function(name, PARAMETERS, page.lines(kind, nodes))
            total = self._rows.add(page.counting).counted() if page.counting else "None"
            return f"{name}({rows.zipped}, {total}, pages, here)"
        text = Objects(self._reads, rows, planned.model).one(kind, sets_of(nodes))
        if wanted.form is Form.MANY:
            rows.settle()
            return f"[{text} for {rows.target} in {rows.zipped}]"
        none = f"{self._source.name(missing)}()" if is_non_null_type(graph_field.type) else "None"
        return f"({none} if {rows.key()} is None else {text})"

    def _known(
        self, kind: GraphQLObjectType, nodes: list[FieldNode], planned: Known | Parts
    ) -> str:
        selected = self._reads.selection.fields(kind, sets_of(nodes))
        parts = [
            f"{name!r}: {self._attribute(kind, found[0].name.value)}"
            for name, found in selected.items()
        ]
        write, given = self._source.variable("w"), [*map(self._loaded, planned.of)]
        if isinstance(planned, Parts):
            self._source.function(
                write, "objects", [f"return [{{{', '.join(parts)}}} for found in objects]"]
            )
            return f"{write}({self._source.name(planned.make)}({', '.join(given)}))"
        shown = f"return None if found is None else {{{', '.join(parts)}}}"
        self._source.function(write, "found", [shown])
        return f"{write}({self._source.name(planned.find)}({', '.join([*given, 'here.kills'])}))"

    def _below(self, rows: Rows, model: type[Base]) -> Self:
        return type(self)(self._reads, rows, model)

    def _loaded(self, expression: Expression) -> str:
        """A value as the row of a resolver holds it."""
        variable, load = self._rows.variable(expression), loader(expression)
        value = f"{self._source.name(load)}({variable})" if load else variable
        is_null = load and may_be_null(expression)
        return f"(None if {variable} is None else {value})" if is_null else value

    def node(self, kind: GraphQLNamedType, sets: list[SelectionSetNode], built: Made | None) -> str:
        """An object of a page, which may be of one of several types where something builds it."""
        if is_object_type(kind):
            return self.one(kind, sets)
        if built is None or not is_abstract_type(kind):
            raise NoPlan(f"{kind.name} without a type")
        write, objects = self._source.variable("w"), self._reads.selection.schema
        inner = Objects(self._reads, self._rows, self._model, is_built=True)
        lines = [f"{self._rows.target} = row"]
        for concrete in objects.get_possible_types(kind):
            origin = self._source.name(class_of(concrete))
            lines.append(f"if type(found) is {origin}: return {inner.one(concrete, sets)}")
        lines.append(f"return {self._source.name(missing)}()")
        self._source.function(write, "found, row", lines)
        given = ", ".join(map(self._loaded, built.of))
        return f"{write}({self._source.name(built.make)}({given}), {self._rows.target})"


class Pages:
    """Writes what is selected of a connection."""

    def __init__(self, reads: Reads, selected: Selected) -> None:
        """`counting` is set where `totalCount` is selected."""
        assert selected.number is not None
        self._reads, (self._rows, self._number, self._built) = reads, selected
        self._source, self._request = reads.source, reads.pages[selected.number]
        self.counting: ReadRequest | None = None

    def lines(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> list[str]:
        """The body of a function with PARAMETERS that makes a connection."""
        selected = self._reads.selection.fields(kind, sets_of(nodes))
        parts = [f"{name!r}: {self._part(kind, found)}" for name, found in selected.items()]
        self._rows.settle()
        lines = ["rows = list(rows)"]
        if self._request.looks_further:
            size = f"pages[{self._number}].page.size"
            lines += [f"more = len(rows) > {size}", f"del rows[{size}:]"]
        if self._is_from_end:
            lines.append("rows.reverse()")
        return [*lines, f"return {{{', '.join(parts)}}}"]

    @property
    def _is_from_end(self) -> bool:
        return "last" in self._request.given

    def _part(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> str:
        name = nodes[0].name.value
        if name == "__typename":
            return repr(kind.name)
        graph_field = kind.fields[name]
        below = get_named_type(graph_field.type)
        if isinstance(definition_of(graph_field).metadata.get(METADATA), Count):
            self.counting = replace(
                self._rows.wanted, form=Form.COUNT, paged=None, columns=[], parts=[]
            )
            return "total"
        if name == "pageInfo" and is_object_type(below):
            return self._display(below, nodes, self._info)
        if name == "edges" and is_object_type(below):
            edge = self._display(below, nodes, self._edge)
            return f"[{edge} for {self._rows.target} in rows]"
        if name == "nodes":
            return f"[{self._node(below, nodes)} for {self._rows.target} in rows]"
        raise NoPlan(f"{kind.name}.{name}")

    def _display(self, kind: GraphQLObjectType, nodes: list[FieldNode], part: object) -> str:
        assert callable(part)
        selected = self._reads.selection.fields(kind, sets_of(nodes))
        parts = [
            f"{name!r}: {repr(kind.name) if _is_typename(found) else part(kind, found)}"
            for name, found in selected.items()
        ]
        return f"{{{', '.join(parts)}}}"

    def _node(self, kind: GraphQLNamedType, nodes: list[FieldNode]) -> str:
        objects = Objects(self._reads, self._rows, self._rows.wanted.read.model)
        return objects.node(kind, sets_of(nodes), self._built)

    def _edge(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> str:
        if nodes[0].name.value == "cursor":
            return self._cursor()
        return self._node(get_named_type(kind.fields[nodes[0].name.value].type), nodes)

    def _info(self, _kind: GraphQLObjectType, nodes: list[FieldNode]) -> str:
        name, given = nodes[0].name.value, self._request.given
        if name in ("startCursor", "endCursor"):
            function, place = self._source.variable("w"), 0 if name == "startCursor" else -1
            lines = [f"{self._rows.target} = row", f"return {self._cursor()}"]
            self._source.function(function, "row", lines)
            return f"({function}(rows[{place}]) if rows else None)"
        if (name == "hasNextPage") is self._is_from_end:
            return repr(("before" if self._is_from_end else "after") in given)
        self._request.looks_further = True
        return "more"

    def _cursor(self) -> str:
        order = self._rows.wanted.read.order
        key = identity(self._rows.wanted.read.key)
        parts = []
        for item in order:
            is_moment = is_text(item)
            name = self._rows.variable(item, text=is_moment or identity(item) == key)
            parts.append(f"{self._source.name(moment)}({name})" if is_moment else name)
        return f"{self._source.name(encode_cursor)}({', '.join(parts)})"


def _is_typename(nodes: list[FieldNode]) -> bool:
    return nodes[0].name.value == "__typename"
