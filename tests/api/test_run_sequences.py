"""A launch is a sequence: activate, ramp, roll back, try again, with edits in between (D1, D2)."""

from typing import Any

import pytest
from sqlalchemy import text

from db.session import Database
from tests.factories.health import Health
from tests.factories.launches import CREATE_PHASE, close_incidents, make_flag, make_phase
from tests.factories.phases import activate, flag_states, roll_back, step
from tests.support.graphql import GraphQLClient

RAMP = [{"percentage": share} for share in (5, 25, 50, 100)]
FLAG = """query ($key: String!) { featureFlag(key: $key) {
  enabled rolloutPercentage ownerEnabled ownerPercentage ownerChoseZero version
  run { number outcome phase { key } } } }"""
LINKS = """query ($id: ID) { launchPhase(id: $id) { flags {
  flag { key } target targetPercentage configuredTarget step ceiling ceilingBy inForce isReleased
} } }"""
UPDATE = """mutation ($input: UpdateFeatureFlagInput!) { updateFeatureFlag(input: $input) {
  flag { enabled rolloutPercentage version } warnings change { action }
  errors { code message path } } }"""
TOGGLE = """mutation ($input: ToggleFeatureFlagInput!) { toggleFeatureFlag(input: $input) {
  flag { enabled rolloutPercentage } warnings errors { code message path } } }"""
LIFT = """mutation ($key: String!, $reason: String!) { liftCeiling(key: $key, reason: $reason) {
  flag { rolloutPercentage } change { action reason } errors { code message path } } }"""


class Launch:
    """One phase with a ramp over `search`, and what people do meanwhile."""

    def __init__(self, client: GraphQLClient, db: Database) -> None:
        """`phase` is made by `ready`."""
        self.client, self.db, self.phase = client, db, ""

    async def ready(self, **fields: Any) -> None:  # noqa: ANN401 - JSON
        self.phase = await make_phase(self.client, flags=("search",), steps=RAMP, **fields)

    async def start(self) -> None:
        assert (await activate(self.client, self.phase))["errors"] == []

    async def do(self, action: str, times: int = 1) -> None:
        for _ in range(times):
            assert (await step(self.client, action, self.phase))["errors"] == []

    async def undo(self, mode: str = "DISABLE_ALL") -> Any:  # noqa: ANN401 - JSON
        done = await roll_back(self.client, self.phase, mode=mode)
        assert done["errors"] == []
        await close_incidents(self.db)
        return done

    async def edit(self, **fields: object) -> Any:  # noqa: ANN401 - JSON
        answer = await self.client.data(UPDATE, input={"key": "search", **fields})
        return answer["updateFeatureFlag"]

    async def switch(self, enabled: bool) -> Any:  # noqa: ANN401 - JSON
        sent = {"key": "search", "enabled": enabled}
        return (await self.client.data(TOGGLE, input=sent))["toggleFeatureFlag"]

    async def flag(self) -> Any:  # noqa: ANN401 - JSON
        return (await self.client.data(FLAG, key="search"))["featureFlag"]

    async def link(self) -> Any:  # noqa: ANN401 - JSON
        data = await self.client.data(LINKS, id=self.phase)
        return data["launchPhase"]["flags"][0]

    async def in_force(self) -> tuple[bool, float]:
        flag = await self.flag()
        return flag["enabled"], flag["rolloutPercentage"]

    async def owned(self) -> tuple[bool, float]:
        flag = await self.flag()
        return flag["ownerEnabled"], flag["ownerPercentage"]


@pytest.fixture
def launch(admin: GraphQLClient, db: Database, health: Health) -> Launch:
    """Not ready yet."""
    return Launch(admin, db)


@pytest.mark.parametrize("mode", ["DISABLE_ALL", "RESTORE_PREVIOUS"])
async def test_after_a_rollback_the_next_run_reaches_its_target(launch: Launch, mode: str) -> None:
    """L1: activate, roll back, resolve, activate, advance three times, complete."""
    await launch.ready()
    await launch.start()
    await launch.undo(mode)
    assert (await launch.in_force())[0] is False
    await launch.start()
    for expected in (5, 25, 50, 100):
        assert await launch.in_force() == (True, expected)
        link = await launch.link()
        assert (link["target"], link["targetPercentage"], link["inForce"]) == (
            100,
            100,
            expected,
        )
        assert (link["step"], link["configuredTarget"]) == (expected, None)
        if expected < 100:
            await launch.do("advance")
    await launch.do("complete")
    assert await launch.in_force() == (True, 100)
    assert await launch.owned() == (False, 0)
    run = (await launch.flag())["run"]
    assert run == {"number": 2, "outcome": "COMPLETED", "phase": {"key": "mvp_launch"}}


async def test_runs_do_not_write_the_owners_values(launch: Launch) -> None:
    await launch.ready()
    await launch.edit(rolloutPercentage=60)
    for mode in ("DISABLE_ALL", "RESTORE_PREVIOUS"):
        await launch.start()
        await launch.do("advance", 3)
        assert await launch.in_force() == (True, 60)
        await launch.undo(mode)
        assert await launch.owned() == (False, 60)
    await launch.start()
    await launch.do("complete")
    await launch.undo("RESTORE_PREVIOUS")
    assert (await launch.in_force(), await launch.owned()) == ((False, 60), (False, 60))
    assert (await launch.flag())["run"] is None


async def test_a_manual_ceiling_survives_ramp_steps(launch: Launch) -> None:
    """L8: 5 at step 25, and still 5 at 100, until somebody lifts it."""
    await launch.ready()
    await launch.start()
    await launch.do("advance")
    assert (await launch.edit(rolloutPercentage=5, reason="slow"))["errors"] == []
    await launch.do("advance", 2)
    link = await launch.link()
    assert (link["inForce"], link["ceiling"], link["target"]) == (5, 5, 100)
    assert "@" in link["ceilingBy"]
    done = (await launch.client.data(LIFT, key="search", reason="fast again"))["liftCeiling"]
    assert done["flag"]["rolloutPercentage"] == 100
    assert done["change"] == {"action": "limit lifted", "reason": "fast again"}
    repeated = (await launch.client.data(LIFT, key="search", reason="fast again"))["liftCeiling"]
    assert repeated["errors"][0]["code"] == "INVALID_TRANSITION"


async def test_writing_the_values_in_force_changes_nothing(launch: Launch) -> None:
    await launch.ready()
    await launch.start()
    before = await launch.flag()
    done = await launch.edit(enabled=True, rolloutPercentage=5)
    assert (done["errors"], done["change"]) == ([], None)
    assert await launch.flag() == before
    assert (await launch.link())["ceiling"] is None


async def test_going_above_the_step_releases_the_flag_from_the_ramp(launch: Launch) -> None:
    """A13: with override and a reason; it is still rolled back with its phase."""
    await launch.ready()
    await launch.start()
    (error,) = (await launch.edit(rolloutPercentage=99))["errors"]
    assert (error["code"], error["path"]) == ("LOCKED", ["input", "rolloutPercentage"])
    (error,) = (await launch.edit(rolloutPercentage=99, override=True))["errors"]
    assert (error["code"], error["path"]) == ("REQUIRED", ["input", "reason"])
    await launch.edit(rolloutPercentage=99, override=True, reason="a demo for the press")
    await launch.do("advance")
    assert (await launch.in_force(), await launch.owned()) == ((True, 99), (False, 99))
    assert (await launch.link())["isReleased"] is True
    await launch.undo()
    assert (await launch.in_force())[0] is False


async def test_a_flag_can_be_toggled_while_the_ramp_advances(launch: Launch) -> None:
    await launch.ready()
    await launch.start()
    await launch.switch(False)
    await launch.do("advance")
    assert await launch.in_force() == (False, 25)
    await launch.switch(True)
    assert await launch.in_force() == (True, 25)
    await launch.undo("RESTORE_PREVIOUS")
    assert (await launch.in_force())[0] is False


async def test_switching_on_after_a_rollback_requires_a_percentage(launch: Launch) -> None:
    await launch.ready()
    await launch.start()
    await launch.undo()
    (error,) = (await launch.switch(True))["errors"]
    assert (error["code"], error["path"]) == ("REQUIRED", ["input", "rolloutPercentage"])
    assert (await launch.edit(enabled=True, rolloutPercentage=5))["errors"] == []
    assert (await launch.in_force(), await launch.owned()) == ((True, 5), (True, 5))
    assert (await launch.flag())["run"] is None


async def test_after_completion_the_owners_values_apply(launch: Launch) -> None:
    await launch.ready()
    await launch.start()
    await launch.do("complete")
    await launch.switch(False)
    assert await launch.in_force() == (False, 100)
    await launch.switch(True)
    await launch.edit(rolloutPercentage=40)
    assert (await launch.in_force(), await launch.owned()) == ((True, 40), (True, 40))
    await launch.undo("RESTORE_PREVIOUS")
    assert await launch.in_force() == (False, 40)


async def test_a_flag_is_held_by_one_live_run(launch: Launch) -> None:
    """D2, L9: the refusal names the run; rolling one back leaves the other alone."""
    await launch.ready(platforms=["WEDSYNC"])
    await launch.start()
    sent = {"key": "second", "name": "Second", "platforms": ["WEDME"], "steps": RAMP}
    links = [{"flagKey": "search"}]
    made = await launch.client.data(CREATE_PHASE, input={**sent, "flags": links})
    second = str(made["createLaunchPhase"]["phase"]["id"])
    (error,) = (await activate(launch.client, second))["errors"]
    assert error["code"] == "LOCKED"
    assert "search by run 1 of Mvp_Launch" in error["message"]
    await launch.do("complete")
    answer = await activate(launch.client, second, acceptLosses=["search"])
    assert answer["errors"] == []
    done = await launch.undo("RESTORE_PREVIOUS")
    assert "held by run 1 of Second" in done["conflicts"][0]
    assert (await flag_states(launch.client, second))["search"][0] is True


@pytest.mark.parametrize("names_users", [True, False])
async def test_an_explicit_zero_is_kept(launch: Launch, names_users: bool) -> None:
    """L10: neither a switch nor an activation makes it 100."""
    fields: dict[str, Any] = {"targetGroups": ["user:tester1"]} if names_users else {}
    fields |= {} if names_users else {"rolloutPercentage": 0}
    await make_flag(launch.client, "beta_only", **fields)
    for enabled in (True, False, True):
        sent = {"key": "beta_only", "enabled": enabled}
        done = (await launch.client.data(TOGGLE, input=sent))["toggleFeatureFlag"]
        assert (done["flag"]["rolloutPercentage"], done["warnings"]) == (0, [])
    links = [{"flagKey": "beta_only"}]
    made = await launch.client.data(
        CREATE_PHASE, input={"key": "beta", "name": "Beta", "flags": links}
    )
    phase = str(made["createLaunchPhase"]["phase"]["id"])
    await activate(launch.client, phase)
    assert await flag_states(launch.client, phase) == {"beta_only": (True, 0)}


async def test_direct_sql_replaces_the_hold_of_a_run(launch: Launch) -> None:
    """The runbook's SQL works in the middle of a run, and says so to every process."""
    await launch.ready()
    await launch.start()
    before = (await launch.flag())["version"]
    for column, value in (("rollout_percentage", "60"), ("enabled", "false")):
        async with launch.db.write() as uow:
            await uow.session.execute(text(f"UPDATE feature_flags SET {column} = {value}"))
    await launch.do("advance")
    assert await launch.in_force() == (False, 60)
    assert (await launch.flag())["version"] == before + 2
