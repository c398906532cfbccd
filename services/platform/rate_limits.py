"""Rate limits that all processes share through Redis; without it each process counts alone."""

import asyncio
import hashlib
import logging
import math
import time
from collections.abc import Callable

from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.errors import RateLimited
from domain.platform.rate_limits import (
    ATTEMPTS_PER_SIGN_UP,
    HOUR,
    SECOND,
    AccessLimits,
    Limit,
    take,
)
from settings import Settings

logger = logging.getLogger(__name__)

REDIS_SECONDS = 0.5  # a log-in does not wait longer for a Redis that hangs
PAUSE_SECONDS = 2.0  # without asking it again
MAX_LOCAL_KEYS = 10_000

# The rule of `domain.platform.rate_limits.take`, by the clock of Redis: processes need not agree on
# theirs.
_SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local per = tonumber(ARGV[2])
local after = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now) + tonumber(ARGV[1])
local wait = after - now - per
if wait > 0 then return wait end
redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000))
return 0
"""


def limits_of(settings: Settings) -> AccessLimits:
    """Return the limits from the settings. An address has five attempts for each sign-up."""
    each = settings.sign_ups_per_hour
    return AccessLimits(
        sign_up_address=Limit(each, HOUR),
        sign_up_attempts=Limit(each * ATTEMPTS_PER_SIGN_UP, HOUR),
    )


class RateLimiter:
    """Token buckets by key. Without Redis the limits still apply, in each process alone."""

    def __init__(
        self,
        redis: Redis,
        *,
        rules: AccessLimits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`clock` returns seconds; it is used only while Redis is down."""
        self.rules = rules or AccessLimits()
        self._script = redis.register_script(_SCRIPT)
        self._clock = clock
        self._redis_again_at = 0.0
        self._local: dict[str, int] = {}

    async def take(self, key: str, limit: int, per_seconds: float) -> None:
        """Take a token from a bucket; raises RateLimited with the wait where it is empty."""
        wait = await self.wait_time(key, limit, per_seconds)
        if wait > 0:
            message = f"Too many attempts. Try again in {math.ceil(wait)} s."
            raise RateLimited(message, retry_after_seconds=wait)

    async def admit(self, limit: Limit, *key: str) -> None:
        """Take a token from the bucket of `key` under a named limit; raises RateLimited."""
        await self.take(":".join(key), limit.count, limit.per_seconds)

    async def wait_time(self, key: str, limit: int, per_seconds: float) -> float:
        """Return the seconds until a token is available; 0 where one was taken."""
        per = int(per_seconds * SECOND)
        # A key may contain user input: neither its length nor its text belongs in Redis.
        name = "launch:limit:" + hashlib.sha256(key.encode()).hexdigest()[:32]
        if self._clock() >= self._redis_again_at:
            try:
                async with asyncio.timeout(REDIS_SECONDS):
                    wait = await self._script(keys=[name], args=[per // limit, per])
                return int(wait) / SECOND
            except (RedisError, OSError) as error:
                self._redis_again_at = self._clock() + PAUSE_SECONDS
                logger.warning("rate limits: Redis does not answer; counting alone: %s", error)
        return self._take_alone(name, limit, per) / SECOND

    def _take_alone(self, name: str, limit: int, per: int) -> int:
        now = int(self._clock() * SECOND)
        if len(self._local) >= MAX_LOCAL_KEYS:
            self._local = {key: full for key, full in self._local.items() if full > now}
        if len(self._local) >= MAX_LOCAL_KEYS:  # all of them wait: who has waited longest goes
            del self._local[next(iter(self._local))]
        self._local[name], wait = take(self._local.get(name, now), now, limit, per)
        return wait
