"""Counts the operators who watch a live stream, over all processes (X2)."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from uuid import uuid4

from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.platform import background

logger = logging.getLogger(__name__)

KEY = "launch:watching"
BEAT_SECONDS = 10.0
LIFETIME_SECONDS = 30.0


async def count(redis: Redis, now: datetime) -> int:
    """Return the number of open streams of operators; 0 where Redis does not answer."""
    try:
        return int(await redis.zcount(KEY, now.timestamp() - LIFETIME_SECONDS, "+inf"))
    except (RedisError, OSError):
        return 0


@asynccontextmanager
async def watching(redis: Redis, clock: Callable[[], datetime]) -> AsyncIterator[None]:
    """Count a stream for the duration of the block; entries of dead processes expire."""
    name = uuid4().hex
    beat = asyncio.create_task(_beat(redis, name, clock), name="presence")
    try:
        yield
    finally:
        await background.end(beat)
        with suppress(RedisError, OSError):
            await redis.zrem(KEY, name)


async def _beat(redis: Redis, name: str, clock: Callable[[], datetime]) -> None:
    while True:
        now = clock().timestamp()
        try:
            await redis.zadd(KEY, {name: now})
            await redis.zremrangebyscore(KEY, "-inf", now - LIFETIME_SECONDS)
        except (RedisError, OSError):
            logger.debug("presence: Redis does not answer")
        await asyncio.sleep(BEAT_SECONDS)
