"""Connections to PostgreSQL and Redis, as every process needs them."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from redis.asyncio import Redis

from db.session import Database
from jobs.routing import apply_consequences
from services.platform.redis_driver import DRIVER_INFO
from settings import Settings
from subscriptions.bus import Broadcast

_REDIS_TIMEOUT_SECONDS = 2.0


class Stores(NamedTuple):
    """The database, the Redis client and the bus; none is connected yet."""

    db: Database
    redis: Redis
    bus: Broadcast


def open_stores(settings: Settings, clock: Callable[[], datetime]) -> Stores:
    """Create the stores; raises ValueError if a URL is missing."""
    if settings.database_url is None or settings.redis_url is None:
        raise ValueError("DATABASE_URL and REDIS_URL are needed; `launch up` sets them itself")
    db = Database(
        settings.database_url,
        clock=clock,
        pool_size=settings.database_pool_size,
        timeout_seconds=settings.database_timeout_seconds,
        enqueue_jobs=apply_consequences,
    )
    redis: Redis = Redis.from_url(
        settings.redis_url,
        socket_timeout=_REDIS_TIMEOUT_SECONDS,
        socket_connect_timeout=_REDIS_TIMEOUT_SECONDS,
        driver_info=DRIVER_INFO,
    )
    return Stores(db, redis, Broadcast(settings.redis_url))
