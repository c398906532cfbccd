"""A fast path for objects of plain attributes: a list of flags has hundreds of them.

graphql-core takes about 5 µs to resolve a field of any kind. Where all fields selected of an object
are attributes that hold a scalar, an enum or a list of those, the fast path takes a fifth of that.
Everything else, and every value that does not match the schema, takes the full path, which reports
errors.
"""

from collections.abc import Callable, Iterable
from dataclasses import fields
from typing import Any, NamedTuple
from weakref import WeakMethod

import orjson
from graphql import (
    GraphQLLeafType,
    GraphQLNullableType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLResolveInfoHelpers,
    get_nullable_type,
    is_object_type,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition

from domain.platform.redaction import without_addresses
from schema.context import Context
from schema.results import ChosenItems, FieldReaders, Json, SerializedFields
from server.compat import forget_sub_fields
from server.execution.attribute_readers import NeedsFullExecution, attribute_reader, holds_free_text
from services.platform.byte_cache import ByteCache


class ItemPlan(NamedTuple):
    """How to read the items of a list that are instances of exactly the class `origin`.

    `is_cached`: the items are immutable and keep their fields in `item.serialized`.
    """

    origin: type[Any]
    readers: FieldReaders
    is_cached: bool

    def read(self, item: Any) -> dict[str, Json]:  # noqa: ANN401 - of whatever class it is
        """Return the fields of one item. Any exception means: take the full path."""
        if type(item) is not self.origin:
            raise NeedsFullExecution
        readers = self.readers
        if not self.is_cached:
            return {name: read(item) for name, read in readers}
        serialized: SerializedFields = item.serialized
        if serialized.readers is not readers:
            serialized.data = {name: read(item) for name, read in readers}
            serialized.readers = readers
        return serialized.data

    def read_all(self, items: list[Any]) -> list[dict[str, Json]]:
        """Return the fields of all items. Raises as `read` does."""
        readers, origin, read = self.readers, self.origin, self.read
        if not self.is_cached or any(kind is not origin for kind in set(map(type, items))):
            return [read(item) for item in items]
        return [
            serialized.data if (serialized := item.serialized).readers is readers else read(item)
            for item in items
        ]

    def encode_all(self, items: list[Any]) -> list[bytes]:
        """Return cached items as JSON. Raises as `read` does."""
        readers, key, encode = self.readers, id(self.readers), self._encode
        return [
            entry[1]
            if (entry := item.serialized.encoded.get(key)) and entry[0] is readers
            else encode(item)
            for item in items
        ]

    def _encode(self, item: Any) -> bytes:  # noqa: ANN401 - of whatever class it is
        text, encoded = orjson.dumps(self.read(item)), item.serialized.encoded
        if len(encoded) >= _MAX_ENCODED:
            encoded.clear()
        encoded[id(self.readers)] = (self.readers, text)
        return text


def _call_weakly(method: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a function that calls a method without keeping its object."""
    reference = WeakMethod(method)

    def call(values: Any) -> Any:  # noqa: ANN401 - as the method
        bound = reference()
        assert bound is not None  # resolvers run while their executor does
        return bound(values)

    return call


class FastPathExecutor(StrawberryGraphQLCoreExecutionContext):
    """Executes objects of plain attributes on the fast path."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as the base
        super().__init__(*args, **kwargs)
        # The bound methods of the base would keep the executor until a garbage collection (SEC7).
        self.async_helpers = GraphQLResolveInfoHelpers(
            gather=_call_weakly(self.gather_async_work), track=_call_weakly(self.track_async_work)
        )
        # Each entry holds the object whose id is its key, so that the id is not reused meanwhile.
        self._readers: dict[int, tuple[GroupedFieldSet, FieldReaders | None]] = {}
        self._item_plans: dict[int, tuple[FieldDetailsList, ItemPlan | None]] = {}
        context = self.context_value
        self.sees_private_data = not isinstance(context, Context) or context.actor.sees_private_data

    def build_per_event_executor(self, payload: Any) -> Executor[Any]:  # noqa: ANN401 - as the base
        """Give the executor of one event its own caches: a stream lives long.

        graphql-core shares its cache of sub-fields between all events of a stream, but never hits
        it again, so that it only grows.
        """
        executor = super().build_per_event_executor(payload)
        assert isinstance(executor, FastPathExecutor)
        executor._readers, executor._item_plans = {}, {}
        forget_sub_fields(executor)
        return executor

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,  # noqa: ANN401 - as the base
        path: Path | None,
        grouped_field_set: GroupedFieldSet,
        position_context: Any,  # noqa: ANN401 - as the base
    ) -> Any:  # noqa: ANN401 - as the base
        """Read the fields of one object on the fast path, else execute them."""
        readers = self._find_readers(parent_type, grouped_field_set)
        if readers is not None:
            try:
                return {name: read(source_value) for name, read in readers}
            except Exception:  # noqa: S110 - the full path fails again, and reports where
                pass
        return super().execute_fields(
            parent_type, source_value, path, grouped_field_set, position_context
        )

    def _find_readers(
        self, parent_type: GraphQLObjectType, selected: GroupedFieldSet
    ) -> FieldReaders | None:
        entry = self._readers.get(id(selected))
        if entry is None:
            readers = self._build_readers(parent_type, selected)
            entry = self._readers[id(selected)] = (selected, readers)
        return entry[1]

    def complete_iterable_value(
        self,
        item_type: GraphQLOutputType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        items: Iterable[Any],
        position_context: Any,  # noqa: ANN401 - as the base
    ) -> Any:  # noqa: ANN401 - as the base
        """Read all objects of a list at once, which saves as much time again as their fields."""
        if type(items) is ChosenItems:
            items = list(items)
        plan = self.item_plan(item_type, field_details_list) if type(items) is list else None
        if plan is not None and type(items) is list:
            try:
                return plan.read_all(items)
            except Exception:  # noqa: S110 - of one item; the full path finds out which
                pass
        return super().complete_iterable_value(
            item_type, field_details_list, info, path, items, position_context
        )

    def complete_list_item_value(
        self,
        item: Any,  # noqa: ANN401 - as the base
        complete_results: list[Any],
        item_type: GraphQLOutputType,
        field_details_list: FieldDetailsList,
        *rest: Any,  # noqa: ANN401 - as the base
    ) -> bool:
        """Read one object of a list in which others need the full path."""
        plan = self.item_plan(item_type, field_details_list)
        if plan is not None:
            try:
                complete_results.append(plan.read(item))
            except Exception:  # noqa: S110 - the full path fails again, and reports where
                pass
            else:
                return False
        return super().complete_list_item_value(
            item, complete_results, item_type, field_details_list, *rest
        )

    def item_plan(self, kind: GraphQLOutputType, details: FieldDetailsList) -> ItemPlan | None:
        """Return how to read the items of a list; None where a field is not an attribute."""
        entry = self._item_plans.get(id(details))
        if entry is None:
            plan = self._build_item_plan(get_nullable_type(kind), details)
            entry = self._item_plans[id(details)] = (details, plan)
        return entry[1]

    def _build_item_plan(
        self, kind: GraphQLNullableType, details: FieldDetailsList
    ) -> ItemPlan | None:
        definition = getattr(kind, "extensions", {}).get(GraphQLCoreConverter.DEFINITION_BACKREF)
        if not is_object_type(kind) or not isinstance(definition, StrawberryObjectDefinition):
            return None
        collected = self.collect_subfields(kind, details)
        readers = self._find_readers(kind, collected.grouped_field_set)
        if readers is None or collected.new_defer_usages or definition.is_type_of:
            return None
        is_cached = len(readers) <= _MAX_CACHED_FIELDS and any(
            field.name == "serialized" for field in fields(definition.origin)
        )
        return ItemPlan(definition.origin, _intern(readers), is_cached)

    def complete_leaf_value(  # type: ignore[override] # the base needs no self
        self,
        return_type: GraphQLLeafType,
        result: Any,  # noqa: ANN401 - as the base
    ) -> Any:  # noqa: ANN401 - as the base
        """Serialize a leaf; hide e-mail addresses in texts from callers without access (SEC10)."""
        value = super().complete_leaf_value(return_type, result)
        if self.sees_private_data or not holds_free_text(return_type):
            return value
        return without_addresses(value)

    def _build_readers(
        self, parent_type: GraphQLObjectType, selected: GroupedFieldSet
    ) -> FieldReaders | None:
        if self.has_field_middleware:
            return None
        readers = []
        for response_name, details in selected.items():
            name = details[0].node.name.value
            read = attribute_reader(parent_type, name, sees_private_data=self.sees_private_data)
            if read is None:
                return None
            readers.append((response_name, read))
        return tuple(readers)

    @property
    def has_field_middleware(self) -> bool:
        """Whether an extension has a hook for each field."""
        manager = self.middleware_manager
        return manager is not None and bool(manager.middlewares)


def _intern(readers: FieldReaders) -> FieldReaders:
    """Return one object for equal readers, so that `is` tells whether cached fields match."""
    interned = INTERNED_READERS.get(readers)
    if interned is None:
        interned = readers
        size = sum(4 * len(name) + _FIELD_BYTES for name, _ in readers)
        INTERNED_READERS.put(readers, readers, size)
    return interned


_FIELD_BYTES = 200
_MAX_ENCODED = 4  # per object: the number of documents that may use it in turn
_MAX_CACHED_FIELDS = 50  # of one object
INTERNED_READERS: ByteCache[FieldReaders, FieldReaders] = ByteCache(2_000_000)
