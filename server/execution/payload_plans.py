"""The payload of a subscription as JSON, written at once where it is a list of shared objects.

After an activation thousands of viewers each have a set of flags of their own, made of the same
few hundred evaluations. Each of these is written once; a set is then a join of their texts, which
takes a sixth of executing and encoding it (PERF3).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from graphql import (
    GraphQLObjectType,
    get_nullable_type,
    is_list_type,
    is_object_type,
)
from graphql.execution.collect_fields import FieldDetailsList, collect_fields
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from server.execution.fast_executor import ItemPlan, PlainExecutor
from server.execution.leaf_fields import Read, Unusual, reader


class _Leaf(NamedTuple):
    """A field that is an attribute."""

    head: bytes
    read: Read

    def text(self, payload: object) -> bytes:
        return self.head + orjson.dumps(self.read(payload))


class _List(NamedTuple):
    """A field that is a list of objects which keep their own text."""

    head: bytes
    attribute: str
    plan: ItemPlan

    def text(self, payload: object) -> bytes:
        items = getattr(payload, self.attribute)
        if type(items) is not list:
            raise Unusual
        return b"%b[%b]" % (self.head, b",".join(self.plan.texts(items)))


class PayloadPlan(NamedTuple):
    """How to write payloads of one class for one operation."""

    origin: type[Any]
    head: bytes
    fields: Sequence[_Leaf | _List]

    def text(self, payload: object) -> bytes | None:
        """The payload of a `next` message; None for one that needs the executor."""
        if type(payload) is not self.origin:
            return None
        try:
            fields = b",".join([field.text(payload) for field in self.fields])
        except Exception:  # the executor meets it again, and says where
            return None
        return b"%b{%b}}}" % (self.head, fields)


def plan_payload(executor: PlainExecutor) -> PayloadPlan | None:
    """None where something in the operation is more than attributes and lists of shared objects."""
    operation = executor.operation
    root = executor.schema.get_root_type(operation.operation)
    if root is None or executor.is_watched:
        return None
    collected = collect_fields(
        executor.schema,
        executor.fragments,
        executor.variable_values,
        root,
        operation,
        executor.hide_suggestions,
    )
    if len(collected.grouped_field_set) != 1 or collected.new_defer_usages:
        return None
    ((name, details),) = collected.grouped_field_set.items()
    kind = get_nullable_type(root.fields[details[0].node.name.value].type)
    fields = _fields(executor, kind, details) if is_object_type(kind) else None
    if not fields:
        return None
    return PayloadPlan(_definition(kind).origin, b'{"data":{' + _key(name), fields)


def _fields(
    executor: PlainExecutor, kind: GraphQLObjectType, details: FieldDetailsList
) -> Sequence[_Leaf | _List] | None:
    collected = executor.collect_subfields(kind, details)
    if collected.new_defer_usages or _definition(kind).is_type_of:
        return None
    found = [
        _field(executor, kind, name, below) for name, below in collected.grouped_field_set.items()
    ]
    planned = [field for field in found if field is not None]
    return planned if len(planned) == len(found) else None


def _field(
    executor: PlainExecutor, kind: GraphQLObjectType, name: str, details: FieldDetailsList
) -> _Leaf | _List | None:
    field_name = details[0].node.name.value
    read = reader(kind, field_name, sees_people=executor.sees_people)
    if read is not None:
        return _Leaf(_key(name), read)
    field = kind.fields[field_name]
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    listed = get_nullable_type(field.type)
    if not isinstance(definition, StrawberryField) or not is_list_type(listed):
        return None
    plan = executor.item_plan(listed.of_type, details) if definition.is_basic_field else None
    if plan is None or not plan.is_drawn:
        return None
    return _List(_key(name), definition.python_name, plan)


def _definition(kind: GraphQLObjectType) -> StrawberryObjectDefinition:
    found: StrawberryObjectDefinition = kind.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
    return found


def _key(name: str) -> bytes:
    return orjson.dumps(name) + b":"
