"""Idempotency keys: a repeated mutation returns the original result, for 24 hours (A45).

After that another request may use the key. The same request is still a retry while the key is
stored: a clock that ran ahead by days must not let a mutation happen twice. Retention deletes
nothing where the clock of its process is ahead of the database, so only the clock of the database,
seven days ahead, would delete the key of a retry.
"""

import hashlib
from collections.abc import Mapping, Set
from dataclasses import dataclass, fields, is_dataclass
from datetime import timedelta
from enum import Enum

import orjson

from db.driver import Statements
from db.queries import idempotency as queries
from domain.actors import Actor
from domain.errors import Invalid

LIFETIME = timedelta(hours=24)
STORED_FOR = timedelta(days=7)  # a wrong clock does not delete what a retry needs
MAX_KEY = 200
KEY_PATH = ("input", "idempotencyKey")
_CANONICAL = (
    orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_SUBCLASS
    | orjson.OPT_NON_STR_KEYS
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reservation:
    """A key that this transaction has reserved; `result` is set where the work is already done."""

    actor: str
    key: str | None
    result: dict[str, object] | None


async def reserve(
    work: Statements,
    actor: Actor,
    operation: str,
    key: str | None,
    request: object,
    path: tuple[str, ...] = KEY_PATH,
) -> Reservation:
    """Reserve a key, or read the result stored under it. A concurrent repeat waits for the first.

    Raises Invalid, naming the field at `path`, where the key was used for another request.
    """
    owner = f"{actor.kind}:{actor.id or actor.label}"
    if key is None:
        return Reservation(owner, None, None)
    if not 1 <= len(key) <= MAX_KEY:
        raise Invalid("An idempotency key has 1 to 200 characters.", path=path)
    hashes = fingerprint(operation, request), _earlier_fingerprint(operation, request)
    expired = work.now - LIFETIME
    if await queries.reserve(work, owner, key, operation, hashes, expired):
        return Reservation(owner, key, None)
    earlier = await queries.find(work, owner, key)
    if earlier.request_hash not in hashes:
        raise Invalid("This idempotency key was used for another request.", path=path)
    return Reservation(owner, key, earlier.result or {})


async def complete(work: Statements, reservation: Reservation, **result: object) -> None:
    """Store the ids of the result, so that a repeated request can return it."""
    if reservation.key is not None:
        ids = {name: str(value) for name, value in result.items()}
        await queries.store_result(work, reservation.actor, reservation.key, ids)


def fingerprint(operation: str, request: object) -> bytes:
    """Hash the content of a request, independent of the names of its classes.

    A field at its default counts as absent, so that a release that adds a field still recognizes
    the keys of the release before.
    """
    text = orjson.dumps((operation, request), default=_plain, option=_CANONICAL)
    return hashlib.sha256(text).digest()


def _earlier_fingerprint(operation: str, request: object) -> bytes:
    """Hash a request as releases before 2026-12 did; no key lives longer than STORED_FOR."""
    return hashlib.sha256(repr((operation, request)).encode()).digest()


def _plain(value: object) -> object:
    """Convert the types that orjson does not serialize."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            item.name: getattr(value, item.name)
            for item in fields(value)
            if getattr(value, item.name) != item.default
        }
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Set):
        return sorted(value, key=str)
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)
