"""Versions of the flags, and processes that should have them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from redis.asyncio import Redis
from starlette.applications import Starlette

from domain.propagation.propagation import Propagation
from domain.propagation.propagation_roster import LIFETIME_MS, ServerProcess
from schema.context import Runtime
from services.propagation import propagation_state as board
from services.propagation.delivery_acks import Step
from tests.support.clock import PATIENCE
from tests.support.graphql import GraphQLClient

TOGGLE = """mutation ($key: String!, $on: Boolean!) {
  toggleFeatureFlag(input: {key: $key, enabled: $on}) { errors { message } } }"""
SPREAD = """
  version startedAt processes total acked unknownProcesses unknownStreams confirmed
  p95Ms completeMs complete slowest withinBudget
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


async def shared_ms(redis: Redis) -> int:
    """Now, on the clock that all processes share."""
    seconds, micros = await redis.time()
    return int(seconds) * 1000 + int(micros) // 1000


async def ghost(
    redis: Redis, name: str, *, dies_in_ms: int = LIFETIME_MS, streams: int = 0, place: str = ""
) -> None:
    """A process whose heart beat for the last time, so that it is thought alive for so long."""
    beat = await shared_ms(redis) - LIFETIME_MS + dies_in_ms - 1
    await board.restore(redis, [ServerProcess(name, beat, streams, place=place)])


async def speaks_up(redis: Redis, name: str, version: int, *, after_ms: int = 0) -> None:
    """A process that was waited for says that it has a version, and since when."""
    now = await shared_ms(redis)
    step = Step(version, now + after_ms, clients=0, initial=False)
    await board.report(redis, name, 0, [step], [], now_ms=now, offset=0)


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
