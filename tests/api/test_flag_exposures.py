"""How often flags were served and as what, over all ways and processes (A23)."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from starlette.applications import Starlette

from db.models.flags import FlagExposure
from db.session import Database, StatementCounter
from domain.flags.flags import EvaluationContext
from schema.context import Runtime
from services.flags.flag_usage import FlagUsage
from services.overview import retention
from tests.factories.launches import make_flag
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient
from tests.support.sockets import serving, socket

VIEWER = "query ($d: String) { viewerFlags(deviceId: $d) { flags { key value } } }"
LIST = """query ($w: TimeRange) { featureFlags { nodes {
  key exposure(window: $w) { on off onShare } } } }"""
TOGGLE = """mutation ($key: String!, $on: Boolean!) {
  toggleFeatureFlag(input: { key: $key, enabled: $on }) { errors { code } } }"""
NOWHERE = "postgresql+asyncpg://nobody@127.0.0.1:9/none"
Counts = dict[str, tuple[float, float]]


@pytest.fixture
def runtime(app: Starlette) -> Runtime:
    runtime: Runtime = app.state.runtime
    return runtime


async def counts(client: GraphQLClient, window: str = "LAST_24H") -> Counts:
    """On and off of each flag."""
    nodes = (await client.data(LIST, w=window))["featureFlags"]["nodes"]
    return {node["key"]: (node["exposure"]["on"], node["exposure"]["off"]) for node in nodes}


async def test_each_response_counts_with_its_value(
    runtime: Runtime, admin: GraphQLClient, visitor: GraphQLClient
) -> None:
    """Also the same request again, which other questions answer from memory; looking is none."""
    await make_flag(admin, "all_on", enabled=True, rolloutPercentage=100)
    await make_flag(admin, "all_off")
    await make_flag(admin, "hidden", clientVisible=False)
    counter = StatementCounter(runtime.db)
    for _ in range(3):
        await visitor.data(VIEWER)
    counter.stop()
    assert counter.statements == []
    await runtime.usage.flush()
    assert await counts(admin) == {"all_on": (3, 0), "all_off": (0, 3), "hidden": (0, 0)}
    await visitor.data(VIEWER)
    await runtime.usage.flush()
    await runtime.usage.flush()
    assert (await counts(admin))["all_on"] == (4, 0)


async def test_the_share_shows_the_actual_percentage(
    runtime: Runtime, admin: GraphQLClient, visitor: GraphQLClient
) -> None:
    await make_flag(admin, "half", enabled=True, rolloutPercentage=50, bucketBy="DEVICE")
    for number in range(80):
        await visitor.data(VIEWER, d=f"device_{number}")
    await runtime.usage.flush()
    (node,) = (await admin.data(LIST))["featureFlags"]["nodes"]
    exposure = node["exposure"]
    assert exposure["on"] + exposure["off"] == 80
    assert exposure["onShare"] == round(100 * exposure["on"] / 80, 2)
    assert 30 <= exposure["onShare"] <= 70


async def test_streams_count_the_values_they_send(
    app: Starlette, runtime: Runtime, admin: GraphQLClient
) -> None:
    """First the snapshot, then each change, for each who hears of it."""
    await make_flag(admin, "switched", rolloutPercentage=100)
    document = "subscription { viewerFlags { flags { key value } } }"
    async with serving(app) as address, socket(address) as one, socket(address) as two:
        streams = [await live.subscribe(document) for live in (one, two)]
        for stream in streams:
            await stream.next()
        await admin.data(TOGGLE, key="switched", on=True)
        for stream in streams:
            await stream.next()
    await runtime.usage.flush()
    assert await counts(admin) == {"switched": (2, 2)}


async def test_ofrep_evaluations_are_counted(
    runtime: Runtime, admin: GraphQLClient, visitor: GraphQLClient
) -> None:
    await make_flag(admin, "chat", enabled=True, rolloutPercentage=100)
    """Unknown flags are none, and a 304 hands nothing over."""
    base = "/ofrep/v1/evaluate/flags"
    for path in ("/chat", "", "/nosuch"):
        answer = await visitor.raw("POST", f"{base}{path}", json={})
        tag = answer.headers.get("etag", "")
        if tag:
            repeated = await visitor.raw("POST", base, json={}, headers={"if-none-match": tag})
            assert repeated.status_code == 304
    await runtime.usage.flush()
    assert await counts(admin) == {"chat": (2, 0)}


async def test_counts_of_processes_add_up_across_a_database_outage(
    runtime: Runtime, admin: GraphQLClient, visitor: GraphQLClient, clock: Clock
) -> None:
    await make_flag(admin, "chat")
    other = FlagUsage(runtime.db, lambda: ())
    current = runtime.flags.current
    await visitor.data(VIEWER)
    seen = current.client_flags(EvaluationContext())
    other.note_served(seen)
    dead = FlagUsage(Database(NOWHERE, clock=clock), lambda: ())
    dead.note_served(seen)
    await dead.flush()
    dead._db = runtime.db  # it is back
    for usage in (runtime.usage, other, dead):
        await usage.flush()
    assert await counts(admin) == {"chat": (0, 3)}


async def test_old_counts_are_folded_into_hours_and_deleted_after_90_days(
    runtime: Runtime, admin: GraphQLClient, visitor: GraphQLClient, db: Database, clock: Clock
) -> None:
    await make_flag(admin, "chat")
    for _ in range(3):
        await visitor.data(VIEWER)
        await runtime.usage.flush()
        clock.advance(300)
    clock.advance(timedelta(days=3).total_seconds())
    async with db.write() as uow:
        await uow.session.execute(text("UPDATE sessions SET expires_at = now() + '200 days'"))
    for _ in range(2):
        await retention.sweep(db)
    async with db.read() as session:
        rows = (await session.scalars(select(FlagExposure))).all()
    assert {row.resolution_seconds for row in rows} == {3600}
    assert sum(row.times for row in rows) == 3
    assert await counts(admin, "LAST_7D") == {"chat": (0, 3)}
    assert await counts(admin, "LAST_24H") == {"chat": (0, 0)}
    clock.advance(timedelta(days=90).total_seconds())
    await retention.sweep(db)
    async with db.read() as session:
        assert (await session.scalars(select(FlagExposure))).all() == []


async def test_exposures_of_a_page_are_one_statement(
    runtime: Runtime, admin: GraphQLClient, visitor: GraphQLClient
) -> None:
    for number in range(5):
        await make_flag(admin, f"flag_{number}")
    await visitor.data(VIEWER)
    await runtime.usage.flush()
    counter = StatementCounter(runtime.db)
    assert set((await counts(admin)).values()) == {(0, 1)}
    counter.stop()
    assert len([item for item in counter.statements if "flag_exposures" in item]) == 1
