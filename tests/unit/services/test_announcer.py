"""When this process committed versions of the flags is told to Redis in batches (PERF2)."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisGone

from domain.events import FlagChanged, RecordedEvent
from domain.flags.flags import FlagState
from domain.ids import FlagId
from domain.platform.percent import NOBODY
from services.propagation import propagation_state as board
from services.propagation.propagation import Announcer
from services.propagation.propagation_state import Committed
from tests.factories.events import recorded_event

NOW = datetime(2026, 12, 1, tzinfo=UTC)
STATE = FlagState(False, NOBODY, (), 1)


def changed(version: int) -> list[RecordedEvent]:
    event = FlagChanged(
        flag_id=FlagId(UUID(int=1)),
        key="mvp_chat",
        action="switched on",
        before=STATE,
        after=STATE,
        set_version=version,
    )
    return [recorded_event(event, version, NOW)]


class Slow:
    """A board that answers when it is let."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.may_answer = asyncio.Event()
        self.fails = False

    async def announce(self, _redis: Redis, commits: Sequence[Committed]) -> None:
        self.batches.append([item.version for item in commits])
        await self.may_answer.wait()
        if self.fails:
            raise RedisGone


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    announcer = Slow()
    monkeypatch.setattr(board, "announce", announcer.announce)
    return announcer


async def test_commits_that_wait_for_redis_go_together(slow: Slow) -> None:
    announcer = Announcer(cast("Redis", None), lambda: NOW)
    await announcer.after_commit(changed(1))
    await asyncio.sleep(0)  # it is under way
    for version in (2, 3, 4):
        await announcer.after_commit(changed(version))
    assert slow.batches == [[1]]
    slow.may_answer.set()
    await announcer.stop()
    assert slow.batches == [[1], [2, 3, 4]]


async def test_without_redis_the_next_ones_are_tried_again(slow: Slow) -> None:
    announcer = Announcer(cast("Redis", None), lambda: NOW)
    slow.fails = True
    slow.may_answer.set()
    await announcer.after_commit(changed(1))
    await announcer.stop()
    await announcer.after_commit(changed(2))
    await announcer.stop()
    assert slow.batches == [[1], [2]]
