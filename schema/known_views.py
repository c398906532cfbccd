"""A document that shows flags, known from before, for a client who is new (ADR 12).

It was parsed, validated and found to be made of nothing but flags when it first came. What comes
with it is read, priced and executed here; nothing of that waits for anything. Whatever is not as
it should be has no answer here, and takes the long road.
"""

from collections.abc import Mapping

import orjson

from schema.context import Context
from schema.costs import cost_of
from schema.engine import LaunchSchema
from schema.errors import Refused
from schema.inputs import check_inputs
from services.byte_cache import ByteCache
from services.replies import Question, Source

MAX_BYTES = 1_000_000
_PARTS = ("query", "operationName", "variables")


class KnownViews:
    """The documents that came last, for one process."""

    def __init__(self, schema: LaunchSchema) -> None:
        """`schema` executes them."""
        self._schema = schema
        self._known: ByteCache[tuple[str, str | None], Question] = ByteCache(MAX_BYTES)

    def __len__(self) -> int:
        """How many are known."""
        return len(self._known)

    def remember(self, question: Question) -> None:
        """Its document was answered by the long road."""
        if question.source is Source.VIEW:
            self._known.put(question.document, question, question.size)

    def read(self, body: bytes) -> Question | None:
        """What a body asks for, where its document is known and all in it is in order."""
        try:
            given = orjson.loads(body)
        except orjson.JSONDecodeError:
            return None
        if not isinstance(given, dict) or not given.keys() <= set(_PARTS):
            return None
        query, name, variables = map(given.get, _PARTS)
        if not isinstance(query, str) or not isinstance(name, str | None):
            return None
        known = self._known.get((query, name))
        if known is None or not isinstance(variables, dict | None):
            return None
        return self._priced(known, variables or {})

    def _priced(self, known: Question, variables: Mapping[str, object]) -> Question | None:
        if check_inputs(variables, None, is_anonymous=True) is not None:
            return None
        try:
            points = cost_of(self._schema._schema, *known.document, variables).points
        except Refused:
            return None
        return Question.of(Source.VIEW, known.document, variables, points, known.name)

    async def worked_out(self, question: Question, context: Context) -> bytes | None:
        """The answer as JSON; None where there is an error in it."""
        result = await self._schema.run(question, context)
        if result.errors or result.data is None:
            return None
        return orjson.dumps(result.data)
