"""The source that writes an object which may be of one of several types."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from graphql import FieldNode, GraphQLField, GraphQLObjectType, SelectionSetNode, is_object_type

from db.base import Base
from db.reads.base import Read
from db.reads.statement import Form, ReadRequest
from schema.planned import Choice, Column, Made
from server.execution.rows import Reads, Rows
from server.execution.selection import sets_of


class Writer(Protocol):
    """Writes objects of rows."""

    def one(self, kind: GraphQLObjectType, sets: list[SelectionSetNode]) -> str:
        """What is selected of an object."""
        ...

    def value(self, graph_field: GraphQLField, planned: Column | Made) -> str:
        """JSON of columns."""
        ...


@dataclass(frozen=True, slots=True)
class Choices:
    """Each type has columns of its own in the same row; the first whose row is there is meant."""

    reads: Reads
    rows: Rows
    writer: Callable[[Rows, type[Base]], Writer]

    def written(self, nodes: list[FieldNode], planned: Choice) -> str:
        """The types in turn, as one expression."""
        tested = [self._option(nodes, *option) for option in planned.options]
        text = self._otherwise(nodes, planned)
        for option in reversed(tested):
            text = f"({option} else {text})"
        if planned.when is None:
            return text
        return f"(None if {self.rows.variable(planned.when)} is None else {text})"

    def _option(self, nodes: list[FieldNode], type_name: str, read: Read) -> str:
        self.reads.needs_everything |= read.needs_everything
        rows = self.rows.add(ReadRequest(read, Form.ONE))
        text = self.writer(rows, read.model).one(self._type(type_name), sets_of(nodes))
        return f"{text} if {rows.key()} is not None"

    def _otherwise(self, nodes: list[FieldNode], planned: Choice) -> str:
        if planned.otherwise is None:
            return "None"
        kind, columns = self._type(planned.otherwise[0]), planned.otherwise[1]
        writer, parts = self.writer(self.rows, self.rows.wanted.read.model), []
        for name, found in self.reads.selection.fields(kind, sets_of(nodes)).items():
            field, text = found[0].name.value, repr(kind.name)
            if field != "__typename":
                text = writer.value(kind.fields[field], Column(columns[field]))
            parts.append(f"{name!r}: {text}")
        return f"{{{', '.join(parts)}}}"

    def _type(self, name: str) -> GraphQLObjectType:
        found = self.reads.selection.schema.get_type(name)
        assert is_object_type(found)
        return found
