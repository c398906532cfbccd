"""Where the result of a phase's last move is in force, through the API (D4)."""

from typing import Any

import pytest
from redis.asyncio import Redis
from starlette.applications import Starlette

from db.session import Database
from tests.api.test_run_sequences import Launch
from tests.factories.health import Health
from tests.factories.launches import make_phase
from tests.factories.phases import activate
from tests.factories.propagation import (
    acknowledge_as,
    add_dead_process,
    runtime_of,
    wait_for_result,
)
from tests.support.graphql import GraphQLClient

FIELDS = "version live inForce unknownProcesses unknownStreams verified summary"
LOOK = f"query ($id: ID!) {{ launchPhase(id: $id) {{ verification {{ {FIELDS} }} }} }}"
MOVES = ["activate", "advance", "complete", "rollback"]


@pytest.fixture
async def launch(admin: GraphQLClient, db: Database, health: Health) -> Launch:
    """A phase that starts at 5 %."""
    launch = Launch(admin, db)
    await launch.ready()
    return launch


async def look(launch: Launch) -> Any:  # noqa: ANN401 - JSON
    data = await launch.client.data(LOOK, id=launch.phase)
    return data["launchPhase"]["verification"]


async def move(launch: Launch, name: str) -> None:
    """One move, after those that it needs."""
    await launch.start()
    if name == "rollback":
        await launch.undo("DISABLE_ALL")
    elif name != "activate":
        await launch.do("advance")
    if name == "complete":
        await launch.do("complete")


async def test_a_phase_without_runs_has_no_verification(launch: Launch) -> None:
    assert await look(launch) is None


async def test_a_phase_without_flags_has_no_verification(launch: Launch) -> None:
    launch.phase = await make_phase(launch.client, key="empty", flags=())
    assert (await activate(launch.client, launch.phase))["errors"] == []
    assert await look(launch) is None


@pytest.mark.parametrize("name", MOVES)
async def test_an_action_is_verified_in_each_live_process(
    app: Starlette, launch: Launch, redis: Redis, name: str
) -> None:
    """One that was lost before it had it is unknown, with its streams, until it answers."""
    await add_dead_process(redis, "hung:1", dies_in_ms=0, streams=2)
    await move(launch, name)
    verification = await wait_for_result(lambda: look(launch), lambda item: item["inForce"] == 1)
    assert verification["version"] == runtime_of(app).flags.current.version
    assert (verification["live"], verification["verified"]) == (1, False)
    assert (verification["unknownProcesses"], verification["unknownStreams"]) == (1, 2)
    assert (
        verification["summary"] == "in force in 1 of 1 live process; unknown: 1 process, 2 streams"
    )
    await acknowledge_as(redis, "hung:1", verification["version"] - 1)
    behind = await look(launch)
    assert (behind["live"], behind["inForce"], behind["verified"]) == (2, 1, False)
    await acknowledge_as(redis, "hung:1", verification["version"])
    assert (await look(launch))["summary"] == "in force in 2 of 2 live processes"
    assert (await look(launch))["verified"] is True


async def test_a_later_version_verifies_the_action_too(app: Starlette, launch: Launch) -> None:
    await launch.start()
    moved = await wait_for_result(lambda: look(launch), lambda item: item["verified"])
    await launch.edit(description="another change")
    later = await wait_for_result(lambda: look(launch), lambda item: item["verified"])
    assert later["version"] == moved["version"] < runtime_of(app).flags.current.version
