"""Implements `launch jobs` on the database and Redis."""

from collections.abc import Sequence

from redis.asyncio import Redis

from commands.shared.db_access import with_database
from commands.shared.environment import own_settings
from db.session import Database
from jobs.overview import Overview, overview
from jobs.schedule import intervals
from services.platform import job_queue


def read() -> Overview:
    """The queue and the schedule now; raises CommandError."""
    settings = own_settings("database_url", "redis_url")

    async def work(db: Database) -> Overview:
        redis: Redis = Redis.from_url(
            str(settings.redis_url), socket_timeout=2.0, socket_connect_timeout=2.0
        )
        try:
            return await overview(db, redis, intervals(settings))
        finally:
            await redis.aclose()

    return with_database(settings, work)


def retry(ids: Sequence[int]) -> list[tuple[int, str]]:
    """Requeue all of them or none; raises CommandError."""

    async def work(db: Database) -> list[tuple[int, str]]:
        async with db.write() as uow:
            return [(job_id, await job_queue.retry(uow, job_id)) for job_id in ids]

    return with_database(own_settings("database_url"), work)
