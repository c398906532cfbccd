"""Replays of a part of a launch (X6)."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import datetime
from typing import Any

import pytest
from starlette.applications import Starlette

from db.session import Database
from domain.actors import Role, system_actor
from domain.events import HealthChanged
from domain.health.health import CheckType, HealthStatus
from schema.context import Context
from server.graph import schema
from tests.factories import user_sessions
from tests.factories.accounts import authenticate
from tests.factories.launches import make_flag
from tests.factories.propagation import runtime_of
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

REPLAY = """subscription ($from: DateTime!, $to: DateTime!, $speed: Float) {
  replay(from: $from, to: $to, speed: $speed) {
    __typename at occurredAt recordedAt cursor ... on FlagEvent { diff { key } } } }"""


async def played(
    app: Starlette, token: str, begin: datetime, end: datetime, speed: float
) -> AsyncIterator[Any]:
    """Return the results of one replay."""
    runtime = runtime_of(app)
    actor = await authenticate(runtime.db, token, runtime.clock())
    assert actor is not None
    variables = {"from": begin.isoformat(), "to": end.isoformat(), "speed": speed}
    context = Context(runtime, actor=actor)
    results: Any = await schema.subscribe(REPLAY, variables, context_value=context)
    async with aclosing(results):
        async for result in results:
            yield result


@pytest.fixture
async def token(db: Database) -> str:
    return await user_sessions.create_session(db, Role.VIEWER)


async def test_replay_contains_only_the_selected_range_in_order(
    app: Starlette, admin: GraphQLClient, token: str, clock: Clock
) -> None:
    await make_flag(admin, "mvp_before")
    begin = clock()
    for number in range(3):
        await make_flag(admin, f"mvp_{number}")
    end = clock()
    await make_flag(admin, "mvp_after")
    replayed = [item.data["replay"] async for item in played(app, token, begin, end, 1_000)]
    assert [item["diff"]["key"] for item in replayed] == ["mvp_0", "mvp_1", "mvp_2"]


async def test_event_recorded_late_is_replayed_when_it_occurred(
    app: Starlette, admin: GraphQLClient, token: str, clock: Clock, db: Database
) -> None:
    """L6: an outage that occurred before a change, but was recorded after it."""
    begin = clock()
    clock.advance(60)
    outage = clock()
    clock.advance(60)
    await make_flag(admin, "mvp_meanwhile")
    event = HealthChanged(
        check=CheckType.DATABASE, before=HealthStatus.HEALTHY, after=HealthStatus.CRITICAL
    )
    async with db.write() as uow:
        uow.record(system_actor("health"), event, occurred_at=outage)
    replayed = [item.data["replay"] async for item in played(app, token, begin, clock(), 10_000)]
    assert [item["__typename"] for item in replayed] == ["HealthEvent", "FlagEvent"]
    assert datetime.fromisoformat(replayed[0]["at"]) == outage
    assert (
        replayed[0]["occurredAt"]
        == replayed[0]["at"]
        < replayed[1]["at"]
        < replayed[0]["recordedAt"]
    )


async def test_pauses_are_scaled_by_the_speed(
    app: Starlette, admin: GraphQLClient, token: str, clock: Clock
) -> None:
    begin = clock()
    await make_flag(admin, "mvp_first")
    clock.advance(3_600)
    await make_flag(admin, "mvp_second")
    runtime, moments = runtime_of(app), []
    async for _ in played(app, token, begin, clock(), 7_200):
        moments.append(runtime.clock())
    assert 0.3 < (moments[1] - moments[0]).total_seconds() < 10


async def test_replay_ends_with_the_session(
    app: Starlette, admin: GraphQLClient, visitor: GraphQLClient, token: str, clock: Clock
) -> None:
    begin = clock()
    await make_flag(admin, "mvp_first")
    clock.advance(3_600)
    await make_flag(admin, "mvp_second")
    codes = []
    async for result in played(app, token, begin, clock(), 10):
        codes.append([error.extensions["code"] for error in result.errors or []])
        if len(codes) == 1:
            await visitor.as_(token).data("mutation { logOut }")
    assert codes == [[], ["FORBIDDEN"]]
