"""Responses that contain only the caller's flags, cached until the flags change (ADR 12, 32).

They need no database. Each set of flags that a process serves has a number, and a response is
valid for one number: apps that poll get the same bytes until a flag or a kill changes.
"""

import asyncio
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
from schema.errors import drop_tracebacks
from schema.planned import PLAN_KEY, CallerFlags
from server.compat import releasing_visitors
from server.execution.engine import LaunchSchema
from server.execution.shared_executor import evaluation_key
from services.flags.flag_store import FlagStore
from services.platform.byte_cache import ByteCache

MAX_BYTES = 6_000_000

Document = tuple[str, str | None]  # its text, and the name of the operation to execute


@dataclass(frozen=True, slots=True)
class FlagResponse:
    """The JSON of a response, the number of its set of flags, and side effects of each use."""

    flag_set_number: int
    data: bytes
    on_hit: Sequence[Callable[[], object]]


class FlagResponses:
    """The cache of these responses; one per process."""

    def __init__(self, flags: FlagStore, schema: LaunchSchema) -> None:
        """`schema` executes operations whose response is not cached."""
        self._flags, self._schema = flags, schema
        self.cache: ByteCache[Hashable, FlagResponse] = ByteCache(MAX_BYTES)
        self.hits = 0

    def respond(
        self, document: Document, variables: Mapping[str, Any], context: Context
    ) -> "bytes | asyncio.Future[bytes]":
        """Return the data as JSON, at once where it is cached.

        Otherwise return a future, which raises ValueError on errors, which the executor reports.
        """
        encoded_variables = orjson.dumps(variables, option=orjson.OPT_SORT_KEYS)
        key = (document, encoded_variables, evaluation_key(context.actor))
        flag_set_number = self._flags.shown
        cached = self.cache.get(key)
        if cached is not None and cached.flag_set_number == flag_set_number:
            self.hits += 1
            for count_use in cached.on_hit:
                count_use()
            return cached.data
        size = len(encoded_variables) + 4 * len(document[0])
        place = (key, flag_set_number, size)
        return asyncio.ensure_future(self._execute(document, variables, context, place))

    async def _execute(
        self,
        document: Document,
        variables: Mapping[str, Any],
        context: Context,
        place: tuple[Hashable, int, int],
    ) -> bytes:
        """Cache the data under the key, for the flag set and with the size of `place`."""
        result = await self._schema.execute_validated(document, variables, context)
        if result.errors or result.data is None:
            for error in result.errors or ():
                drop_tracebacks(error)
            raise ValueError("the operation has errors")
        data, (key, flag_set_number, size) = orjson.dumps(result.data), place
        response = FlagResponse(flag_set_number, data, context.on_hit)
        self.cache.put(key, response, size + len(data))
        return data


class _FieldVisitor(Visitor):
    """Looks for a field that shows something other than the caller's flags."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types
        self.only_flags = True

    def enter_field(self, node: FieldNode, *_: object) -> None:
        """Check the definition of one field of the document."""
        field = self._types.get_field_def()
        definition = field and field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        if node.name.value == "__typename":
            return
        if not isinstance(definition, StrawberryField):
            self.only_flags = False
            return
        shows_flags = isinstance(definition.metadata.get(PLAN_KEY), CallerFlags)
        self.only_flags &= shows_flags or definition.is_basic_field


def shows_only_flags(schema: GraphQLSchema, document: DocumentNode) -> bool:
    """Return whether a valid document selects only the caller's flags."""
    types = TypeInfo(schema)
    with releasing_visitors():
        visitor = _FieldVisitor(types)
        visit(document, TypeInfoVisitor(types, visitor))
    return visitor.only_flags
