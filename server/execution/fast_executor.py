"""Objects of plain attributes, read at once: a list of flags has hundreds of them.

graphql-core resolves a field in about 5 µs whatever it is. Where every field that was selected of
an object is an attribute with a scalar, an enum or a list of those, this takes a fifth of that.
All else, and every value that is not as the schema says, goes the long way, which knows the errors.
"""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any, NamedTuple

import orjson
from graphql import (
    GraphQLLeafType,
    GraphQLNullableType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
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
from schema.results import Drawn, Json, Plan
from server.compat import forget_sub_fields
from server.execution.leaf_fields import Unusual, holds_text, reader
from services.platform.byte_cache import ByteCache


class ItemPlan(NamedTuple):
    """How to read an item of a list that is an instance of this very class."""

    origin: type[Any]
    plan: Plan
    is_drawn: bool

    def read(self, item: Any) -> dict[str, Json]:  # noqa: ANN401 - of whatever class it is
        """The answer for one item; raises Unusual, or anything else, for what is not plain."""
        if type(item) is not self.origin:
            raise Unusual
        plan = self.plan
        if not self.is_drawn:
            return {name: read(item) for name, read in plan}
        drawn: Drawn = item.drawn
        if drawn.plan is not plan:
            drawn.data = {name: read(item) for name, read in plan}
            drawn.plan = plan
        return drawn.data

    def read_all(self, items: list[Any]) -> list[dict[str, Json]]:
        """The answers for a list; raises as `read` does."""
        plan, origin, read = self.plan, self.origin, self.read
        if not self.is_drawn or any(kind is not origin for kind in set(map(type, items))):
            return [read(item) for item in items]
        return [drawn.data if (drawn := item.drawn).plan is plan else read(item) for item in items]

    def texts(self, items: list[Any]) -> list[bytes]:
        """The answers for a list of drawn objects as JSON; raises as `read` does."""
        plan, key, text = self.plan, id(self.plan), self._text
        return [
            known[1] if (known := item.drawn.texts.get(key)) and known[0] is plan else text(item)
            for item in items
        ]

    def _text(self, item: Any) -> bytes:  # noqa: ANN401 - of whatever class it is
        found, texts = orjson.dumps(self.read(item)), item.drawn.texts
        if len(texts) >= _MAX_TEXTS:
            texts.clear()
        texts[id(self.plan)] = (self.plan, found)
        return found


class PlainExecutor(StrawberryGraphQLCoreExecutionContext):
    """Executes objects of plain attributes the short way."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as the base
        super().__init__(*args, **kwargs)
        # What was planned for is kept beside its plan, so that nothing else gets its id meanwhile.
        self._plans: dict[int, tuple[GroupedFieldSet, Plan | None]] = {}
        self._item_plans: dict[int, tuple[FieldDetailsList, ItemPlan | None]] = {}
        context = self.context_value
        self.sees_people = not isinstance(context, Context) or context.actor.sees_people

    def build_per_event_executor(self, payload: Any) -> Executor[Any]:  # noqa: ANN401 - as the base
        """A stream lives long: what is remembered of one event must go with it.

        graphql-core shares its memory of sub-fields between all events of a stream, and finds
        nothing there again: it only grows.
        """
        found = super().build_per_event_executor(payload)
        assert isinstance(found, PlainExecutor)
        found._plans, found._item_plans = {}, {}
        forget_sub_fields(found)
        return found

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,  # noqa: ANN401 - as the base
        path: Path | None,
        grouped_field_set: GroupedFieldSet,
        position_context: Any,  # noqa: ANN401 - as the base
    ) -> Any:  # noqa: ANN401 - as the base
        """The fields of one object."""
        plan = self._plan(parent_type, grouped_field_set)
        if plan is not None:
            try:
                return {name: read(source_value) for name, read in plan}
            except Exception:  # noqa: S110 - the long way meets it again, and says where
                pass
        return super().execute_fields(
            parent_type, source_value, path, grouped_field_set, position_context
        )

    def _plan(self, parent_type: GraphQLObjectType, selected: GroupedFieldSet) -> Plan | None:
        known = self._plans.get(id(selected))
        if known is None:
            plan = self._planned(parent_type, selected)
            known = self._plans[id(selected)] = (selected, plan)
        return known[1]

    def complete_iterable_value(
        self,
        item_type: GraphQLOutputType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        items: Iterable[Any],
        position_context: Any,  # noqa: ANN401 - as the base
    ) -> Any:  # noqa: ANN401 - as the base
        """All objects of a list: to get as far as the fields of one takes as long again."""
        plan = self.item_plan(item_type, field_details_list) if type(items) is list else None
        if plan is not None and type(items) is list:
            try:
                return plan.read_all(items)
            except Exception:  # noqa: S110 - one of them; the long way finds out which
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
        """One object of a list that holds unusual ones too."""
        plan = self.item_plan(item_type, field_details_list)
        if plan is not None:
            try:
                complete_results.append(plan.read(item))
            except Exception:  # noqa: S110 - the long way meets it again, and says where
                pass
            else:
                return False
        return super().complete_list_item_value(
            item, complete_results, item_type, field_details_list, *rest
        )

    def item_plan(self, kind: GraphQLOutputType, details: FieldDetailsList) -> ItemPlan | None:
        """How to read the items of a list; None where that is more than taking attributes."""
        known = self._item_plans.get(id(details))
        if known is None:
            found = self._planned_item(get_nullable_type(kind), details)
            known = self._item_plans[id(details)] = (details, found)
        return known[1]

    def _planned_item(
        self, kind: GraphQLNullableType, details: FieldDetailsList
    ) -> ItemPlan | None:
        definition = getattr(kind, "extensions", {}).get(GraphQLCoreConverter.DEFINITION_BACKREF)
        if not is_object_type(kind) or not isinstance(definition, StrawberryObjectDefinition):
            return None
        collected = self.collect_subfields(kind, details)
        plan = self._plan(kind, collected.grouped_field_set)
        if plan is None or collected.new_defer_usages or definition.is_type_of:
            return None
        is_drawn = len(plan) <= _MAX_DRAWN and any(
            field.name == "drawn" for field in fields(definition.origin)
        )
        return ItemPlan(definition.origin, _one_object(plan), is_drawn)

    def complete_leaf_value(  # type: ignore[override] # the base needs no self
        self,
        return_type: GraphQLLeafType,
        result: Any,  # noqa: ANN401 - as the base
    ) -> Any:  # noqa: ANN401 - as the base
        """A scalar or enum; texts without e-mail addresses for who may not know people (SEC10)."""
        value = super().complete_leaf_value(return_type, result)
        if self.sees_people or not holds_text(return_type):
            return value
        return without_addresses(value)

    def _planned(self, parent_type: GraphQLObjectType, selected: GroupedFieldSet) -> Plan | None:
        if self.is_watched:
            return None
        plan = []
        for response_name, details in selected.items():
            name = details[0].node.name.value
            read = reader(parent_type, name, sees_people=self.sees_people)
            if read is None:
                return None
            plan.append((response_name, read))
        return tuple(plan)

    @property
    def is_watched(self) -> bool:
        """Whether an extension wants to see each field."""
        manager = self.middleware_manager
        return manager is not None and bool(manager.middlewares)


def _one_object(plan: Plan) -> Plan:
    """The same object for equal plans: `is` tells whether an answer was made by this plan."""
    known = PLANS.get(plan)
    if known is None:
        known = plan
        PLANS.put(plan, plan, sum(4 * len(name) + _FIELD_BYTES for name, _ in plan))
    return known


_FIELD_BYTES = 200
_MAX_TEXTS = 4  # of one object: as many documents go side by side
_MAX_DRAWN = 50  # fields of an answer that its object keeps
PLANS: ByteCache[Plan, Plan] = ByteCache(2_000_000)
