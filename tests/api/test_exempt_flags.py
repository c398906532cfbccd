"""The report of a run names each flag that is not at its target, and why (D4, L1)."""

import re
from typing import Any

import pytest

from db.session import Database
from tests.api.test_launch_states import KILL, LIFT
from tests.api.test_reports import report
from tests.api.test_run_sequences import Launch
from tests.factories.health import Health
from tests.factories.phases import step
from tests.support.graphql import GraphQLClient


@pytest.fixture
async def launch(admin: GraphQLClient, db: Database, health: Health) -> Launch:
    """A phase that starts at 5 %."""
    launch = Launch(admin, db)
    await launch.ready()
    await launch.start()
    return launch


async def exempt(launch: Launch) -> Any:  # noqa: ANN401 - JSON
    exempt_flags = (await report(launch.client, launch.phase))["exemptFlags"]
    return [{**item, "detail": without_names(item["detail"])} for item in exempt_flags]


def without_names(text: str) -> str:
    return re.sub(r"admin-\S+@wedsync\.com", "ADMIN", text)


async def spoil(launch: Launch, how: str) -> None:
    if how == "LIMITED":
        await launch.edit(rolloutPercentage=3)
    elif how == "SWITCHED_OFF":
        await launch.switch(False)
    elif how == "RELEASED":
        await launch.edit(rolloutPercentage=60, override=True, reason="a friend")
    else:
        await launch.client.data(KILL, keys=["search"])


CASES = {
    "LIMITED": "search is limited to 3 % by ADMIN, its target is 100 %",
    "SWITCHED_OFF": "search is switched off",
    "RELEASED": "search was released from the ramp and is at 60 %",
    "KILLED": "search is held off by the kill switch",
}


@pytest.mark.parametrize("how", CASES)
async def test_exempt_flags_are_named_at_every_step_and_at_completion(
    launch: Launch, how: str
) -> None:
    assert await exempt(launch) == []
    await spoil(launch, how)
    expected = [{"key": "search", "reason": how, "detail": CASES[how]}]
    assert await exempt(launch) == expected
    await launch.do("advance", 3)
    assert await exempt(launch) == expected
    accepted = ["search"] if how in ("LIMITED", "SWITCHED_OFF") else []
    done = await step(launch.client, "complete", launch.phase, acceptLimits=accepted)
    assert done["errors"] == []
    assert await exempt(launch) == expected
    markdown = (await report(launch.client, launch.phase))["markdown"].replace("\\", "")
    assert f"| search | {CASES[how]} |" in without_names(markdown)


@pytest.mark.parametrize("how", CASES)
async def test_later_changes_do_not_alter_the_report(launch: Launch, how: str) -> None:
    await launch.do("advance", 3)
    await launch.do("complete")
    assert await exempt(launch) == []
    await spoil(launch, how)
    assert await exempt(launch) == []


async def test_a_limit_lifted_later_is_still_named(launch: Launch) -> None:
    await launch.edit(rolloutPercentage=3)
    await launch.do("advance", 3)
    await step(launch.client, "complete", launch.phase, acceptLimits=["search"])
    await launch.edit(rolloutPercentage=100)
    (flag,) = await exempt(launch)
    assert flag["detail"] == "search is limited to 3 %, its target is 100 %"


async def test_a_kill_lifted_before_completion_is_not_named(launch: Launch) -> None:
    await spoil(launch, "KILLED")
    await launch.client.data(LIFT, keys=["search"])
    await launch.do("complete")
    assert await exempt(launch) == []


async def test_a_rolled_back_run_names_no_exempt_flags(launch: Launch) -> None:
    await spoil(launch, "LIMITED")
    await launch.undo("DISABLE_ALL")
    assert await exempt(launch) == []
