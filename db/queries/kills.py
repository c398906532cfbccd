"""SQL about kill switches (L11)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.kills import FlagKill
from domain.actors import ActorRef
from domain.flags.kills import KillRecord

_LOCK = func.pg_advisory_xact_lock(func.hashtext("launch.flag_kills"))


async def lock(session: AsyncSession) -> None:
    """Serialize the numbering of kills until the end of the transaction."""
    await session.execute(select(_LOCK))


async def newest(session: AsyncSession, *, until: datetime | None = None) -> list[KillRecord]:
    """Return the deciding record of each key, now or at an earlier time."""
    query = (
        select(FlagKill)
        .ext(distinct_on(FlagKill.flag_key))
        .order_by(
            FlagKill.flag_key, FlagKill.number.desc(), FlagKill.killed.desc(), FlagKill.id.desc()
        )
    )
    if until is not None:
        query = query.where(FlagKill.at <= until)
    return [_record(row) for row in await session.scalars(query)]


async def killed_keys(session: AsyncSession, *, until: datetime | None = None) -> frozenset[str]:
    """Return the keys that are forced off, now or at an earlier time; `*` is every flag."""
    return frozenset(item.key for item in await newest(session, until=until) if item.killed)


async def add(session: AsyncSession, records: Sequence[KillRecord]) -> set[UUID]:
    """Insert records and return the ids of those that are new."""
    if not records:
        return set()
    statement = insert(FlagKill).on_conflict_do_nothing(index_elements=[FlagKill.id])
    added = await session.scalars(
        statement.values([_columns(item) for item in records]).returning(FlagKill.id)
    )
    return set(added)


def _record(row: FlagKill) -> KillRecord:
    return KillRecord(
        id=row.id,
        key=row.flag_key,
        killed=row.killed,
        number=row.number,
        at=row.at,
        by=ActorRef(row.actor_kind, row.actor_id, row.actor_label),
        reason=row.reason,
    )


def _columns(record: KillRecord) -> dict[str, object]:
    return {
        "id": record.id,
        "flag_key": record.key,
        "killed": record.killed,
        "number": record.number,
        "at": record.at,
        "actor_kind": record.by.kind,
        "actor_id": record.by.id,
        "actor_label": record.by.label,
        "reason": record.reason,
    }
