"""Responses made of nothing but the caller's flags, cached until the flags change (ADR 12, 32).

They need no database. Every set of flags that a process shows has a number, and a response holds
for one: apps that ask again get the same bytes until a flag or a kill changes.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    visit,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from schema.context import Context
from schema.planned import METADATA, View
from server.execution.engine import LaunchSchema
from server.execution.shared_executor import viewer
from services.flags.flag_store import FlagStore
from services.platform.byte_cache import ByteCache

MAX_BYTES = 6_000_000

Document = tuple[str, str | None]  # its text, and which operation of it


@dataclass(frozen=True, slots=True)
class ViewResponse:
    """The JSON of a response, the set that it shows, and what each use of it does besides."""

    shown: int
    data: bytes
    on_hit: Sequence[Callable[[], object]]


class ViewResponses:
    """One for each process."""

    def __init__(self, flags: FlagStore, schema: LaunchSchema) -> None:
        """`schema` executes what is not cached."""
        self._flags, self._schema = flags, schema
        self.cache: ByteCache[Hashable, ViewResponse] = ByteCache(MAX_BYTES)
        self.hits = 0

    async def respond(
        self, document: Document, variables: Mapping[str, Any], context: Context
    ) -> bytes:
        """The data; raises ValueError where there is an error in it, which the executor tells."""
        given = orjson.dumps(variables, option=orjson.OPT_SORT_KEYS)
        key, shown = (document, given, viewer(context.actor)), self._flags.shown
        known = self.cache.get(key)
        if known is not None and known.shown == shown:
            self.hits += 1
            for count_use in known.on_hit:
                count_use()
            return known.data
        result = await self._schema.run(document, variables, context)
        if result.errors or result.data is None:
            raise ValueError("an error in the flags")
        data = orjson.dumps(result.data)
        size = len(data) + len(given) + 4 * len(document[0])
        self.cache.put(key, ViewResponse(shown, data, context.on_hit), size)
        return data


class _Fields(Visitor):
    """Looks for a field that is more than the caller's flags."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types
        self.only_flags = True

    def enter_field(self, node: FieldNode, *_: object) -> None:
        """Each field of the document, with its definition."""
        found = self._types.get_field_def()
        definition = found and found.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        if node.name.value == "__typename":
            return
        if not isinstance(definition, StrawberryField):
            self.only_flags = False
            return
        is_view = isinstance(definition.metadata.get(METADATA), View)
        self.only_flags &= is_view or definition.is_basic_field


def shows_only_flags(schema: GraphQLSchema, document: DocumentNode) -> bool:
    """Whether a valid document asks for nothing but the caller's flags."""
    types = TypeInfo(schema)
    fields = _Fields(types)
    visit(document, TypeInfoVisitor(types, fields))
    return fields.only_flags
