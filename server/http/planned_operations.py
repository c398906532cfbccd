"""Answers operations by their query plans, before strawberry's view (ADR 32).

A document is parsed, validated and accepted when it is first executed. What may differ later is
checked for each request: the caller, the access to fields, the variables, the quota. If any check
fails nothing is charged, and the executor answers the request from the beginning.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
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
from schema.errors import Refused, drop_tracebacks
from schema.quota import payer
from server.compat import core_schema
from server.cost.analysis import PricedOperation
from server.cost.cost_limiter import cost_extensions
from server.cost.input_limits import check_inputs
from server.documents import parsed
from server.execution.engine import LaunchSchema
from server.execution.flag_responses import FlagResponses, shows_only_flags
from server.execution.operation_log import log_planned_query
from server.execution.plan import QueryPlan, RenderContext, ResolvedPage
from server.execution.planner import plan_query
from server.execution.selection import Selection, directive_variables, fragments_by_name
from server.execution.variables import Values, Variable, parse_variables
from server.http import negotiation
from server.http.authentication import authenticate_for_plan
from server.http.known_operations import OPERATION_BYTES, KnownOperation, ParsedRequest
from server.http.persisted import find_document
from server.http.planned_response import PlannedResponse
from server.http.requests import GraphQLRequest
from services.platform.byte_cache import ByteCache

logger = logging.getLogger(__name__)

MAX_OPERATION_BYTES, MAX_PLAN_BYTES, MAX_BYTES_PER_OWNER = 2_000_000, 6_000_000, 1_000_000
MAX_VISITOR_BYTES = 1_000_000
MAX_BODY_BYTES = 20_000
_PARAMETERS = frozenset({"query", "operationName", "variables", "extensions", "documentId"})


_Execute = Callable[[], bytes | asyncio.Future[bytes]]


class ChargedResponse(NamedTuple):
    """The data of a response, and what was charged for it to which key of the quota."""

    data: bytes | asyncio.Future[bytes]
    key: str
    points: int
    quota_state: QuotaState


class PlannedOperations:
    """The recently used operations of one process, with their plans."""

    def __init__(self, runtime: Runtime, schema: LaunchSchema) -> None:
        """`schema` has the declarations of what fields show."""
        self._runtime, self._schema = runtime, schema
        self._operations: ByteCache[tuple[str, str | None], KnownOperation] = ByteCache(
            MAX_OPERATION_BYTES, max_owner_bytes=MAX_BYTES_PER_OWNER
        )
        self._plans: ByteCache[tuple[KnownOperation, tuple[object, ...]], QueryPlan | NoPlan] = (
            ByteCache(MAX_PLAN_BYTES, max_owner_bytes=MAX_BYTES_PER_OWNER)
        )
        self._visitors: ByteCache[tuple[str, str | None], KnownOperation] = ByteCache(
            MAX_VISITOR_BYTES
        )
        self.flag_responses = FlagResponses(runtime.flags, schema)
        self.answered = 0

    @property
    def size(self) -> int:
        """The size of operations and plans in bytes."""
        return self._operations.size + self._plans.size + self._visitors.size

    async def answer(self, request: GraphQLRequest) -> Response | None:
        """Answer a validated POST, or return None to fall back to the executor."""
        begin, parsed_request = perf_counter(), self.parse_body(await request.body())
        media_type = negotiation.choose_query_type(request.headers.first(b"accept") or "")
        if parsed_request is None or media_type is None:
            return None
        context = await authenticate_for_plan(self._runtime, request)
        if context is None:
            return None
        response = self.start(parsed_request, context)
        if response is None:
            return None
        if not isinstance(response.data, bytes):
            await _wait_until_done(response.data)
        body = self.finish(response)
        if body is None:
            return None
        log_planned_query(context, parsed_request.operation.name, begin)
        return PlannedResponse(body, media_type)

    def parse_body(self, body: bytes | bytearray) -> ParsedRequest | None:
        """Parse a body; None if it does not request a known operation."""
        if len(body) > MAX_BODY_BYTES:
            return None
        try:
            parameters, digest = find_document(orjson.loads(body), self._runtime.documents)
        except (orjson.JSONDecodeError, HTTPException):
            return None
        if not isinstance(parameters, dict) or not parameters.keys() <= _PARAMETERS:
            return None
        query, name = parameters.get("query"), parameters.get("operationName")
        variables, extensions = parameters.get("variables"), parameters.get("extensions")
        if not isinstance(query, str) or not isinstance(name, str | None):
            return None
        key = (query, name or None)
        operation = self._operations.get(key) or self._visitors.get(key)
        is_usual = isinstance(variables, dict | None) and isinstance(extensions, dict | None)
        if operation is None or not is_usual:
            return None
        return ParsedRequest(operation, variables or {}, extensions, digest)

    def start(self, request: ParsedRequest, context: Context) -> ChargedResponse | None:
        """Charge a request and start it; None, and no charge: fall back to the executor."""
        if request.operation.shows_only_flags:
            execute: _Execute | None = self._show_flags(request, context)
        else:
            execute = self._execute_plan(request, context)
        points = None if execute is None else self._price(request, context)
        if execute is None or points is None:
            return None
        quota, key = self._runtime.quota, payer(context)
        quota_state = quota.consume(key, points)
        if quota_state.wait_seconds > 0:
            return None
        if request.hash is not None:
            self._runtime.documents.remember(request.hash, request.operation.document[0])
        try:
            return ChargedResponse(execute(), key, points, quota_state)
        except Exception as error:
            self.refund(ChargedResponse(b"", key, points, quota_state), error)
            return None

    def finish(self, response: ChargedResponse) -> bytes | None:
        """Return the body of a response whose data is there; None: fall back to the executor."""
        try:
            data = response.data if isinstance(response.data, bytes) else response.data.result()
        except (Exception, asyncio.CancelledError) as error:  # cancelled: the process ends
            self.refund(response, error)
            drop_tracebacks(error)  # of the future of this response
            return None
        self.answered += 1
        extensions = orjson.dumps(cost_extensions(response.points, response.quota_state))
        return b'{"data":%b,"extensions":%b}' % (data, extensions)

    def refund(self, response: ChargedResponse, error: BaseException) -> None:
        """Return what was charged for a plan that failed."""
        logger.debug("A plan failed, falling back to the executor: %r", error)
        self._runtime.quota.give_back(response.key, response.points)

    def remember(self, context: Context) -> None:
        """Remember the operation that the executor has just accepted, if it is a query."""
        if context.accepted is None:
            return
        text, name = context.accepted
        operation = get_operation_ast(parsed(text), name)
        if operation is None or operation.operation is not OperationType.QUERY:
            return
        try:
            planned = self._analyse(context.accepted, operation, context.actor.id)
        except NoPlan:
            return
        if not context.actor.is_anonymous:
            self._operations.put(context.accepted, planned, planned.size, planned.owner)
        elif planned.shows_only_flags:  # visitors read no rows
            self._visitors.put(context.accepted, planned, planned.size)

    def _analyse(
        self, document: tuple[str, str | None], operation: OperationDefinitionNode, owner: object
    ) -> KnownOperation:
        deciding = directive_variables(parsed(document[0]))
        variables = parse_variables(core_schema(self._schema), operation, deciding)
        name = document[1] or (operation.name.value if operation.name else None)
        only_flags = shows_only_flags(core_schema(self._schema), parsed(document[0]))
        priced = PricedOperation(core_schema(self._schema), parsed(document[0]), operation)
        return KnownOperation(document, name, variables, owner, only_flags, priced)

    def _show_flags(self, request: ParsedRequest, context: Context) -> _Execute:
        document = request.operation.document
        return partial(self.flag_responses.respond, document, request.variables, context)

    def _execute_plan(self, request: ParsedRequest, context: Context) -> _Execute | None:
        """Return what executes the plan; None if there is none for this caller and variables."""
        operation, sees_private_data = request.operation, context.actor.sees_private_data
        try:
            values = [item.read_value(request.variables) for item in operation.variables]
            plan = self._find_plan(operation, values, sees_private_data=sees_private_data)
            if plan is None or not plan.permits(context.actor):
                return None
            pages, statements = plan.bind(values)
        except Exception:  # the executor reports what is wrong
            return None
        render = partial(self._render, plan, pages)
        if not statements:
            return partial(render, [])
        return partial(self._runtime.db.reads.run, plan, statements, render)

    def _price(self, request: ParsedRequest, context: Context) -> int | None:
        """Return the cost in points; None if a limit of inputs, documents or cost is exceeded."""
        refusal = check_inputs(
            request.variables, request.extensions, is_anonymous=context.actor.is_anonymous
        )
        document = request.operation.document[0]
        if refusal is not None or not self._runtime.documents.allows(document):
            return None
        try:
            return request.operation.priced.checked_cost(request.variables).points
        except Refused:
            return None

    def _find_plan(
        self, operation: KnownOperation, values: Values, *, sees_private_data: bool
    ) -> QueryPlan | None:
        """Return the plan for the shape of a request; None if it has none."""
        parts = [_shape_part(item, value) for item, value in _pair_variables(operation, values)]
        shape = (sees_private_data, *parts)
        plan = self._plans.get((operation, shape))
        if plan is None:
            plan = self._make_plan(operation, values, sees_private_data=sees_private_data)
            size = plan.size if isinstance(plan, QueryPlan) else OPERATION_BYTES
            self._plans.put((operation, shape), plan, size, operation.owner)
        return plan if isinstance(plan, QueryPlan) else None

    def _make_plan(
        self, operation: KnownOperation, values: Values, *, sees_private_data: bool
    ) -> QueryPlan | NoPlan:
        text, name = operation.document
        document = parsed(text)
        node = get_operation_ast(document, name)
        assert node is not None
        conditions = {
            item.name: value for item, value in _pair_variables(operation, values) if item.decides
        }
        selection = Selection(core_schema(self._schema), fragments_by_name(document), conditions)
        try:
            return plan_query(
                selection, node, operation.variables, values, sees_private_data=sees_private_data
            )
        except NoPlan as reason:
            return reason

    def _render(
        self, plan: QueryPlan, pages: Sequence[ResolvedPage], result_sets: ResultSets
    ) -> bytes:
        render_context = RenderContext(self._runtime.clock(), self._runtime.flags.kills)
        return orjson.dumps(plan.render(result_sets, pages, render_context))


async def _wait_until_done(data: "asyncio.Future[bytes]") -> None:
    """Wait for data that no other request waits for; cancel it with the caller."""
    try:
        await asyncio.wait((data,))
    except asyncio.CancelledError:
        data.cancel()
        raise


def _pair_variables(operation: KnownOperation, values: Values) -> list[tuple[Variable, Any]]:
    return list(zip(operation.variables, values, strict=True))


def _shape_part(variable: Variable, value: object) -> object:
    """What a plan depends on: null or not, and the value of a variable that decides fields."""
    return value if variable.decides or value in (None, Undefined) else True
