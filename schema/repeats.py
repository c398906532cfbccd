"""The short road of a request that has come before, byte for byte (ADR 12).

What its bytes ask for was parsed, validated and priced when they first came: none of that can turn
out differently. What can is looked at each time: who asks, whether rows or flags are the same, what
the caller has left. Where any of it is not as it should be there is no answer here, nothing was
charged, and the request takes the long road from its beginning.
"""

from contextlib import suppress
from time import perf_counter

import orjson
from starlette.responses import Response

from domain.errors import DependencyDown
from schema import http
from schema.authentication import recognised
from schema.context import Context, Runtime
from schema.engine import LaunchSchema
from schema.known_views import KnownViews
from schema.operations import tell_repeated
from schema.quota import payer
from schema.requests import GraphQLRequest
from schema.sharing import asker
from schema.spending import cost_told
from services.byte_cache import ByteCache
from services.replies import Kept, Question, Source

MAX_ROWS_BYTES, MAX_VIEWS_BYTES = 6_000_000, 2_000_000
MOST_BYTES = 8_000
# Whoever sends a document together with its hash wants it remembered: that is the long road's.
_HASH, _TEXT = b'"persistedQuery"', b'"query"'


class Repeats:
    """The requests that came last, for one process."""

    def __init__(self, runtime: Runtime, schema: LaunchSchema) -> None:
        """`runtime` is what the process shares; `schema` executes what is known but new."""
        self._runtime = runtime
        self.known = KnownViews(schema)
        # Apart, so that a crowd of visitors makes nobody forget what the dashboards ask.
        self._rows: ByteCache[bytes, Question] = ByteCache(MAX_ROWS_BYTES)
        self._views: ByteCache[bytes, Question] = ByteCache(MAX_VIEWS_BYTES)
        self.answered = 0

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._rows) + len(self._views)

    def remember(self, body: bytes, question: Question) -> None:
        """What a body asks for, whoever sent it."""
        if len(body) > MOST_BYTES or (_HASH in body and _TEXT in body):
            return
        self.known.remember(question)
        known = self._views if question.source is Source.VIEW else self._rows
        known.put(body, question, len(body) + question.size)

    async def answer(self, request: GraphQLRequest) -> Response | None:
        """To a POST whose head was checked; None where it takes the long road."""
        begin, body = perf_counter(), await request.body()
        question = self._question(body)
        media_type = http.json_type(request.headers.get("accept", ""))
        if question is None or media_type is None:
            return None
        context = await recognised(self._runtime, request)
        if context is None:
            return None
        data = await self._data(question, context)
        if data is None:
            return None
        # Last, for a refusal costs nothing, and is the long road's to tell.
        standing = self._runtime.budgets.spend(payer(context), question.points)
        if standing.wait_seconds > 0:
            return None
        self.remember(body, question)
        self.answered += 1
        tell_repeated(context, question.name, begin)
        extensions = orjson.dumps(cost_told(question.points, standing))
        return Response(
            b'{"data":%b,"extensions":%b}' % (data, extensions),
            headers={"cache-control": "no-store"},
            media_type=f"{media_type}; charset=utf-8",
        )

    def _question(self, body: bytes) -> Question | None:
        if len(body) > MOST_BYTES:
            return None
        return self._rows.get(body) or self._views.get(body) or self.known.read(body)

    async def _data(self, question: Question, context: Context) -> bytes | None:
        """The answer that was kept, where what it is made of is the same; of flags a new one."""
        replies, who = self._runtime.replies, asker(question.source, context.actor)
        with suppress(DependencyDown):  # the long road says so
            revision = await replies.revision(question.source)
            data = replies.find(question, who, revision)
            if data is not None or question.source is not Source.VIEW:
                return data
            left = self._runtime.budgets.standing(payer(context)).remaining
            if left >= question.points:
                data = await self.known.worked_out(question, context)
            if data is not None:
                replies.keep(question, who, Kept(revision, data, context.again))
            return data
        return None
