"""Mirrors kill switches in Redis, so that processes learn of them without PostgreSQL (S53, L11).

The hash contains records by their ids, so that writers need no lock; readers merge them (A6).
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson
from pydantic import TypeAdapter, ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.actors import system_actor
from domain.flags.flags import KEY_PATTERN
from domain.flags.kills import EVERY_FLAG, MAX_NUMBER, KillRecord

logger = logging.getLogger(__name__)

AWAY = (RedisError, OSError)  # a timeout is an OSError
RECORDS = "launch:kills"
FLAG_KEYS = "launch:flag_keys"
# The set that earlier releases read and write; remove it after 2027-06-30.
LEGACY = "launch:killed"

_adapter = TypeAdapter(KillRecord)


class KillMirror:
    """Reads and writes the copy in Redis. Every method may raise the errors in `AWAY`."""

    def __init__(self, redis: Redis) -> None:
        """`redis` is the connection pool of the process."""
        self._redis = redis

    async def read(self) -> dict[UUID, KillRecord]:
        """Return every record, those of earlier releases included."""
        async with self._redis.pipeline(transaction=False) as pipe:
            _ = pipe.hgetall(RECORDS)
            _ = pipe.smembers(LEGACY)
            raw_records, legacy = await pipe.execute()
        records = [record for raw in raw_records.values() if (record := _read(raw))]
        named = {record.key for record in records}
        records += [_legacy(raw.decode()) for raw in legacy if raw.decode() not in named]
        return {record.id: record for record in records}

    async def write(self, records: Iterable[KillRecord]) -> None:
        """Add records."""
        records = list(records)
        if not records:
            return
        async with self._redis.pipeline(transaction=True) as pipe:
            for item in sorted(records, key=lambda item: item.rank):
                _ = pipe.hset(RECORDS, str(item.id), _adapter.dump_json(item))
                _ = (pipe.sadd if item.killed else pipe.srem)(LEGACY, item.key)
            await pipe.execute()

    async def remove(self, ids: Sequence[UUID]) -> None:
        """Delete records that later ones have replaced."""
        if ids:
            await self._redis.hdel(RECORDS, *map(str, ids))

    async def write_flag_keys(self, keys: Iterable[str], *, only_if_missing: bool = False) -> None:
        """Store the known flag keys, so that `launch kill` can check them without the database."""
        await self._redis.set(FLAG_KEYS, orjson.dumps(list(keys)), nx=only_if_missing)

    async def read_flag_keys(self) -> frozenset[str] | None:
        """Return the known flag keys; None where Redis has none."""
        raw = await self._redis.get(FLAG_KEYS)
        return None if raw is None else frozenset(orjson.loads(raw))


def _read(raw: bytes) -> KillRecord | None:
    try:
        record = _adapter.validate_json(raw)
    except ValidationError:
        logger.error("kill switch: a record in Redis cannot be read: %r", raw[:200])
        return None
    is_key = record.key == EVERY_FLAG or KEY_PATTERN.fullmatch(record.key) is not None
    return record if is_key and 0 < record.number <= MAX_NUMBER else None


def _legacy(key: str) -> KillRecord:
    """Return a record that is the same in every process and that any other of its key outranks."""
    return KillRecord(
        id=uuid5(NAMESPACE_URL, f"launch:killed:{key}"),
        key=key,
        killed=True,
        number=1,
        at=datetime(2026, 12, 1, tzinfo=UTC),
        by=system_actor("launch kill").ref,
        reason="Killed with an earlier release.",
    )
