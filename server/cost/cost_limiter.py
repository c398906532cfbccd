"""Charges the cost of an operation to its caller's quota before it runs (A42)."""

import math
from collections.abc import Iterator
from typing import Any

from domain.platform.cost_quota import QuotaState
from schema.context import Context
from schema.errors import Refused, TopLevelCode
from schema.quota import note_cost, operation_cost, payer
from server.compat import core_schema, provided_operation_name
from server.cost.analysis import compute_cost
from server.cost.document_limits import DocumentLimits
from server.documents import CACHES


class QueryCostLimiter(DocumentLimits):
    """Computes the cost of an operation, charges it, and reports in the reply what is left.

    Operations that are refused by the limits of documents or for their cost are not charged.
    """

    def on_operation(self) -> Iterator[None]:
        """Start without a charge."""
        self._quota_state: QuotaState | None = None
        yield from super().on_operation()

    def refusal(self) -> Refused | None:
        """Charge before validation, whose time grows faster than the size of the document."""
        return super().refusal() or self._check_trusted() or self._charge()

    def accept(self, query: str) -> None:
        """Cache a valid document in the share of its caller; our own documents have no owner."""
        context: Context = self.execution_context.context
        is_ours = context.runtime.documents.is_trusted(query)
        owner = None if context.actor.is_anonymous else context.actor.id
        CACHES.keep(query, "ours" if is_ours else owner)
        if context.response is not None:
            context.accepted = (query, provided_operation_name(self.execution_context))

    def _check_trusted(self) -> Refused | None:
        context = self.execution_context
        if context.context.runtime.documents.allows(context.query or ""):
            return None
        message = "This server runs only the documents that it knows."
        return Refused(TopLevelCode.FORBIDDEN, message, reason="UNTRUSTED_DOCUMENT")

    def _charge(self) -> Refused | None:
        context = self.execution_context
        schema, query = core_schema(context.schema), context.query or ""
        try:
            cost = compute_cost(
                schema, query, provided_operation_name(context), context.variables or {}
            )
        except Refused as refused:
            return refused
        note_cost(cost)
        state = context.context.runtime.quota.consume(payer(context.context), cost.points)
        self._quota_state = state
        if state.wait_seconds == 0:
            return None
        wait = math.ceil(state.wait_seconds)
        message = f"You have asked for too much at once. Try again in {wait} s."
        return Refused(
            TopLevelCode.RATE_LIMITED,
            message,
            retryAfterSeconds=state.wait_seconds,
            **self._extensions(),
        )

    def get_results(self) -> dict[str, Any]:
        """Return `extensions.cost` of the reply; of a stream, only for the first result."""
        extensions, self._quota_state = self._extensions(), None
        return extensions

    def _extensions(self) -> dict[str, Any]:
        if self._quota_state is None:
            return {}
        return cost_extensions(operation_cost().points, self._quota_state)


def cost_extensions(requested: int, state: QuotaState) -> dict[str, Any]:
    """Return the extension `cost` of a reply."""
    budget = state.budget
    return {
        "cost": {
            "requested": requested,
            "limit": budget.points,
            "remaining": state.remaining,
            "restoreRate": budget.restore_rate,
        }
    }
