"""What a test process works out once, though each test has an app of its own."""

from functools import cache
from typing import Any

import redis.utils
from sqlalchemy import Compiled
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import LRUCache

import db.session

_STATEMENTS = 3_000


def keep() -> None:
    """SQL stays compiled from one engine to the next, which all talk to the same PostgreSQL.

    SQLAlchemy keeps it by engine and dialect object; together a sixth of what the suite costs.
    """
    compiled: LRUCache[Any, Compiled] = LRUCache(_STATEMENTS)
    make = db.session._engine

    def engine(url: str, pool_size: int, timeout_seconds: float) -> AsyncEngine:
        made = make(url, pool_size, timeout_seconds)
        made.sync_engine._compiled_cache = compiled
        return made

    db.session._engine = engine
    PGDialect_asyncpg.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
    PGDialect_asyncpg.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
    # Asked for each new connection, and read from a file each time.
    redis.utils.get_lib_version = cache(redis.utils.get_lib_version)
