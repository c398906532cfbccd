"""Versions of the flags, and processes that should have them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from redis.asyncio import Redis
from starlette.applications import Starlette

from domain.propagation import Propagation
from schema.context import Runtime
from services.propagation_board import LIFETIME_MS, PROCESSES
from tests.clock import PATIENCE
from tests.graphql import GraphQLClient

TOGGLE = """mutation ($key: String!, $on: Boolean!) {
  toggleFeatureFlag(input: {key: $key, enabled: $on}) { errors { message } } }"""
SPREAD = """
  version startedAt processes total acked confirmed p95Ms completeMs complete slowest withinBudget
"""


async def toggled(client: GraphQLClient, app: Starlette, key: str, *, on: bool) -> int:
    """The version of the set after a toggle."""
    answer = await client.data(TOGGLE, key=key, on=on)
    assert answer["toggleFeatureFlag"]["errors"] == []
    return runtime_of(app).flags.current.version


def runtime_of(app: Starlette) -> Runtime:
    """The parts of an app."""
    runtime: Runtime = app.state.runtime
    return runtime


async def ghost(redis: Redis, name: str, *, dies_in_ms: int = LIFETIME_MS) -> None:
    """A process whose heart beat for the last time, so that it is thought alive for so long."""
    seconds, micros = await redis.time()
    beat = seconds * 1000 + micros // 1000 - LIFETIME_MS + dies_in_ms
    await redis.zadd(PROCESSES, {name: beat})


async def until(
    app: Starlette, version: int, holds: Callable[[Propagation], bool], within: float = PATIENCE
) -> Propagation:
    """The propagation as soon as something holds of it."""

    async def look() -> Propagation | None:
        return await runtime_of(app).propagations.of(version)

    found: Propagation = await eventually(look, holds, within)
    return found


async def eventually(
    look: Callable[[], Awaitable[Any]], holds: Callable[[Any], bool], within: float = PATIENCE
) -> Any:  # noqa: ANN401 - whatever is looked at
    """What is seen as soon as something holds of it; fails with the last that was seen."""
    found = await look()
    try:
        async with asyncio.timeout(within):
            while not holds(found):
                await asyncio.sleep(0.02)
                found = await look()
    except TimeoutError:
        raise AssertionError(f"still {found}") from None
    return found
