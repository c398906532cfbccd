"""Writes the payload of a subscription as JSON where it is a list of shared objects.

After an activation thousands of viewers each have their own set of flags, which consists of the
same few hundred evaluations. Each evaluation is encoded once; a set is then a join of their texts,
which takes a sixth of the time of executing and encoding it (PERF3).
"""

from collections.abc import Iterable, Sequence
from operator import getitem
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

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

from schema.results import ChosenItems, ItemPairs
from server.execution.attribute_readers import NeedsFullExecution, ReadAttribute, attribute_reader
from server.execution.fast_executor import FastPathExecutor, ItemPlan


class _LeafField(NamedTuple):
    """A field that is a plain attribute. `head` is its encoded name with the colon."""

    head: bytes
    read: ReadAttribute

    def encode(self, payload: object) -> bytes:
        return self.head + orjson.dumps(self.read(payload))


class _ListField:
    """A field that is a list of objects which cache their own JSON."""

    def __init__(self, head: bytes, attribute: str, plan: ItemPlan) -> None:
        """`head` is the encoded name with the colon."""
        self._head, self._attribute, self._plan = head, attribute, plan
        self._texts: WeakKeyDictionary[ItemPairs[Any], Sequence[Sequence[bytes]]] = (
            WeakKeyDictionary()
        )

    def encode(self, payload: object) -> bytes:
        items = getattr(payload, self._attribute)
        if type(items) is ChosenItems:
            texts: Iterable[bytes] = map(getitem, self._texts_of(items.of), items.choice)
        elif type(items) is list:
            texts = self._plan.encode_all(items)
        else:
            raise NeedsFullExecution
        return b"%b[%b]" % (self._head, b",".join(texts))

    def _texts_of(self, pairs: ItemPairs[Any]) -> Sequence[Sequence[bytes]]:
        texts = self._texts.get(pairs)
        if texts is None:
            texts = self._texts[pairs] = [self._plan.encode_all(list(pair)) for pair in pairs.pairs]
        return texts


class PayloadPlan(NamedTuple):
    """How to encode payloads of the class `origin` for one operation."""

    origin: type[Any]
    head: bytes
    fields: Sequence[_LeafField | _ListField]

    def encode(self, payload: object) -> bytes | None:
        """Return the payload of a `next` message; None if it needs the executor."""
        if type(payload) is not self.origin:
            return None
        try:
            fields = b",".join([field.encode(payload) for field in self.fields])
        except Exception:  # the executor fails again, and reports where
            return None
        return b"%b{%b}}}" % (self.head, fields)


def plan_payload(executor: FastPathExecutor) -> PayloadPlan | None:
    """Return None if a field is neither an attribute nor a list of objects that cache JSON."""
    operation = executor.operation
    root = executor.schema.get_root_type(operation.operation)
    if root is None or executor.has_field_middleware:
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
    fields = _plan_fields(executor, kind, details) if is_object_type(kind) else None
    if not fields:
        return None
    return PayloadPlan(_definition(kind).origin, b'{"data":{' + _encode_name(name), fields)


def _plan_fields(
    executor: FastPathExecutor, kind: GraphQLObjectType, details: FieldDetailsList
) -> Sequence[_LeafField | _ListField] | None:
    collected = executor.collect_subfields(kind, details)
    if collected.new_defer_usages or _definition(kind).is_type_of:
        return None
    fields = [
        _plan_field(executor, kind, name, field_details)
        for name, field_details in collected.grouped_field_set.items()
    ]
    planned = [field for field in fields if field is not None]
    return planned if len(planned) == len(fields) else None


def _plan_field(
    executor: FastPathExecutor, kind: GraphQLObjectType, name: str, details: FieldDetailsList
) -> _LeafField | _ListField | None:
    field_name = details[0].node.name.value
    read = attribute_reader(kind, field_name, sees_private_data=executor.sees_private_data)
    if read is not None:
        return _LeafField(_encode_name(name), read)
    field = kind.fields[field_name]
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    listed = get_nullable_type(field.type)
    if not isinstance(definition, StrawberryField) or not is_list_type(listed):
        return None
    plan = executor.item_plan(listed.of_type, details) if definition.is_basic_field else None
    if plan is None or not plan.is_cached:
        return None
    return _ListField(_encode_name(name), definition.python_name, plan)


def _definition(kind: GraphQLObjectType) -> StrawberryObjectDefinition:
    definition: StrawberryObjectDefinition = kind.extensions[
        GraphQLCoreConverter.DEFINITION_BACKREF
    ]
    return definition


def _encode_name(name: str) -> bytes:
    return orjson.dumps(name) + b":"
