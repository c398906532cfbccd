"""Builds the query plan of an operation, or raises NoPlan with the reason why it has none."""

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
from db.reads.statement import Cardinality, ReadRequest, build_statement
from schema.list_arguments import DistinctLists
from schema.permissions import RequireScope
from schema.planned import PLAN_KEY, ComputedField
from server.cost.field_costs import is_page
from server.execution.connection_writer import (
    WRITER_PARAMETERS,
    ConnectionWriter,
    RowSelection,
)
from server.execution.object_writer import ObjectWriter
from server.execution.plan import PreparedStatement, QueryPlan, RootPlan
from server.execution.rows import PlanDraft, RowBinding, find_builder, strawberry_field
from server.execution.selection import Selection, selection_sets
from server.execution.variables import Values, Variable

_PLAN_BYTES = 3_000

_FinishRoot = Callable[[Mapping[str, Any]], RootPlan]


def plan_query(
    selection: Selection,
    operation: OperationDefinitionNode,
    variables: Sequence[Variable],
    shape_values: Values,
    *,
    sees_private_data: bool,
) -> QueryPlan:
    """Build the plan for one shape of an operation. Raises NoPlan with the reason.

    `shape_values`: of each variable, whether it is null, and its value if it selects fields.
    `sees_private_data`: whether the plan is for callers that may see e-mail addresses.
    """
    draft = PlanDraft(selection, variables, shape_values, sees_private_data)
    return _Planner(draft).plan(operation)


class _Planner:
    def __init__(self, draft: PlanDraft) -> None:
        self._draft, self._source = draft, draft.source

    def plan(self, operation: OperationDefinitionNode) -> QueryPlan:
        kind = self._draft.selection.schema.query_type
        assert kind is not None
        selected = self._draft.selection.collect_fields(kind, selection_sets([operation]))
        unfinished = [self._plan_root(kind, name, nodes) for name, nodes in selected.items()]
        functions = self._source.compile_functions()
        roots = tuple(finish(functions) for finish in unfinished)
        texts = [item.text for root in roots for item in (root.rows, root.total) if item]
        return QueryPlan(
            roots,
            tuple(self._draft.pages),
            tuple(self._draft.scopes),
            self._draft.needs_all_rows,
            _PLAN_BYTES + self._source.size + 2 * sum(map(len, texts)),
        )

    def _plan_root(self, kind: GraphQLObjectType, name: str, nodes: list[FieldNode]) -> _FinishRoot:
        if nodes[0].name.value == "__typename":
            return lambda _: RootPlan(name, None, None, lambda *_: kind.name)
        graph_field = kind.fields.get(nodes[0].name.value)
        if graph_field is None:
            raise NoPlan("introspection")
        read, builder = self._find_read(graph_field, nodes[0].name.value)
        request, page_index = self._draft.request_rows(graph_field, nodes[0], read)
        rows, write = RowBinding(self._source, request), self._source.new_variable("w")
        count_request = self._define_writer(
            write, graph_field, nodes, RowSelection(rows, page_index, builder)
        )
        prepared = self._prepare(request)
        total = self._prepare(count_request) if count_request else None
        return lambda functions: RootPlan(name, prepared, total, functions[write])

    def _find_read(self, graph_field: GraphQLField, name: str) -> tuple[Read, ComputedField | None]:
        definition = strawberry_field(graph_field)
        read = definition.metadata.get(PLAN_KEY)
        if not isinstance(read, Read):
            raise NoPlan(f"Query.{name}")
        for extension in definition.extensions:
            if isinstance(extension, RequireScope):
                self._draft.scopes[extension.scopes] = None
            elif not isinstance(extension, DistinctLists):
                raise NoPlan(f"Query.{name}")
        return read, find_builder(graph_field)

    def _define_writer(
        self,
        name: str,
        graph_field: GraphQLField,
        nodes: list[FieldNode],
        selected: RowSelection,
    ) -> ReadRequest | None:
        """Define the function that writes a root field; return the request for `totalCount`."""
        kind, rows = get_named_type(graph_field.type), selected.rows
        assert is_object_type(kind)
        writer = ObjectWriter(self._draft, rows, rows.request.read.model)
        if is_page(kind):
            connection = ConnectionWriter(self._draft, selected, writer)
            self._source.define_function(
                name, WRITER_PARAMETERS, connection.body_lines(kind, nodes)
            )
            return connection.count_request
        text = writer.object_expression(kind, selection_sets(nodes))
        rows.ensure_column()
        if rows.request.cardinality is Cardinality.MANY:
            lines = [f"return [{text} for {rows.target} in rows]"]
        elif is_non_null_type(graph_field.type):
            raise NoPlan("an object that is never null")
        else:
            lines = [f"for {rows.target} in rows:", f"    return {text}", "return None"]
        self._source.define_function(name, WRITER_PARAMETERS, lines)
        return None

    def _prepare(self, request: ReadRequest) -> PreparedStatement:
        return PreparedStatement.of(build_statement(request), self._draft.parameters)
