"""The cost of the current operation, and the quota of its caller (A42)."""

from contextvars import ContextVar
from typing import NamedTuple

from domain.platform.cost_quota import QuotaState
from domain.platform.networks import network
from schema.context import Context

_cost: ContextVar["Cost"] = ContextVar("cost")


class Cost(NamedTuple):
    """The cost of an operation, and the measures that are limited separately."""

    points: int
    depth: int
    root_fields: int


def operation_cost() -> Cost:
    """Return the maximum cost of the current operation."""
    return _cost.get()


def note_cost(cost: Cost) -> None:
    """Set the maximum cost of the current operation."""
    _cost.set(cost)


def payer(context: Context) -> str:
    """Return the key of the quota that pays: a person, a token, or the network of a visitor."""
    actor = context.actor
    return f"{actor.kind}:{actor.id or network(context.client_ip)}"


def quota_state(context: Context) -> QuotaState:
    """Return what the caller has left."""
    return context.runtime.quota.standing(payer(context))
