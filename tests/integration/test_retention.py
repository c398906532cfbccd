"""What is old goes, what is not stays (S5, A45)."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from db.base import Base
from db.models.accounts import Session, User
from db.models.events import IdempotencyKey
from db.models.jobs import Tick
from db.session import Database
from domain.actors import Role
from services.overview import retention


def tick(at: datetime) -> list[Base]:
    return [Tick(task="test", slot=int(at.timestamp()), worker="w", claimed_at=at)]


def key(at: datetime) -> list[Base]:
    row = IdempotencyKey(
        actor="a", key=str(at), operation="o", request_hash=b"", result=None, created_at=at
    )
    return [row]


def login(at: datetime) -> list[Base]:
    user = User(email=f"{at.timestamp()}@example.com", password_hash=None, role=Role.VIEWER)
    return [user, Session(token_hash=str(at).encode(), created_at=at, expires_at=at)]


async def add(db: Database, rows: list[Base]) -> None:
    """The second row belongs to the person in the first."""
    async with db.write() as uow:
        uow.session.add(rows[0])
        await uow.session.flush()
        if isinstance(rows[0], User) and isinstance(rows[-1], Session):
            rows[-1].user_id = rows[0].id
            uow.session.add(rows[-1])


@pytest.mark.parametrize(
    ("make", "table", "age"),
    [
        (tick, Tick, timedelta(hours=48)),
        (key, IdempotencyKey, timedelta(days=7)),
        (login, Session, timedelta(days=30)),
    ],
)
async def test_expired_rows_are_deleted_and_others_kept(
    db: Database, make: Callable[[datetime], list[Base]], table: type[Base], age: timedelta
) -> None:
    """S5, A45: also where it takes several batches, and twice without harm."""
    for minutes in (-3, -2, -1, 1):
        await add(db, make(db.clock() - age + timedelta(minutes=minutes)))
    assert await retention.sweep(db, batch=2) == 3
    assert await retention.sweep(db) == 0
    async with db.read() as session:
        assert await session.scalar(select(func.count()).select_from(table)) == 1
