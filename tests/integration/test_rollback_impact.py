"""The incident of a rollback says how many people it reached: counted, once it is done (L19)."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from db.models.events import Change
from db.models.phases import PhaseRun
from db.session import Database
from services.phases import rollback_impact
from tests.api.test_kills import KILL, LIFT
from tests.api.test_rollback_preview import PREVIEW
from tests.factories.health import Health
from tests.factories.launches import make_phase
from tests.factories.marketplace import new_couple, new_supplier
from tests.factories.phases import activate, roll_back
from tests.support.graphql import GraphQLClient

FLAGS = ("for_couples", "for_nobody")
TARGET = """mutation ($input: UpdateFeatureFlagInput!) {
  updateFeatureFlag(input: $input) { errors { message } } }"""
INCIDENT = "{ incidents { nodes { id userImpact timeline { nodes { summary } } } } }"
EDIT = """mutation ($id: ID!) { updateIncident(input: {id: $id, userImpact: "Nobody."}) {
  errors { message } } }"""
WAS_ON = "Until the rollback on: for_couples for 100 % of couple, for_nobody for 100 % of editor."


@pytest.fixture
async def phase(admin: GraphQLClient, health: Health, visitor: GraphQLClient, db: Database) -> str:
    """Live, for couples only; there are three of them and two suppliers."""
    made = await make_phase(admin, flags=FLAGS)
    for key, group in zip(FLAGS, ("couple", "editor"), strict=True):
        await admin.data(TARGET, input={"key": key, "targetGroups": [group]})
    for _ in range(3):
        await new_couple(visitor, db)
    for _ in range(2):
        await new_supplier(visitor, db)
    assert (await activate(admin, made))["errors"] == []
    return made


async def run_of(db: Database) -> UUID:
    async with db.read() as session:
        return (await session.scalars(select(PhaseRun.id))).one()


async def incident(client: GraphQLClient) -> Any:  # noqa: ANN401 - JSON
    (node,) = (await client.data(INCIDENT))["incidents"]["nodes"]
    return node


@pytest.mark.parametrize("mode", ["DISABLE_ALL", "RESTORE_PREVIOUS"])
async def test_the_incident_has_the_same_count_as_the_preview(
    admin: GraphQLClient, phase: str, db: Database, mode: str
) -> None:
    """Three couples saw it, and the two suppliers did not; a job that runs twice adds nothing."""
    shown = (await admin.data(PREVIEW, id=phase))["rollbackPreview"]["userImpact"]
    assert shown == "3 of 5 people see at least one feature."
    await roll_back(admin, phase, mode=mode)
    assert (await incident(admin))["userImpact"] == WAS_ON
    run_id = await run_of(db)
    for _ in range(2):
        await rollback_impact.count(db, run_id)
    row = await incident(admin)
    assert row["userImpact"] == f"{WAS_ON} 3 of 5 people saw at least one of them."
    lines = [node["summary"] for node in row["timeline"]["nodes"]]
    assert sum("impact counted" in line for line in lines) == 1


async def test_later_flag_changes_do_not_alter_the_count(
    admin: GraphQLClient, phase: str, db: Database
) -> None:
    """The job may run late."""
    await roll_back(admin, phase)
    for key in FLAGS:
        target = {"key": key, "targetGroups": [], "enabled": True, "rolloutPercentage": 100}
        await admin.data(TARGET, input=target)
    await rollback_impact.count(db, await run_of(db))
    assert (await incident(admin))["userImpact"].endswith(
        " 3 of 5 people saw at least one of them."
    )


async def test_killed_flags_affected_nobody(admin: GraphQLClient, phase: str, db: Database) -> None:
    await admin.data(KILL, keys=["for_couples"])
    shown = (await admin.data(PREVIEW, id=phase))["rollbackPreview"]["userImpact"]
    assert shown == "0 of 5 people see at least one feature."
    await roll_back(admin, phase)
    await admin.data(LIFT, keys=["for_couples"])
    await rollback_impact.count(db, await run_of(db))
    user_impact = (await incident(admin))["userImpact"]
    assert user_impact == (
        "Until the rollback on: for_nobody for 100 % of editor. "
        "0 of 5 people saw at least one of them."
    )


async def test_an_impact_written_by_a_person_is_kept(
    admin: GraphQLClient, phase: str, db: Database
) -> None:
    await roll_back(admin, phase)
    await admin.data(EDIT, id=(await incident(admin))["id"])
    await rollback_impact.count(db, await run_of(db))
    assert (await incident(admin))["userImpact"] == "Nobody."
    async with db.read() as session:
        actions = await session.scalars(select(Change.action))
    assert "impact counted" not in set(actions)


async def test_a_run_without_a_rollback_has_no_impact(
    admin: GraphQLClient, phase: str, db: Database
) -> None:
    await rollback_impact.count(db, await run_of(db))
    assert (await admin.data(INCIDENT))["incidents"]["nodes"] == []
