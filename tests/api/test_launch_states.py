"""What a launch was like at a moment (X6)."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

import pytest
from starlette.applications import Starlette

from db.session import Database
from domain.actors import system_actor
from domain.events import HealthChanged
from domain.health.health import CheckType, HealthStatus
from tests.api.test_deadlines import locked, waiting
from tests.factories.launches import make_flag, make_phase
from tests.factories.phases import activate, roll_back, step
from tests.factories.propagation import toggle_flag
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

STATE = "query ($at: DateTime!) { launchState(at: $at) }"
OPEN = """mutation { createIncident(input: {type: "outage", severity: HIGH, title: "Down"}) {
  incident { id } errors { message } } }"""
RESOLVE = """mutation ($id: ID!) { resolveIncident(id: $id, resolutionNotes: "Up again.") {
  errors { message } } }"""


KILL = """mutation ($keys: [String!]!) { killFlags(input: {keys: $keys, reason: "It fails."}) {
  errors { message } } }"""
LIFT = """mutation ($keys: [String!]!) { liftKills(input: {keys: $keys, reason: "Mended."}) {
  errors { message } } }"""


async def state(client: GraphQLClient, at: datetime) -> Any:  # noqa: ANN401 - JSON
    return (await client.data(STATE, at=at.isoformat()))["launchState"]


async def test_past_states_show_what_was_true_then(
    app: Starlette, admin: GraphQLClient, viewer: GraphQLClient, clock: Clock
) -> None:
    moments = [clock()]
    for number, on in enumerate((True, False)):
        if number == 0:
            await make_phase(admin, flags=("mvp_chat",))
        await toggle_flag(admin, app, "mvp_chat", on=on)
        moments.append(clock())
    before, on_then, off_now = [await state(viewer, moment) for moment in moments]
    assert (before["flags"], before["phases"], before["cursor"]) == ([], [], None)
    assert [item["enabled"] for item in on_then["flags"]] == [True]
    assert [item["enabled"] for item in off_now["flags"]] == [False]
    assert off_now["flags"][0]["version"] > on_then["flags"][0]["version"]
    assert [(item["key"], item["status"]) for item in on_then["phases"]] == [
        ("mvp_launch", "PLANNED")
    ]
    assert on_then["cursor"] != off_now["cursor"]


TYPED = """query ($at: DateTime!) {
  launchState(at: $at)
  launchStateAt(at: $at) { at cursor overall phases { id key name status version stepIndex since }
    flags { key since state { enabled rolloutPercentage targetGroups version }
      kill { key since reason } }
    kills { key since reason }
    checks { type status since }
    incidents { id number title severity status since } } }"""


async def test_typed_and_json_states_agree(
    app: Starlette, admin: GraphQLClient, clock: Clock, db: Database
) -> None:
    """L24: `launchState` keeps its content."""
    await make_phase(admin, flags=("mvp_chat",))
    await toggle_flag(admin, app, "mvp_chat", on=True)
    await admin.data(OPEN)
    await admin.data(KILL, keys=["mvp_chat"])
    async with db.write() as uow:
        status = HealthStatus.UNKNOWN, HealthStatus.CRITICAL
        event = HealthChanged(check=CheckType.API, before=status[0], after=status[1])
        uow.record(system_actor("health"), event)
    both = await admin.data(TYPED, at=clock().isoformat())
    plain, typed = both["launchState"], both["launchStateAt"]
    assert typed["checks"]
    flags = [
        {"key": x["key"], "since": x["since"], "kill": x["kill"], **x["state"]}
        for x in typed.pop("flags")
    ]
    health = {"overall": typed.pop("overall"), "checks": typed.pop("checks")}
    assert without_moments({**typed, "flags": flags, "health": health}) == without_moments(plain)


def without_moments(value: Any) -> Any:  # noqa: ANN401 - JSON
    """The two write the same moments differently."""
    if isinstance(value, dict):
        return {
            name: without_moments(item)
            for name, item in value.items()
            if name not in ("at", "since")
        }
    return [without_moments(item) for item in value] if isinstance(value, list) else value


async def test_past_states_show_incidents_as_they_were(
    admin: GraphQLClient, viewer: GraphQLClient, clock: Clock
) -> None:
    opened = (await admin.data(OPEN))["createIncident"]["incident"]["id"]
    during = clock()
    await admin.data(RESOLVE, id=opened)
    then, now = await state(viewer, during), await state(viewer, clock())
    assert [item["status"] for item in then["incidents"]] == ["OPEN"]
    assert [item["status"] for item in now["incidents"]] == ["RESOLVED"]
    assert then["incidents"][0]["id"] == opened


async def test_a_future_time_returns_the_current_state(admin: GraphQLClient, clock: Clock) -> None:
    await make_flag(admin, "mvp_chat")
    past = await state(admin, clock() + timedelta(days=400))
    assert datetime.fromisoformat(past["at"]) <= clock()
    assert [item["key"] for item in past["flags"]] == ["mvp_chat"]
    assert past["health"]["overall"] == "UNKNOWN"


async def test_past_states_apply_the_kills_of_that_time(
    app: Starlette, admin: GraphQLClient, clock: Clock
) -> None:
    """A flag that was killed was off for everybody, whatever its row said; `*` is every flag."""
    await make_flag(admin, "mvp_chat")
    await make_flag(admin, "mvp_search")
    await toggle_flag(admin, app, "mvp_chat", on=True)
    moments = [clock()]
    for document, key in ((KILL, "mvp_chat"), (KILL, "*"), (LIFT, "mvp_chat"), (LIFT, "*")):
        assert next(iter((await admin.data(document, keys=[key])).values()))["errors"] == []
        moments.append(clock())
    seen = []
    for moment in moments:
        past = await state(admin, moment)
        kills = [item["key"] for item in past["kills"]]
        seen.append((kills, [(item["kill"] or {}).get("key") for item in past["flags"]]))
        assert [item["enabled"] for item in past["flags"]] == [True, False]
    assert seen == [
        ([], [None, None]),
        (["mvp_chat"], ["mvp_chat", None]),
        (["*", "mvp_chat"], ["mvp_chat", "*"]),
        (["*"], ["*", "*"]),
        ([], [None, None]),
    ]


async def advance(client: GraphQLClient, phase: str) -> Any:  # noqa: ANN401 - JSON
    return await step(client, "advance", phase)


@pytest.mark.parametrize("table", ["launch_phases", "feature_flags"])
@pytest.mark.parametrize(
    ("move", "kept", "then"),
    [
        (roll_back, ("ACTIVE", 0, 10.0), ("ROLLED_BACK", 0, 10.0)),
        (advance, ("ACTIVE", 0, 10.0), ("ACTIVE", 1, 50.0)),
    ],
)
async def test_a_change_waiting_for_a_lock_is_not_in_earlier_states(
    admin: GraphQLClient,
    db: Database,
    clock: Clock,
    table: str,
    move: Callable[[GraphQLClient, str], Coroutine[Any, Any, Any]],
    kept: tuple[str, int, float],
    then: tuple[str, int, float],
) -> None:
    """L6: an event happens once its rows are locked, and so do its audit and its run."""
    steps = [{"percentage": 10}, {"percentage": 50}]
    phase = await make_phase(admin, flags=("mvp_chat",), steps=steps)
    assert (await activate(admin, phase))["errors"] == []
    async with locked(db, f"SELECT FROM {table} FOR UPDATE"):
        requested_at = clock()
        moving = asyncio.create_task(move(admin, phase))
        assert await waiting(db, 1)
        clock.advance(5)
    assert (await moving)["errors"] == []
    states = [await seen(admin, requested_at + timedelta(seconds=4.9)), await seen(admin, clock())]
    assert states == [kept, then]
    moved = await admin.data(NEWEST)
    assert datetime.fromisoformat(moved["changes"]["nodes"][0]["at"]) >= requested_at + timedelta(
        seconds=5
    )


NEWEST = "{ changes(first: 1, subject: [PHASE]) { nodes { at } } }"


async def seen(client: GraphQLClient, at: datetime) -> tuple[str, int, float]:
    """Of the only phase and flag there are: status, step and percentage."""
    past = (await client.data(TYPED, at=at.isoformat()))["launchStateAt"]
    (phase,), (flag,) = past["phases"], past["flags"]
    return phase["status"], phase["stepIndex"], flag["state"]["rolloutPercentage"]
