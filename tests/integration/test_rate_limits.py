"""Rate limits in a real Valkey, and without it (S30)."""

import asyncio
import time
from pathlib import Path

import pytest
from redis.asyncio import Redis

from domain.errors import RateLimited
from domain.platform.rate_limits import Limit
from services.platform.rate_limits import PAUSE_SECONDS, RateLimiter
from tests.support.promises import is_within
from tests.support.servers import ValkeyProcess, dead_port


class Seconds:
    """A clock for the time without Redis."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def nowhere() -> Redis:
    """A client of a Redis that does not run."""
    return Redis.from_url(f"redis://127.0.0.1:{dead_port()}/0")


async def admitted(limiter: RateLimiter, times: int, limit: int = 5) -> int:
    waits = [await limiter.wait_time("somebody", limit, 60) for _ in range(times)]
    return waits.count(0)


async def test_an_empty_bucket_tells_when_to_retry(redis: Redis) -> None:
    limiter = RateLimiter(redis)
    assert await admitted(limiter, 5) == 5
    with pytest.raises(RateLimited, match="Try again in 12 s") as caught:
        await limiter.take("somebody", 5, 60)
    assert 11 < caught.value.retry_after_seconds <= 12


async def test_bucket_refills(redis: Redis) -> None:
    limiter = RateLimiter(redis)
    for _ in range(2):
        await limiter.take("somebody", 2, 0.4)
    assert await limiter.wait_time("somebody", 2, 0.4) > 0
    await asyncio.sleep(0.25)
    await limiter.take("somebody", 2, 0.4)


async def test_each_key_has_a_bucket(redis: Redis) -> None:
    limiter = RateLimiter(redis)
    await limiter.admit(Limit(1, 60), "log-in", "192.0.2.1")
    await limiter.admit(Limit(1, 60), "log-in", "192.0.2.2")
    with pytest.raises(RateLimited):
        await limiter.admit(Limit(1, 60), "log-in", "192.0.2.1")


async def test_processes_share_the_bucket(redis: Redis) -> None:
    limiters = [RateLimiter(redis) for _ in range(4)]
    counts = await asyncio.gather(*(admitted(limiter, 5, 10) for limiter in limiters))
    assert sum(counts) == 10


async def test_redis_keeps_neither_emails_nor_full_buckets(redis: Redis) -> None:
    await RateLimiter(redis).take("sarah@example.com", 5, 60)
    (key,) = await redis.keys("*")
    assert b"sarah" not in key
    assert 0 < await redis.pttl(key) <= 12_000


async def test_without_redis_each_process_counts_alone(nowhere: Redis) -> None:
    limiter = RateLimiter(nowhere, clock=Seconds())
    assert await admitted(limiter, 8) == 5


async def test_without_redis_the_bucket_refills_too(nowhere: Redis) -> None:
    seconds = Seconds()
    limiter = RateLimiter(nowhere, clock=seconds)
    await admitted(limiter, 5)
    seconds.now += 12
    assert await admitted(limiter, 2) == 1


async def test_redis_is_used_again_when_it_is_back(redis: Redis) -> None:
    seconds = Seconds()
    limiter = RateLimiter(redis, clock=seconds)
    limiter._redis_again_at = seconds.now + PAUSE_SECONDS
    assert await admitted(limiter, 5) == 5
    assert await redis.dbsize() == 0
    seconds.now += PAUSE_SECONDS
    assert await admitted(limiter, 6) == 5
    assert await redis.dbsize() == 1


async def test_a_lost_script_is_reloaded(redis: Redis) -> None:
    limiter = RateLimiter(redis)
    await limiter.take("somebody", 5, 60)
    await redis.script_flush()
    assert await admitted(limiter, 5) == 4


async def test_a_hanging_redis_does_not_block_requests(tmp_path: Path) -> None:
    server = ValkeyProcess(tmp_path)
    server.start()
    client = Redis.from_url(server.url)
    limiter = RateLimiter(client)
    assert await admitted(limiter, 2) == 2
    server.freeze()
    try:
        begin = time.monotonic()
        assert await admitted(limiter, 8) == 5
        assert is_within(2, time.monotonic() - begin)
    finally:
        await client.aclose()
        server.stop()
