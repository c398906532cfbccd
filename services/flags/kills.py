"""Kills flags and lifts kills: applied everywhere at once, then written (S53, A6, L11)."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import uuid4

from db.codecs import audit_flag
from db.drafts import Audit
from db.queries import flags as flag_queries
from db.queries import kills as queries
from db.session import Database, UnitOfWork
from domain.actors import Actor
from domain.errors import DependencyDown, Invalid, NotFound, Required
from domain.events.kills import NO_FLAG, KillChanged
from domain.flags.flags import Flag
from domain.flags.kills import EVERY_FLAG, MAX_KEYS, KillRecord, newest_by_key, next_number
from services.flags.flag_store import FlagStore
from services.flags.kill_mirror import AWAY, KillMirror
from services.platform.texts import MAX_REASON, check_text

logger = logging.getLogger(__name__)

NOT_KNOWN = "Which flags exist is not known now; `*` is every flag."
NOT_WRITTEN = (
    "The database does not answer: this holds in every process through Redis, and is written as "
    "soon as the database is back."
)
NOT_MIRRORED = (
    "Redis does not answer: this is stored, and other server processes read it from the database "
    "within two seconds."
)
ONLY_HERE = (
    "Neither the database nor Redis answers: this holds in this server process only, which tells "
    "the others as soon as one of them is back."
)


@dataclass(frozen=True, slots=True)
class ChangeKills:
    """The command to kill flags or lift their kills. `*` is every flag."""

    keys: Sequence[str]
    killed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class KillResult:
    """The records that were created, and warnings for the caller."""

    records: Sequence[KillRecord]
    warnings: list[str] = field(default_factory=list)


async def change(
    db: Database, flags: FlagStore, mirror: KillMirror, actor: Actor, command: ChangeKills
) -> KillResult:
    """Apply the change to this process and Redis first, whatever the state of the database.

    Raises Required, Invalid and NotFound naming the field; it never fails because a server is down.
    """
    keys = check_keys(command, await _known_flags(flags, mirror))
    kills = flags.kills
    records = make_records(keys, command, actor, kills.highest, db.clock())
    warnings = [] if command.killed else _warn_of_lifts(keys, flags)
    kills.merge(records)
    is_mirrored = await _mirror(mirror, records)
    try:
        written = await _write(db, records)
    except DependencyDown:
        return KillResult(records, [*warnings, NOT_WRITTEN if is_mirrored else ONLY_HERE])
    kills.drop(records)
    kills.merge(written, written=True)
    if written != records:
        is_mirrored = await _mirror(mirror, written)
    return KillResult(written, warnings if is_mirrored else [*warnings, NOT_MIRRORED])


def make_records(
    keys: Sequence[str], command: ChangeKills, actor: Actor, highest: int, now: datetime
) -> list[KillRecord]:
    """Create a record for each key, numbered above the highest known number."""
    number, reason = next_number(highest, now), command.reason.strip()
    return [
        KillRecord(uuid4(), key, command.killed, number, now, actor.ref, reason) for key in keys
    ]


def check_keys(
    command: ChangeKills, existing: Collection[str] | None, unknown: str = NOT_KNOWN
) -> list[str]:
    """Return the keys without repeats; raises Required, Invalid or NotFound naming the field.

    `known` is None where the existing flags cannot be read; then `unknown` is the message.
    """
    check_text(command.reason, "reason", MAX_REASON, required=True)
    keys = list(dict.fromkeys(command.keys))
    if not keys:
        raise Required("Name at least one flag, or `*` for every flag.", path=_KEYS)
    if len(keys) > MAX_KEYS:
        raise Invalid(f"At most {MAX_KEYS} flags at a time; `*` is every flag.", path=_KEYS)
    named = [key for key in keys if key != EVERY_FLAG]
    if named and existing is None:
        raise DependencyDown(unknown, path=_KEYS)
    if unknown_keys := [key[:100] for key in named if key not in (existing or ())]:
        raise NotFound(f"There is no flag {', '.join(map(repr, unknown_keys))}.", path=_KEYS)
    return keys


async def write(uow: UnitOfWork, records: Sequence[KillRecord]) -> list[KillRecord]:
    """Store the records that PostgreSQL lacks, each with event and audit row; returns them."""
    killed = await queries.killed_keys(uow.session)
    added = await queries.add(uow.session, records)
    new = [record for record in records if record.id in added]
    flags = await flag_queries.by_key(uow.session, [record.key for record in new])
    for record in new:
        actor = Actor(record.by.kind, record.by.id, record.by.label)
        flag = flags.get(record.key)
        event = KillChanged(flag_id=flag.id if flag else None, record=record)
        uow.record(
            actor, event, _audit(record, flag, before=record.key in killed), occurred_at=record.at
        )
    return new


async def _write(db: Database, records: Sequence[KillRecord]) -> list[KillRecord]:
    """Write records; one that a stored record outranks is renumbered above it."""
    async with db.write() as uow:
        await queries.lock(uow.session)
        newest = newest_by_key(await queries.newest(uow.session))
        highest = max((item.number for item in newest.values()), default=0)
        number = next_number(highest, uow.now)
        records = [
            replace(item, id=uuid4(), number=number)
            if item.key in newest and newest[item.key].rank > item.rank
            else item
            for item in records
        ]
        await write(uow, records)
    return list(records)


async def _mirror(mirror: KillMirror, records: Sequence[KillRecord]) -> bool:
    try:
        await mirror.write(records)
    except AWAY as error:
        logger.warning("kill switch: Redis does not answer: %r", error)
        return False
    return True


async def _known_flags(flags: FlagStore, mirror: KillMirror) -> Collection[str] | None:
    """Return the known flag keys, from Redis where this process has never read the database."""
    if flags.current.version:
        return flags.current.flags
    try:
        return await mirror.read_flag_keys()
    except AWAY:
        return None


def _warn_of_lifts(keys: Sequence[str], flags: FlagStore) -> list[str]:
    """Warn of flags that stay off after their kill is lifted, and of those that were not killed."""
    kills = flags.kills
    warnings = []
    for key in keys:
        subject = "Every flag" if key == EVERY_FLAG else key
        if key in kills.environment:
            warnings.append(
                f"{subject} stays off: FLAGS_KILLED in the environment of the server says so."
            )
        elif key not in kills.kills:
            warnings.append(f"{subject} was not killed.")
        if key != EVERY_FLAG and EVERY_FLAG in kills.killed and EVERY_FLAG not in keys:
            warnings.append(f"{key} stays off: every flag is killed (`*`).")
    return warnings


def _audit(record: KillRecord, flag: Flag | None, *, before: bool) -> Audit:
    """Build the audit row; for every flag (`*`), or a deleted one, it has only the key."""
    state: dict[str, object] = audit_flag(flag) if flag else {"key": record.key}
    return Audit(
        flag.id if flag else NO_FLAG,
        before={**state, "killed": before},
        after={**state, "killed": record.killed},
        reason=record.reason,
    )


_KEYS = ("input", "keys")
