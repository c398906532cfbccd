"""Answers an operation by its plan, in front of strawberry's view (ADR 32).

A document was parsed, validated and found to be allowed when it first came. What can differ since
is looked at each time: who asks, what may be asked for, what the caller has left. Where any of it
is not as it should be there is no answer here, nothing was charged, and the executor answers the
request from its beginning.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any, NamedTuple

import orjson
from cross_web import HTTPException
from graphql import OperationDefinitionNode, OperationType, Undefined, get_operation_ast
from starlette.responses import Response

from db.reads.base import NoPlan
from db.reads.connections import ResultSets
from domain.platform.cost_quota import QuotaState
from schema.context import Context, Runtime
from schema.errors import Refused
from schema.quota import payer
from server.compat import core_schema
from server.cost.analysis import Shape
from server.cost.cost_limiter import cost_told
from server.cost.input_limits import check_inputs
from server.documents import FACT_BYTES, parsed
from server.execution.engine import LaunchSchema
from server.execution.flag_responses import FlagResponses, shows_only_flags
from server.execution.operation_log import log_planned_query
from server.execution.plan import QueryPlan, RenderContext, ResolvedPage
from server.execution.planner import plan_query
from server.execution.selection import Selection, directive_variables, fragments_by_name
from server.execution.variables import Values, Variable, parse_variables
from server.http import negotiation
from server.http.authentication import recognised
from server.http.persisted import with_document
from server.http.requests import GraphQLRequest
from services.platform.byte_cache import ByteCache

logger = logging.getLogger(__name__)

MAX_OPERATION_BYTES, MAX_PLAN_BYTES, MAX_BYTES_OF_ONE = 2_000_000, 6_000_000, 1_000_000
MAX_VISITOR_BYTES = 1_000_000
MAX_BYTES = 20_000  # of a body
_PARTS = frozenset({"query", "operationName", "variables", "extensions", "documentId"})
_OPERATION_BYTES = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """A valid query. `owner`: whose share of the caches it is kept in."""

    document: tuple[str, str | None]  # its text, and which operation was asked for
    name: str | None
    variables: tuple[Variable, ...]
    owner: object
    is_view: bool
    shape: Shape

    @property
    def size(self) -> int:
        """In bytes, about."""
        return _OPERATION_BYTES + FACT_BYTES + 4 * len(self.document[0]) + 200 * len(self.variables)


class Given(NamedTuple):
    """A request that was read."""

    operation: Operation
    variables: Mapping[str, Any]
    extensions: Mapping[str, Any] | None


_Work = Callable[[], bytes | asyncio.Future[bytes]]


class Charged(NamedTuple):
    """The data of an operation, and what its caller was charged for it and has left."""

    data: bytes | asyncio.Future[bytes]
    key: str
    points: int
    standing: QuotaState


class Plans:
    """The plans of the operations that came last, for one process."""

    def __init__(self, runtime: Runtime, schema: LaunchSchema) -> None:
        """`schema` says what fields show."""
        self._runtime, self._schema = runtime, schema
        self._operations: ByteCache[tuple[str, str | None], Operation] = ByteCache(
            MAX_OPERATION_BYTES, max_owner_bytes=MAX_BYTES_OF_ONE
        )
        self._plans: ByteCache[tuple[Operation, tuple[object, ...]], QueryPlan | NoPlan] = (
            ByteCache(MAX_PLAN_BYTES, max_owner_bytes=MAX_BYTES_OF_ONE)
        )
        self._visitors: ByteCache[tuple[str, str | None], Operation] = ByteCache(MAX_VISITOR_BYTES)
        self.views = FlagResponses(runtime.flags, schema)
        self.answered = 0

    @property
    def size(self) -> int:
        """What they take, in bytes."""
        return self._operations.size + self._plans.size + self._visitors.size

    async def answer(self, request: GraphQLRequest) -> Response | None:
        """To a POST whose head was checked; None where the executor answers."""
        begin, given = perf_counter(), self.read(await request.body())
        media_type = negotiation.json_type(request.headers.get("accept", ""))
        if given is None or media_type is None:
            return None
        context = await recognised(self._runtime, request)
        if context is None:
            return None
        charged = self.respond(given, context)
        if charged is None:
            return None
        if not isinstance(charged.data, bytes):
            await _settled(charged.data)
        body = self.finish(charged)
        if body is None:
            return None
        log_planned_query(context, given.operation.name, begin)
        return _Ready(body, media_type)

    def read(self, body: bytes | bytearray) -> Given | None:
        """What a body asks for; None where it is no operation with a plan."""
        if len(body) > MAX_BYTES:
            return None
        try:
            sent = with_document(orjson.loads(body), self._runtime.documents)
        except (orjson.JSONDecodeError, HTTPException):
            return None
        if not isinstance(sent, dict) or not sent.keys() <= _PARTS:
            return None
        query, name = sent.get("query"), sent.get("operationName")
        variables, extensions = sent.get("variables"), sent.get("extensions")
        if not isinstance(query, str) or not isinstance(name, str | None):
            return None
        if not isinstance(variables, dict | None) or not isinstance(extensions, dict | None):
            return None
        key = (query, name or None)
        operation = self._operations.get(key) or self._visitors.get(key)
        return None if operation is None else Given(operation, variables or {}, extensions)

    def respond(self, given: Given, context: Context) -> Charged | None:
        """The response, which is paid for; None where the executor answers, and nothing is."""
        work = self._view(given, context) if given.operation.is_view else self._rows(given, context)
        points = None if work is None else self._points(given, context)
        if work is None or points is None:
            return None
        quota, key = self._runtime.quota, payer(context)
        standing = quota.consume(key, points)
        if standing.wait_seconds > 0:
            return None
        try:
            return Charged(work(), key, points, standing)
        except Exception as error:
            self.give_back(Charged(b"", key, points, standing), error)
            return None

    def finish(self, charged: Charged) -> bytes | None:
        """The body of a response whose data is there; None where the executor answers."""
        try:
            data = charged.data if isinstance(charged.data, bytes) else charged.data.result()
        except (Exception, asyncio.CancelledError) as error:  # the process ends
            self.give_back(charged, error)
            return None
        self.answered += 1
        extensions = orjson.dumps(cost_told(charged.points, charged.standing))
        return b'{"data":%b,"extensions":%b}' % (data, extensions)

    def give_back(self, charged: Charged, error: BaseException) -> None:
        """What was charged for a plan that failed."""
        logger.debug("a plan failed, the executor answers: %r", error)
        self._runtime.quota.give_back(charged.key, charged.points)

    def remember(self, context: Context) -> None:
        """An operation was found valid and allowed by the executor."""
        if context.accepted is None:
            return
        text, name = context.accepted
        operation = get_operation_ast(parsed(text), name)
        if operation is None or operation.operation is not OperationType.QUERY:
            return
        try:
            found = self._operation(context.accepted, operation, context.actor.id)
        except NoPlan:
            return
        if not context.actor.is_anonymous:
            self._operations.put(context.accepted, found, found.size, found.owner)
        elif found.is_view:  # visitors read no rows
            self._visitors.put(context.accepted, found, found.size)

    def _operation(
        self, document: tuple[str, str | None], operation: OperationDefinitionNode, owner: object
    ) -> Operation:
        deciding = directive_variables(parsed(document[0]))
        variables = parse_variables(core_schema(self._schema), operation, deciding)
        name = document[1] or (operation.name.value if operation.name else None)
        is_view = shows_only_flags(core_schema(self._schema), parsed(document[0]))
        shape = Shape(core_schema(self._schema), parsed(document[0]), operation)
        return Operation(document, name, variables, owner, is_view, shape)

    def _view(self, given: Given, context: Context) -> _Work:
        return partial(self.views.respond, given.operation.document, given.variables, context)

    def _rows(self, given: Given, context: Context) -> _Work | None:
        """None where there is no plan, or not for this caller or these values."""
        try:
            values = [item.read_value(given.variables) for item in given.operation.variables]
            plan = self._plan(given.operation, values, people=context.actor.sees_people)
            if plan is None or not plan.permits(context.actor):
                return None
            pages, questions = plan.bind(values)
        except Exception:  # the executor says what is wrong
            return None
        finish = partial(self._written, plan, pages)
        if not questions:
            return partial(finish, [])
        return partial(self._runtime.db.reads.run, plan, questions, finish)

    def _points(self, given: Given, context: Context) -> int | None:
        """What it costs; None where it is not even priced."""
        refusal = check_inputs(
            given.variables, given.extensions, is_anonymous=context.actor.is_anonymous
        )
        if refusal is not None or not self._runtime.documents.allows(given.operation.document[0]):
            return None
        try:
            return given.operation.shape.allowed(given.variables).points
        except Refused:
            return None

    def _plan(self, operation: Operation, values: Values, *, people: bool) -> QueryPlan | None:
        """That of this shape; None where there is none."""
        shape = (people, *[_shape(item, value) for item, value in _each(operation, values)])
        found = self._plans.get((operation, shape))
        if found is None:
            found = self._planned(operation, values, people=people)
            size = found.size if isinstance(found, QueryPlan) else _OPERATION_BYTES
            self._plans.put((operation, shape), found, size, operation.owner)
        return found if isinstance(found, QueryPlan) else None

    def _planned(self, operation: Operation, values: Values, *, people: bool) -> QueryPlan | NoPlan:
        text, name = operation.document
        document = parsed(text)
        node = get_operation_ast(document, name)
        assert node is not None
        decided = {item.name: value for item, value in _each(operation, values) if item.decides}
        selection = Selection(core_schema(self._schema), fragments_by_name(document), decided)
        try:
            return plan_query(
                selection, node, operation.variables, values, sees_private_data=people
            )
        except NoPlan as reason:
            return reason

    def _written(
        self, plan: QueryPlan, pages: Sequence[ResolvedPage], answers: ResultSets
    ) -> bytes:
        render_context = RenderContext(self._runtime.clock(), self._runtime.flags.kills)
        return orjson.dumps(plan.render(answers, pages, render_context))


class _Ready(Response):
    """An answer whose headers are known: to let starlette find them takes longer than a plan."""

    def __init__(self, body: bytes, media_type: str) -> None:
        """All that `Response` sets."""
        self.status_code, self.background, self.body = 200, None, body
        self.raw_headers = [
            (b"cache-control", b"no-store"),
            (b"content-length", b"%d" % len(body)),
            (b"content-type", b"%b; charset=utf-8" % media_type.encode()),
        ]


async def _settled(data: "asyncio.Future[bytes]") -> None:
    """Return when it is there or has failed; nobody else waits for it."""
    try:
        await asyncio.wait((data,))
    except asyncio.CancelledError:
        data.cancel()
        raise


def _each(operation: Operation, values: Values) -> list[tuple[Variable, Any]]:
    return list(zip(operation.variables, values, strict=True))


def _shape(variable: Variable, value: object) -> object:
    return value if variable.decides or value in (None, Undefined) else True
