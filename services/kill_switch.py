"""The kill switch: flags forced off through Redis alone, with the database down (S53, A6)."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from redis.exceptions import RedisError

from services import background
from services.flag_store import FlagStore

logger = logging.getLogger(__name__)

KEY = "launch:killed"
ALL = "*"
POLL_SECONDS = 1.0


async def read(redis: Redis) -> frozenset[str]:
    """The keys that are forced off; raises RedisError."""
    return frozenset(
        item.decode() if isinstance(item, bytes) else str(item)
        for item in await redis.smembers(KEY)
    )


async def kill(redis: Redis, keys: Iterable[str]) -> None:
    """Force flags off in every process within a second or two; '*' is all of them."""
    await redis.sadd(KEY, *keys)


async def lift(redis: Redis, keys: Iterable[str] | None = None) -> None:
    """Let the database decide again; without keys, about everything."""
    if keys is None:
        await redis.delete(KEY)
    else:
        await redis.srem(KEY, *keys)


@asynccontextmanager
async def following(redis: Redis, flags: "FlagStore") -> AsyncIterator[None]:
    """Keep a process's flags in step with the switch as long as the block lasts."""
    task = asyncio.create_task(_follow(redis, flags), name="kill-switch")
    try:
        yield
    finally:
        await background.end(task)


async def _follow(redis: Redis, flags: "FlagStore") -> None:
    """Polling needs no connection of its own and nothing to repair after an outage.

    While Redis is away the last known keys stay killed.
    """
    known: frozenset[str] = frozenset()
    while True:
        try:
            found = await read(redis)
        except (RedisError, OSError):
            found = known
        if found != known:
            logger.warning("kill switch: %s", ", ".join(sorted(found)) or "nothing is killed")
            flags.kill(found)
            known = found
        await asyncio.sleep(POLL_SECONDS)
