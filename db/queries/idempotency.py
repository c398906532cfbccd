"""SQL about idempotency keys (A45)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from db.driver import Statements
from db.json_text import read_json

# A clock that is behind would make a key look old enough to be deleted: the later time counts.
# A concurrent request with the same key waits here for the first one. An expired key counts as new
# for another request only: the same one again is a retry, whatever the clock says.
_RESERVE_SQL = """
INSERT INTO idempotency_keys AS held (actor, key, operation, request_hash, created_at)
VALUES ($1, $2, $3, $4, greatest($5::timestamptz, clock_timestamp()))
ON CONFLICT (actor, key) DO UPDATE SET operation = excluded.operation,
  request_hash = excluded.request_hash, created_at = excluded.created_at, result = NULL
WHERE held.created_at < $6 AND held.request_hash NOT IN ($4, $7)
RETURNING key"""
_FIND_SQL = "SELECT request_hash, result::text FROM idempotency_keys WHERE actor = $1 AND key = $2"
_STORE_SQL = "UPDATE idempotency_keys SET result = $3::text::jsonb WHERE actor = $1 AND key = $2"


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """An earlier request with the same key; `result` is None until it is stored."""

    request_hash: bytes
    result: dict[str, object] | None


async def reserve(
    work: Statements,
    actor: str,
    key: str,
    operation: str,
    hashes: tuple[bytes, bytes],
    expired: datetime,
) -> bool:
    """Reserve a key that is new, or expired and of another request; return False otherwise.

    `hashes` are those of the request by this release and by earlier ones; the first is stored.
    """
    values = (actor, key, operation, hashes[0], work.now, expired, hashes[1])
    return bool(await work.fetch(_RESERVE_SQL, *values))


async def find(work: Statements, actor: str, key: str) -> StoredRequest:
    """Return the request that has a key."""
    (row,) = await work.fetch(_FIND_SQL, actor, key)
    return StoredRequest(row[0], read_json(row[1]) if row[1] is not None else None)


async def store_result(work: Statements, actor: str, key: str, result: Mapping[str, str]) -> None:
    """Store the result that repeated requests receive."""
    await work.fetch(_STORE_SQL, actor, key, json.dumps(dict(result)))
