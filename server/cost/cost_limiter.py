"""Who asks pays, in points that come back: before anything runs (A42)."""

import math
from collections.abc import Iterator
from typing import Any

from domain.platform.cost_quota import QuotaState
from schema.context import Context
from schema.errors import Refused, TopLevelCode
from schema.quota import note_cost, operation_cost, payer
from server.compat import core_schema, provided_operation_name
from server.cost.analysis import cost_of
from server.cost.document_limits import DocumentLimits
from server.documents import CACHES


class QueryCostLimiter(DocumentLimits):
    """Prices an operation, takes the price, and says in the reply what is left.

    In this order: what is refused for its form or its price costs nothing.
    """

    def on_operation(self) -> Iterator[None]:
        """Before anything is known."""
        self._standing: QuotaState | None = None
        yield from super().on_operation()

    def refusal(self) -> Refused | None:
        """Before validation, whose time grows faster than the document does."""
        return super().refusal() or self._untrusted() or self._price()

    def accept(self, query: str) -> None:
        """Keep it in the share of its caller: our own documents are nobody's."""
        context: Context = self.execution_context.context
        is_ours = context.runtime.documents.is_trusted(query)
        owner = None if context.actor.is_anonymous else context.actor.id
        CACHES.keep(query, "ours" if is_ours else owner)
        if context.response is not None:
            context.accepted = (query, provided_operation_name(self.execution_context))

    def _untrusted(self) -> Refused | None:
        context = self.execution_context
        if context.context.runtime.documents.allows(context.query or ""):
            return None
        message = "This server runs only the documents that it knows."
        return Refused(TopLevelCode.FORBIDDEN, message, reason="UNTRUSTED_DOCUMENT")

    def _price(self) -> Refused | None:
        context = self.execution_context
        schema, query = core_schema(context.schema), context.query or ""
        try:
            cost = cost_of(schema, query, provided_operation_name(context), context.variables or {})
        except Refused as refused:
            return refused
        note_cost(cost)
        found = context.context.runtime.quota.consume(payer(context.context), cost.points)
        self._standing = found
        if found.wait_seconds == 0:
            return None
        wait = math.ceil(found.wait_seconds)
        message = f"You have asked for too much at once. Try again in {wait} s."
        return Refused(
            TopLevelCode.RATE_LIMITED, message, retryAfterSeconds=found.wait_seconds, **self._told()
        )

    def get_results(self) -> dict[str, Any]:
        """`extensions.cost` of a reply; of an operation with many results the first has it."""
        told, self._standing = self._told(), None
        return told

    def _told(self) -> dict[str, Any]:
        return cost_told(operation_cost().points, self._standing) if self._standing else {}


def cost_told(requested: int, standing: QuotaState) -> dict[str, Any]:
    """The extension `cost` of a reply."""
    budget = standing.budget
    return {
        "cost": {
            "requested": requested,
            "limit": budget.points,
            "remaining": standing.remaining,
            "restoreRate": budget.restore_rate,
        }
    }
