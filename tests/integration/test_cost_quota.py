"""Points of callers in a real Valkey, and without it (A42)."""

import asyncio

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.platform.cost_quota import Budget
from services.platform import cost_quota
from services.platform.cost_quota import CostQuota
from tests.support.servers import dead_port

BUDGET = Budget(100, 0.001)


async def test_processes_share_a_callers_quota(redis: Redis) -> None:
    here, there = CostQuota(redis, BUDGET), CostQuota(redis, BUDGET)
    assert here.consume("anna", 70).remaining == 30
    there.consume("anna", 10)
    await here.share()
    await there.share()
    assert there.standing("anna").remaining == 20
    assert there.consume("anna", 30).wait_seconds > 0
    assert there.consume("emma", 30).wait_seconds == 0


async def test_points_spent_during_a_redis_call_are_counted(redis: Redis) -> None:
    here = CostQuota(redis, BUDGET)
    here.consume("anna", 10)
    sharing = asyncio.create_task(here.share())
    await asyncio.sleep(0)
    here.consume("anna", 5)
    await sharing
    assert here.standing("anna").remaining == 85
    await here.share()
    assert here.standing("anna").remaining == 85


async def test_without_redis_processes_count_locally_and_report_later(redis: Redis) -> None:
    nowhere = Redis.from_url(f"redis://127.0.0.1:{dead_port()}/0")
    here, there = CostQuota(nowhere, BUDGET), CostQuota(redis, BUDGET)
    here.consume("anna", 60)
    with pytest.raises(RedisError):
        await here.share()
    assert here.consume("anna", 60).wait_seconds > 0
    here.redis = redis
    await here.share()
    there.consume("anna", 1)
    await there.share()
    assert there.standing("anna").remaining == 39
    await nowhere.aclose()


async def test_quota_is_shared_periodically(redis: Redis) -> None:
    here, there = CostQuota(redis, BUDGET), CostQuota(redis, BUDGET)
    await here.start()
    here.consume("anna", 60)
    for _ in range(200):
        there.consume("anna", 1)
        await there.share()
        if there.standing("anna").remaining < 40:
            break
        await asyncio.sleep(0.02)
    await here.stop()
    assert there.standing("anna").remaining < 40


async def test_the_number_of_tracked_callers_is_bounded(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cost_quota, "MAX_ACCOUNTS", 100)
    here = CostQuota(redis, BUDGET)
    for index in range(1_000):
        here.consume(f"visitor {index}", 1)
    assert len(here._accounts) <= 100
    await here.share()
