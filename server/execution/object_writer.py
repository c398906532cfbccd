"""Generates the source that writes objects, and binds the columns that it needs."""

from collections.abc import Iterable
from typing import Self

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
from db.reads.columns import may_be_null
from db.reads.statement import Cardinality
from schema.list_arguments import DistinctLists
from schema.planned import (
    PLAN_KEY,
    ColumnField,
    ComputedField,
    ComputedList,
    GlobalIdField,
    KillField,
    OneOfField,
    SameRowObject,
    ScopedColumn,
)
from server.cost.field_costs import is_page
from server.execution.attribute_readers import attribute_reader
from server.execution.column_json import (
    column_loader,
    global_id_encoder,
    is_text,
    json_expression,
    raise_missing,
    value_serializer,
)
from server.execution.connection_writer import (
    WRITER_PARAMETERS,
    ConnectionWriter,
    RowSelection,
)
from server.execution.memo import find_memo
from server.execution.rows import (
    PlanDraft,
    RowBinding,
    find_builder,
    origin_class,
    strawberry_field,
)
from server.execution.selection import selection_sets
from server.execution.union_writer import UnionWriter


class ObjectWriter:
    """Generates the expressions that write objects, and binds the columns that they use."""

    def __init__(
        self, draft: PlanDraft, rows: RowBinding, model: type[Base], *, is_built: bool = False
    ) -> None:
        """`model` has the primary key of the objects, which may be joined to the rows.

        `is_built`: the generated function has a parameter `item`, whose attributes are fields.
        """
        self._draft, self._rows, self._model = draft, rows, model
        self._source, self._is_built = draft.source, is_built

    def object_expression(self, kind: GraphQLObjectType, sets: Iterable[SelectionSetNode]) -> str:
        """Return a dict display of one object. Raises NoPlan for a field without a plan."""
        selected = self._draft.selection.collect_fields(kind, sets)
        entries = [
            f"{name!r}: {self._field_expression(kind, nodes)}" for name, nodes in selected.items()
        ]
        return f"{{{', '.join(entries)}}}"

    def _field_expression(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> str:
        name = nodes[0].name.value
        if name == "__typename":
            return repr(kind.name)
        graph_field = kind.fields[name]
        definition = strawberry_field(graph_field)
        planned = definition.metadata.get(PLAN_KEY)
        is_unguarded = all(isinstance(item, DistinctLists) for item in definition.extensions)
        if planned is None and self._is_built:
            return self._attribute_expression(kind, name)
        if planned is None or not is_unguarded:
            raise NoPlan(f"{kind.name}.{name}")
        if isinstance(planned, GlobalIdField):
            (key,) = self._model.__table__.primary_key
            encode = self._source.bind_object(global_id_encoder(kind.name))
            return f"{encode}({self._rows.bind_column(key, text=True)})"
        if isinstance(planned, ScopedColumn):
            self._draft.scopes[(planned.scope,)] = None
            planned = ColumnField(planned.expression)
        if isinstance(planned, ColumnField | ComputedField):
            return self.value_expression(graph_field, planned)
        return self._nested_expression(graph_field, nodes, planned)

    def _attribute_expression(self, kind: GraphQLObjectType, name: str) -> str:
        """A plain attribute of `item`, read as `server.execution.fast_executor` does."""
        read = attribute_reader(kind, name, sees_private_data=self._draft.sees_private_data)
        if read is None:
            raise NoPlan(f"{kind.name}.{name}")
        return f"{self._source.bind_object(read)}(item)"

    def value_expression(
        self, graph_field: GraphQLField, planned: ColumnField | ComputedField
    ) -> str:
        """Return the expression for the JSON value of a column or computed field."""
        sees_private_data = self._draft.sees_private_data
        if isinstance(planned, ColumnField):
            column = planned.expression
            variable = self._rows.bind_column(column, text=is_text(column))
            return json_expression(
                self._source,
                graph_field.type,
                column,
                variable,
                sees_private_data=sees_private_data,
            )
        memo = find_memo(planned, graph_field.type, sees_private_data)
        if memo is not None:
            values = ", ".join(map(self._rows.bind_column, planned.of))
            return f"{self._source.bind_object(memo)}[({values},)]"
        arguments = [*map(self._python_value, planned.of)]
        arguments += ["context.now"] * planned.timed
        result = f"{self._source.bind_object(planned.compute)}({', '.join(arguments)})"
        serialize = value_serializer(graph_field.type, sees_private_data=sees_private_data)
        return f"{self._source.bind_object(serialize)}({result})"

    def _nested_expression(
        self, graph_field: GraphQLField, nodes: list[FieldNode], planned: object
    ) -> str:
        kind = get_named_type(graph_field.type)
        if isinstance(planned, OneOfField):
            union = UnionWriter(self._draft, self._rows, self._writer_for)
            return union.object_expression(nodes, planned)
        if not is_object_type(kind):
            raise NoPlan(f"{kind.name} without a type")
        if isinstance(planned, KillField | ComputedList):
            return self._computed_expression(kind, nodes, planned)
        if isinstance(planned, SameRowObject):
            writer = ObjectWriter(self._draft, self._rows, planned.model)
            return writer.object_expression(kind, selection_sets(nodes))
        if not isinstance(planned, Read):
            raise NoPlan(f"{kind.name} of {type(planned).__name__}")
        return self._read_expression(graph_field, nodes, planned, kind)

    def _read_expression(
        self,
        graph_field: GraphQLField,
        nodes: list[FieldNode],
        planned: Read,
        kind: GraphQLObjectType,
    ) -> str:
        request, page_index = self._draft.request_rows(graph_field, nodes[0], planned)
        rows = self._rows.add_nested(request)
        writer = ObjectWriter(self._draft, rows, planned.model)
        if is_page(kind):
            write = self._source.new_variable("w")
            selected = RowSelection(rows, page_index, find_builder(graph_field))
            page = ConnectionWriter(self._draft, selected, writer)
            self._source.define_function(write, WRITER_PARAMETERS, page.body_lines(kind, nodes))
            count_request = page.count_request
            total = self._rows.add_nested(count_request).bind_count() if count_request else "None"
            return f"{write}({rows.zipped}, {total}, pages, context)"
        text = writer.object_expression(kind, selection_sets(nodes))
        if request.cardinality is Cardinality.MANY:
            rows.ensure_column()
            return f"[{text} for {rows.target} in {rows.zipped}]"
        missing = "None"
        if is_non_null_type(graph_field.type):
            missing = f"{self._source.bind_object(raise_missing)}()"
        return f"({missing} if {rows.bind_key()} is None else {text})"

    def _computed_expression(
        self, kind: GraphQLObjectType, nodes: list[FieldNode], planned: KillField | ComputedList
    ) -> str:
        selected = self._draft.selection.collect_fields(kind, selection_sets(nodes))
        entries = ", ".join(
            f"{name!r}: {self._attribute_expression(kind, fields[0].name.value)}"
            for name, fields in selected.items()
        )
        write = self._source.new_variable("w")
        arguments = [*map(self._python_value, planned.of)]
        if isinstance(planned, ComputedList):
            lines = [f"return [{{{entries}}} for item in items]"]
            self._source.define_function(write, "items", lines)
            compute = self._source.bind_object(planned.compute)
            return f"{write}({compute}({', '.join(arguments)}))"
        lines = [f"return None if item is None else {{{entries}}}"]
        self._source.define_function(write, "item", lines)
        find = self._source.bind_object(planned.find)
        return f"{write}({find}({', '.join([*arguments, 'context.kills'])}))"

    def _writer_for(self, rows: RowBinding, model: type[Base]) -> Self:
        return type(self)(self._draft, rows, model)

    def _python_value(self, expression: Expression) -> str:
        """The expression for a column's value as the ORM row of a resolver holds it."""
        variable, load = self._rows.bind_column(expression), column_loader(expression)
        value = f"{self._source.bind_object(load)}({variable})" if load else variable
        needs_null_check = load and may_be_null(expression)
        return f"(None if {variable} is None else {value})" if needs_null_check else value

    def node_expression(
        self, kind: GraphQLNamedType, sets: list[SelectionSetNode], builder: ComputedField | None
    ) -> str:
        """Return the expression for a node of a connection.

        With a builder, the node may be of one of several types: the class that it builds decides.
        """
        if is_object_type(kind):
            return self.object_expression(kind, sets)
        if builder is None or not is_abstract_type(kind):
            raise NoPlan(f"{kind.name} without a type")
        write, schema = self._source.new_variable("w"), self._draft.selection.schema
        inner = ObjectWriter(self._draft, self._rows, self._model, is_built=True)
        lines = [f"{self._rows.target} = row"]
        for concrete in schema.get_possible_types(kind):
            origin = self._source.bind_object(origin_class(concrete))
            text = inner.object_expression(concrete, sets)
            lines.append(f"if type(item) is {origin}: return {text}")
        lines.append(f"return {self._source.bind_object(raise_missing)}()")
        self._source.define_function(write, "item, row", lines)
        arguments = ", ".join(map(self._python_value, builder.of))
        compute = self._source.bind_object(builder.compute)
        return f"{write}({compute}({arguments}), {self._rows.target})"
