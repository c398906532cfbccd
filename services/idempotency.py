"""A repeated mutation gives the first answer again, for 24 hours (SPEC A45)."""

import hashlib
from collections.abc import Mapping, Set
from dataclasses import dataclass, fields, is_dataclass
from datetime import timedelta
from enum import Enum

import orjson
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from db.models.events import IdempotencyKey
from db.session import UnitOfWork
from domain.actors import Actor
from domain.errors import Invalid

LIFETIME = timedelta(hours=24)
MAX_KEY = 200
_PATH = ("input", "idempotencyKey")
_CANONICAL = (
    orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_SUBCLASS
    | orjson.OPT_NON_STR_KEYS
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Claim:
    """A key that this transaction holds; `result` is set where the work is already done."""

    actor: str
    key: str | None
    result: dict[str, object] | None


async def claim(
    uow: UnitOfWork,
    actor: Actor,
    operation: str,
    key: str | None,
    request: object,
    path: tuple[str, ...] = _PATH,
) -> Claim:
    """Take a key, or find what it gave before; a concurrent repeat waits for the first.

    Raises Invalid, naming the field at `path`, where the key was used for another request.
    """
    owner = f"{actor.kind}:{actor.id or actor.label}"
    if key is None:
        return Claim(owner, None, None)
    if not 1 <= len(key) <= MAX_KEY:
        raise Invalid("An idempotency key has 1 to 200 characters.", path=path)
    hashes = fingerprint(operation, request), _earlier_fingerprint(operation, request)
    await _forget_old(uow, owner, key)
    row = insert(IdempotencyKey).values(
        actor=owner, key=key, operation=operation, request_hash=hashes[0], created_at=uow.now
    )
    taken = await uow.session.execute(row.on_conflict_do_nothing().returning(IdempotencyKey.key))
    if taken.scalar_one_or_none() is not None:
        return Claim(owner, key, None)
    return await _earlier(uow, owner, key, hashes, path)


async def settle(uow: UnitOfWork, held: Claim, **result: object) -> None:
    """Keep the ids of what was done, so that a repeat can show it again."""
    if held.key is None:
        return
    row = await uow.session.get_one(IdempotencyKey, (held.actor, held.key))
    row.result = {name: str(value) for name, value in result.items()}


def fingerprint(operation: str, request: object) -> bytes:
    """The hash of what a request says, whatever the classes are called that hold it.

    A field at its default counts as absent: a release that adds one knows the keys of the one
    before.
    """
    text = orjson.dumps((operation, request), default=_plain, option=_CANONICAL)
    return hashlib.sha256(text).digest()


def _earlier_fingerprint(operation: str, request: object) -> bytes:
    """As releases before 2026-12 stored it; no key lives longer than LIFETIME."""
    return hashlib.sha256(repr((operation, request)).encode()).digest()


def _plain(value: object) -> object:
    """What orjson knows no form for."""
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


async def _forget_old(uow: UnitOfWork, owner: str, key: str) -> None:
    await uow.session.execute(
        delete(IdempotencyKey).where(
            IdempotencyKey.actor == owner,
            IdempotencyKey.key == key,
            IdempotencyKey.created_at < uow.now - LIFETIME,
        )
    )


async def _earlier(
    uow: UnitOfWork, owner: str, key: str, hashes: tuple[bytes, ...], path: tuple[str, ...]
) -> Claim:
    query = select(IdempotencyKey).where(IdempotencyKey.actor == owner, IdempotencyKey.key == key)
    row = (await uow.session.scalars(query)).one()
    if row.request_hash not in hashes:
        raise Invalid("This idempotency key was used for another request.", path=path)
    return Claim(owner, key, row.result or {})
