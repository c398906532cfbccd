"""The cost of the current operation and the quota of its caller (A42)."""

from contextvars import ContextVar
from typing import NamedTuple

from domain.platform.cost_quota import QuotaState
from domain.platform.rate_limits import network
from schema.context import Context

_cost: ContextVar["Cost"] = ContextVar("cost")


class Cost(NamedTuple):
    """What an operation asks for."""

    points: int
    depth: int
    root_fields: int


def operation_cost() -> Cost:
    """What the operation that runs now may cost."""
    return _cost.get()


def note_cost(cost: Cost) -> None:
    """The operation that runs now may cost this."""
    _cost.set(cost)


def payer(context: Context) -> str:
    """Who pays: a person, a token, or for visitors where they come from."""
    actor = context.actor
    return f"{actor.kind}:{actor.id or network(context.client_ip)}"


def standing(context: Context) -> QuotaState:
    """What the caller has left."""
    return context.runtime.quota.standing(payer(context))
