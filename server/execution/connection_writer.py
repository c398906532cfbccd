"""Generates the source of the functions that write connections."""

from dataclasses import replace
from typing import NamedTuple, Protocol

from graphql import (
    FieldNode,
    GraphQLNamedType,
    GraphQLObjectType,
    SelectionSetNode,
    get_named_type,
    is_object_type,
)

from db.reads.base import NoPlan
from db.reads.columns import identity
from db.reads.statement import Cardinality, ReadRequest
from schema.pagination import encode_cursor
from schema.planned import PLAN_KEY, ComputedField, TotalCountField
from server.execution.column_json import format_moment, is_text
from server.execution.rows import PlanDraft, RowBinding, strawberry_field
from server.execution.selection import selection_sets

# Of the generated functions that write a root field or a connection: see `RootPlan.write`.
WRITER_PARAMETERS = "rows, total, pages, context"


class RowSelection(NamedTuple):
    """Rows, the index of their page in the plan, and what builds objects of them."""

    rows: RowBinding
    page_index: int | None
    builder: ComputedField | None


class NodeWriter(Protocol):
    """What a connection needs of `ObjectWriter`, which imports this module."""

    def node_expression(
        self, kind: GraphQLNamedType, sets: list[SelectionSetNode], builder: ComputedField | None
    ) -> str:
        """Return the expression for a node."""
        ...


class ConnectionWriter:
    """Generates the body of the function that writes a connection."""

    def __init__(self, draft: PlanDraft, selected: RowSelection, writer: NodeWriter) -> None:
        """`count_request` is set by `body_lines` where `totalCount` is selected."""
        assert selected.page_index is not None
        self._draft, (self._rows, self._page_index, self._builder) = draft, selected
        self._writer = writer
        self._source, self._page_request = draft.source, draft.pages[selected.page_index]
        self.count_request: ReadRequest | None = None

    def body_lines(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> list[str]:
        """Return the body of a function with WRITER_PARAMETERS that returns a connection."""
        selected = self._draft.selection.collect_fields(kind, selection_sets(nodes))
        entries = [
            f"{name!r}: {self._field_expression(kind, fields)}" for name, fields in selected.items()
        ]
        self._rows.ensure_column()
        lines = ["rows = list(rows)"]
        if self._page_request.reads_extra_row:
            size = f"pages[{self._page_index}].page.size"
            lines += [f"has_more = len(rows) > {size}", f"del rows[{size}:]"]
        if self._is_from_end:
            lines.append("rows.reverse()")
        return [*lines, f"return {{{', '.join(entries)}}}"]

    @property
    def _is_from_end(self) -> bool:
        return "last" in self._page_request.getters

    def _field_expression(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> str:
        name = nodes[0].name.value
        if name == "__typename":
            return repr(kind.name)
        graph_field = kind.fields[name]
        inner_kind = get_named_type(graph_field.type)
        if isinstance(strawberry_field(graph_field).metadata.get(PLAN_KEY), TotalCountField):
            self.count_request = replace(
                self._rows.request, cardinality=Cardinality.COUNT, paged=None, columns=[], parts=[]
            )
            return "total"
        if name == "pageInfo" and is_object_type(inner_kind):
            return self._object_expression(inner_kind, nodes, self._page_info_expression)
        if name == "edges" and is_object_type(inner_kind):
            edge = self._object_expression(inner_kind, nodes, self._edge_expression)
            return f"[{edge} for {self._rows.target} in rows]"
        if name == "nodes":
            node = self._node_expression(inner_kind, nodes)
            return f"[{node} for {self._rows.target} in rows]"
        raise NoPlan(f"{kind.name}.{name}")

    def _object_expression(
        self, kind: GraphQLObjectType, nodes: list[FieldNode], field_expression: object
    ) -> str:
        assert callable(field_expression)
        selected = self._draft.selection.collect_fields(kind, selection_sets(nodes))
        entries = []
        for name, fields in selected.items():
            is_typename = fields[0].name.value == "__typename"
            text = repr(kind.name) if is_typename else field_expression(kind, fields)
            entries.append(f"{name!r}: {text}")
        return f"{{{', '.join(entries)}}}"

    def _node_expression(self, kind: GraphQLNamedType, nodes: list[FieldNode]) -> str:
        return self._writer.node_expression(kind, selection_sets(nodes), self._builder)

    def _edge_expression(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> str:
        if nodes[0].name.value == "cursor":
            return self._cursor_expression()
        return self._node_expression(get_named_type(kind.fields[nodes[0].name.value].type), nodes)

    def _page_info_expression(self, _kind: GraphQLObjectType, nodes: list[FieldNode]) -> str:
        name, getters = nodes[0].name.value, self._page_request.getters
        if name in ("startCursor", "endCursor"):
            function, index = self._source.new_variable("w"), 0 if name == "startCursor" else -1
            lines = [f"{self._rows.target} = row", f"return {self._cursor_expression()}"]
            self._source.define_function(function, "row", lines)
            return f"({function}(rows[{index}]) if rows else None)"
        if (name == "hasNextPage") is self._is_from_end:
            return repr(("before" if self._is_from_end else "after") in getters)
        self._page_request.reads_extra_row = True
        return "has_more"

    def _cursor_expression(self) -> str:
        order = self._rows.request.read.order
        key = identity(self._rows.request.read.key)
        arguments = []
        for item in order:
            is_moment = is_text(item)
            name = self._rows.bind_column(item, text=is_moment or identity(item) == key)
            arguments.append(
                f"{self._source.bind_object(format_moment)}({name})" if is_moment else name
            )
        return f"{self._source.bind_object(encode_cursor)}({', '.join(arguments)})"
