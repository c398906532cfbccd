"""No moment in any table comes from another clock than that of the sequence."""

from datetime import datetime

import asyncpg
from sqlalchemy import DateTime

from db.models import Base
from tests.scenarios.clock import START

# Moments that are set to come; all others are facts.
_TO_COME = frozenset(
    {
        "ends_at",
        "expires_at",
        "lease_until",
        "next_attempt_at",
        "planned_end_at",
        "planned_start_at",
        "starts_at",
    }
)


async def foreign_moments(connection: asyncpg.Connection, now: datetime) -> list[str]:
    """Columns that hold one from before the sequence began, or a fact from after its end."""
    return [
        f"{row['name']} holds {row['first']} to {row['last']}"
        for row in await connection.fetch(_SPANS)
        if row["first"] is not None
        and (row["first"] < START or (row["last"] > now and not _is_to_come(row["name"])))
    ]


def _is_to_come(name: str) -> bool:
    return name.rpartition(".")[2] in _TO_COME


def _spans() -> str:
    parts = [
        f"SELECT '{table.name}.{column.name}' AS name, min({column.name}) AS first, "
        f"max({column.name}) AS last FROM {table.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, DateTime)
    ]
    return " UNION ALL ".join(parts)


_SPANS = _spans()
