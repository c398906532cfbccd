"""Generates the source that writes an object of one of several types."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from graphql import FieldNode, GraphQLField, GraphQLObjectType, SelectionSetNode, is_object_type

from db.base import Base
from db.reads.base import Read
from db.reads.statement import Cardinality, ReadRequest
from schema.planned import ColumnField, ComputedField, OneOfField
from server.execution.rows import PlanDraft, RowBinding
from server.execution.selection import selection_sets


class RowWriter(Protocol):
    """What the union writer needs of `ObjectWriter`, which imports this module."""

    def object_expression(self, kind: GraphQLObjectType, sets: list[SelectionSetNode]) -> str:
        """Return a dict display of one object."""
        ...

    def value_expression(
        self, graph_field: GraphQLField, planned: ColumnField | ComputedField
    ) -> str:
        """Return the expression for the JSON value of a column or computed field."""
        ...


@dataclass(frozen=True, slots=True)
class UnionWriter:
    """Joins one read per type; the object is of the first type whose read finds a row."""

    draft: PlanDraft
    rows: RowBinding
    writer_for: Callable[[RowBinding, type[Base]], RowWriter]

    def object_expression(self, nodes: list[FieldNode], planned: OneOfField) -> str:
        """Return one conditional expression that tries the types in their order."""
        options = [self._option_expression(nodes, *option) for option in planned.options]
        text = self._default_expression(nodes, planned)
        for option in reversed(options):
            text = f"({option} else {text})"
        if planned.when is None:
            return text
        return f"(None if {self.rows.bind_column(planned.when)} is None else {text})"

    def _option_expression(self, nodes: list[FieldNode], type_name: str, read: Read) -> str:
        self.draft.needs_all_rows |= read.needs_everything
        rows = self.rows.add_nested(ReadRequest(read, Cardinality.ONE))
        writer = self.writer_for(rows, read.model)
        text = writer.object_expression(self._object_type(type_name), selection_sets(nodes))
        return f"{text} if {rows.bind_key()} is not None"

    def _default_expression(self, nodes: list[FieldNode], planned: OneOfField) -> str:
        if planned.otherwise is None:
            return "None"
        kind, columns = self._object_type(planned.otherwise[0]), planned.otherwise[1]
        writer, entries = self.writer_for(self.rows, self.rows.request.read.model), []
        selected = self.draft.selection.collect_fields(kind, selection_sets(nodes))
        for name, fields in selected.items():
            field, text = fields[0].name.value, repr(kind.name)
            if field != "__typename":
                text = writer.value_expression(kind.fields[field], ColumnField(columns[field]))
            entries.append(f"{name!r}: {text}")
        return f"{{{', '.join(entries)}}}"

    def _object_type(self, name: str) -> GraphQLObjectType:
        kind = self.draft.selection.schema.get_type(name)
        assert is_object_type(kind)
        return kind
