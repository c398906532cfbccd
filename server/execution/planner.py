"""Makes the plan of an operation, or says why it has none."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLObjectType,
    OperationDefinitionNode,
    get_named_type,
    is_non_null_type,
    is_object_type,
)

from db.reads.base import NoPlan, Read
from db.reads.statement import Form, ReadRequest, statement
from schema.list_arguments import DistinctLists
from schema.permissions import RequireScope
from schema.planned import METADATA, Made
from server.cost.field_costs import is_page
from server.execution.objects import PARAMETERS, Objects, Pages, Selected
from server.execution.plan import Asked, Plan, Root
from server.execution.rows import Reads, Rows, built_of, definition_of
from server.execution.selection import Selection, sets_of
from server.execution.variables import Values, Variable

_PLAN_BYTES = 3_000

_Finish = Callable[[Mapping[str, Any]], Root]


def planned(
    selection: Selection,
    operation: OperationDefinitionNode,
    variables: Sequence[Variable],
    known: Values,
    *,
    people: bool,
) -> Plan:
    """The plan of one shape: which variables are null, and the values of those that decide.

    `people`: for those who may see e-mail addresses. Raises NoPlan, with the reason.
    """
    return _Planner(Reads(selection, variables, known, people)).plan(operation)


class _Planner:
    def __init__(self, reads: Reads) -> None:
        self._reads, self._source = reads, reads.source

    def plan(self, operation: OperationDefinitionNode) -> Plan:
        kind = self._reads.selection.schema.query_type
        assert kind is not None
        selected = self._reads.selection.fields(kind, sets_of([operation]))
        finish = [self._root(kind, name, nodes) for name, nodes in selected.items()]
        functions = self._source.made()
        roots = tuple(root(functions) for root in finish)
        texts = [asked.text for root in roots for asked in (root.rows, root.total) if asked]
        return Plan(
            roots,
            tuple(self._reads.pages),
            tuple(self._reads.scopes),
            self._reads.needs_everything,
            _PLAN_BYTES + self._source.size + 2 * sum(map(len, texts)),
        )

    def _root(self, kind: GraphQLObjectType, name: str, nodes: list[FieldNode]) -> _Finish:
        if nodes[0].name.value == "__typename":
            return lambda _: Root(name, None, None, lambda *_: kind.name)
        graph_field = kind.fields.get(nodes[0].name.value)
        if graph_field is None:
            raise NoPlan("introspection")
        read, built = self._open(graph_field, nodes[0].name.value)
        wanted, number = self._reads.wanted(graph_field, nodes[0], read)
        rows, write = Rows(self._source, wanted), self._source.variable("w")
        counting = self._write(write, graph_field, nodes, Selected(rows, number, built))
        asked = self._asked(wanted)
        total = self._asked(counting) if counting else None
        return lambda functions: Root(name, asked, total, functions[write])

    def _open(self, graph_field: GraphQLField, name: str) -> tuple[Read, Made | None]:
        definition = definition_of(graph_field)
        read = definition.metadata.get(METADATA)
        if not isinstance(read, Read):
            raise NoPlan(f"Query.{name}")
        for extension in definition.extensions:
            if isinstance(extension, RequireScope):
                self._reads.scopes[extension.scopes] = None
            elif not isinstance(extension, DistinctLists):
                raise NoPlan(f"Query.{name}")
        return read, built_of(graph_field)

    def _write(
        self,
        name: str,
        graph_field: GraphQLField,
        nodes: list[FieldNode],
        shown: Selected,
    ) -> ReadRequest | None:
        """Define the function of a root field; returns what is to be counted."""
        kind, rows = get_named_type(graph_field.type), shown.rows
        assert is_object_type(kind)
        if is_page(kind):
            page = Pages(self._reads, shown)
            self._source.function(name, PARAMETERS, page.lines(kind, nodes))
            return page.counting
        text = Objects(self._reads, rows, rows.wanted.read.model).one(kind, sets_of(nodes))
        rows.settle()
        if rows.wanted.form is Form.MANY:
            lines = [f"return [{text} for {rows.target} in rows]"]
        elif is_non_null_type(graph_field.type):
            raise NoPlan("an object that is never null")
        else:
            lines = [f"for {rows.target} in rows:", f"    return {text}", "return None"]
        self._source.function(name, PARAMETERS, lines)
        return None

    def _asked(self, wanted: ReadRequest) -> Asked:
        return Asked.of(statement(wanted), self._reads.parameters)
