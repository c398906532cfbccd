"""A launch says what it takes away before, and what it has not reached after (L7, D4)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import text

from db.session import Database
from tests.api.test_run_sequences import Launch
from tests.factories.health import Health
from tests.factories.launches import make_phase
from tests.factories.phases import activate, step
from tests.support.graphql import GraphQLClient

PLAN = """query ($id: ID!) { activationPlan(phaseId: $id) {
  losses { key before after people } isEstimate } }"""


@pytest.fixture
async def launch(admin: GraphQLClient, db: Database, health: Health) -> Launch:
    """A phase that starts at 5 %."""
    launch = Launch(admin, db)
    await launch.ready()
    return launch


@asynccontextmanager
async def stuck_at(db: Database, column: str, value: str) -> AsyncIterator[None]:
    """Something in the database writes this value whatever a run writes."""
    async with db.engine.begin() as connection:
        await connection.execute(
            text(f"""
                CREATE FUNCTION stuck() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN NEW.{column} := {value}; RETURN NEW; END $$
            """)
        )
        await connection.execute(
            text(f"""
                CREATE TRIGGER a_stuck BEFORE UPDATE OF {column} ON feature_flags
                FOR EACH ROW EXECUTE FUNCTION stuck()
            """)
        )
    try:
        yield
    finally:
        async with db.engine.begin() as connection:
            await connection.execute(text("DROP TRIGGER a_stuck ON feature_flags"))
            await connection.execute(text("DROP FUNCTION stuck()"))


async def losses(launch: Launch) -> Any:  # noqa: ANN401 - JSON
    return (await launch.client.data(PLAN, id=launch.phase))["activationPlan"]


async def test_reductions_are_shown_in_the_plan_and_must_be_accepted(
    launch: Launch, supplier: GraphQLClient
) -> None:
    """L7: 100 % becomes 5 %, and the plan says for whom."""
    await launch.edit(enabled=True, rolloutPercentage=100)
    shown = await losses(launch)
    (loss,) = shown["losses"]
    assert (loss["key"], loss["before"], loss["after"]) == ("search", 100, 5)
    assert (loss["people"] in (0, 1), shown["isEstimate"]) == (True, False)
    (error,) = (await activate(launch.client, launch.phase))["errors"]
    assert (error["code"], error["path"]) == ("LOSES_USERS", ["input", "acceptLosses"])
    assert "search" in error["message"]
    assert await launch.in_force() == (True, 100)
    answer = await activate(launch.client, launch.phase, acceptLosses=["search"])
    assert answer["errors"] == []
    assert await launch.in_force() == (True, 5)


async def test_a_wider_rollout_reduces_nobody(launch: Launch) -> None:
    await launch.edit(enabled=True, rolloutPercentage=5)
    assert (await losses(launch))["losses"] == []
    (error,) = (await activate(launch.client, launch.phase, acceptLosses=["other"]))["errors"]
    assert (error["code"], error["path"]) == ("INVALID", ["input", "acceptLosses", "0"])
    await launch.start()


@pytest.mark.parametrize("how", ["limited", "switched off"])
async def test_completing_below_the_target_must_be_accepted(launch: Launch, how: str) -> None:
    await launch.start()
    await launch.do("advance", 3)
    if how == "limited":
        await launch.edit(rolloutPercentage=5)
    else:
        await launch.switch(False)
    before = await launch.in_force()
    (error,) = (await step(launch.client, "complete", launch.phase))["errors"]
    assert (error["code"], error["path"]) == ("LIMITED", ["input", "acceptLimits"])
    assert f"search is {how}" in error["message"]
    (error,) = (await step(launch.client, "pause", launch.phase, acceptLimits=["search"]))["errors"]
    assert (error["code"], error["path"]) == ("INVALID", ["input", "acceptLimits"])
    done = await step(launch.client, "complete", launch.phase, acceptLimits=["search"])
    assert (done["errors"], done["phase"]["status"]) == ([], "COMPLETED")
    assert await launch.in_force() == before


async def test_a_step_missing_in_the_rows_is_rolled_back(launch: Launch, db: Database) -> None:
    """D4: the rows of the transaction are compared, and then nothing has changed."""
    await launch.start()
    async with stuck_at(db, "run_step", "5"):
        done = await step(launch.client, "advance", launch.phase)
    (error,) = done["errors"]
    assert error["code"] == "NOT_VERIFIED"
    assert "search should be on at 25 % and is on at 5 %" in error["message"]
    assert (await launch.link())["step"] == 5
    await launch.do("advance")
    assert await launch.in_force() == (True, 25)


async def test_a_rollback_reports_what_it_could_not_do(launch: Launch, db: Database) -> None:
    """It is never refused for that."""
    await launch.start()
    async with stuck_at(db, "run_switch", "true"):
        done = await launch.undo("DISABLE_ALL")
    assert done["phase"]["status"] == "ROLLED_BACK"
    assert "search should be off at 5 % and is on at 5 %" in done["conflicts"]


async def test_the_flags_of_a_phase_reach_the_same_people(
    admin: GraphQLClient, health: Health
) -> None:
    """L21: by default; a flag that is partly on keeps its own people, and the plan says so."""
    keys = tuple(f"flag_{index}" for index in range(5))
    steps = [{"percentage": 5}, {"percentage": 100}]
    phase = await make_phase(admin, flags=(*keys, "partly"), steps=steps)
    update = """mutation ($input: UpdateFeatureFlagInput!) {
      updateFeatureFlag(input: $input) { errors { code } } }"""
    await admin.data(update, input={"key": "partly", "enabled": True, "rolloutPercentage": 5})
    plan = """query ($id: ID!) { activationPlan(phaseId: $id) { conflicts } }"""
    notes = (await admin.data(plan, id=phase))["activationPlan"]["conflicts"]
    assert [note for note in notes if "keeps its own cohort" in note] != []
    assert (await activate(admin, phase))["errors"] == []
    nodes = (await admin.data("{ featureFlags { nodes { key cohort } } }"))["featureFlags"]["nodes"]
    cohorts = {node["key"]: node["cohort"] for node in nodes}
    assert cohorts == {**dict.fromkeys(keys, "cohort:mvp_launch"), "partly": None}
    ask = """query ($input: EvaluateFlagsInput!) { evaluateFlags(input: $input) {
      flags { key value } } }"""
    seen = set()
    for index in range(60):
        sent = {"targetingKey": f"u{index}", "keys": list(keys)}
        flags = (await admin.data(ask, input=sent))["evaluateFlags"]["flags"]
        seen.add(tuple(flag["value"] for flag in flags))
    assert seen == {(True,) * 5, (False,) * 5}
