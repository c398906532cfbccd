"""What is old goes, what is not stays (S5, A45)."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from db.base import Base
from db.models.accounts import Session, User
from db.models.events import IdempotencyKey
from db.models.jobs import Tick
from db.models.webhooks import Webhook, WebhookDelivery
from db.session import Database
from domain.actors import ActorKind, Role
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


@pytest.mark.parametrize("days", [7, 30])
async def test_deliveries_that_are_done_are_deleted_and_waiting_ones_kept(
    db: Database, days: int
) -> None:
    """ADR 43: one that a receiver refused, one it took, one that was skipped, one that is young."""
    kept = timedelta(days=days)
    async with db.write() as uow:
        hook = Webhook(
            url="https://a.example",
            document="",
            secret="",
            kinds=[],
            scopes=[],
            actor_kind=ActorKind.SYSTEM,
            actor_label="test",
            last_seq=2,
        )
        uow.session.add(hook)
        await uow.session.flush()
        old, young = uow.now - kept - timedelta(hours=1), uow.now - kept + timedelta(hours=1)
        for seq, at, delivered_at in (
            (1, old, old),
            (2, old, None),
            (3, old, None),
            (4, young, young),
        ):
            uow.session.add(
                WebhookDelivery(
                    webhook_id=hook.id,
                    event_seq=seq,
                    body="",
                    created_at=at,
                    delivered_at=delivered_at,
                )
            )
    assert await retention.sweep(db, batch=1, deliveries_kept=kept) == 2
    async with db.read() as session:
        rows = await session.scalars(select(WebhookDelivery.event_seq))
        assert sorted(rows) == [3, 4]


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
