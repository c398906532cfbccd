"""Exports all data that the system stores about a person, as JSON (S13)."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.base import Base
from db.queries import personal_data as queries
from domain.actors import Actor
from domain.errors import Forbidden

MAX_ROWS = 5_000  # of one kind
_SECRET = frozenset({"password_hash", "token_hash", "invite_code", "mail_code"})


async def export(session: AsyncSession, actor: Actor, now: datetime) -> dict[str, object]:
    """Return all rows of a person, without secrets; `truncated` names the tables that were cut.

    Raises Forbidden for tools and visitors.
    """
    if actor.user_id is None:
        raise Forbidden("Only a person has data of their own.")
    rows_by_kind = await queries.rows_of_person(session, actor.user_id, MAX_ROWS + 1)
    return {
        "exportedAt": now.isoformat(),
        **{name: [_row(row) for row in rows[:MAX_ROWS]] for name, rows in rows_by_kind.items()},
        "truncated": sorted(name for name, rows in rows_by_kind.items() if _is_truncated(rows)),
    }


def _is_truncated(rows: Sequence[Base]) -> bool:
    return len(rows) > MAX_ROWS


def _row(row: Base) -> dict[str, object]:
    columns = [column.key for column in row.__mapper__.column_attrs]
    return {name: _value(getattr(row, name)) for name in columns if name not in _SECRET}


def _value(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
