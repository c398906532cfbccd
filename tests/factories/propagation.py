"""Flag set versions and the processes that should serve them."""

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


async def toggle_flag(client: GraphQLClient, app: Starlette, key: str, *, on: bool) -> int:
    """Toggle a flag and return the version of the set."""
    answer = await client.data(TOGGLE, key=key, on=on)
    assert answer["toggleFeatureFlag"]["errors"] == []
    return runtime_of(app).flags.current.version


def runtime_of(app: Starlette) -> Runtime:
    """Return the runtime of an app."""
    runtime: Runtime = app.state.runtime
    return runtime


async def shared_ms(redis: Redis) -> int:
    """Return the time on the clock that all processes share."""
    seconds, micros = await redis.time()
    return int(seconds) * 1000 + int(micros) // 1000


async def add_dead_process(
    redis: Redis, name: str, *, dies_in_ms: int = LIFETIME_MS, streams: int = 0, place: str = ""
) -> None:
    """Add a process that has sent its last heartbeat and counts as live until it expires."""
    beat = await shared_ms(redis) - LIFETIME_MS + dies_in_ms - 1
    await board.restore(redis, [ServerProcess(name, beat, streams, place=place)])


async def acknowledge_as(redis: Redis, name: str, version: int, *, after_ms: int = 0) -> None:
    """Acknowledge a version as a process that was waited for."""
    now = await shared_ms(redis)
    step = Step(version, now + after_ms, clients=0, initial=False)
    await board.report(redis, name, 0, [step], [], now_ms=now, offset=0)


async def wait_for_propagation(
    app: Starlette, version: int, holds: Callable[[Propagation], bool], within: float = PATIENCE
) -> Propagation:
    """Return the propagation once a condition holds."""

    async def look() -> Propagation | None:
        return await runtime_of(app).propagations.of(version)

    propagation: Propagation = await wait_for_result(look, holds, within)
    return propagation


async def wait_for_result(
    look: Callable[[], Awaitable[Any]], holds: Callable[[Any], bool], within: float = PATIENCE
) -> Any:  # noqa: ANN401 - whatever is looked at
    """Repeat a call until a condition holds; fail with the last result."""
    result = await look()
    try:
        async with asyncio.timeout(within):
            while not holds(result):
                await asyncio.sleep(0.02)
                result = await look()
    except TimeoutError:
        raise AssertionError(f"still {result}") from None
    return result
