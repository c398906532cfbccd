"""Bad input to phases is refused with the field that is wrong (S15, S16)."""

from typing import Any

import pytest
from sqlalchemy import update

from db.models.phases import LaunchPhase
from db.session import Database
from tests.factories.health import Health
from tests.factories.launches import CREATE_PHASE, make_phase
from tests.factories.phases import PHASE, activate
from tests.support.graphql import GraphQLClient

UPDATE = """mutation ($input: UpdateLaunchPhaseInput!) {
  updateLaunchPhase(input: $input) { phase { version } errors { code path } } }"""


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"key": "Bad Key"}, ["input", "key"]),
        ({"platforms": []}, ["input", "platforms"]),
        (
            {"steps": [{"percentage": 50}, {"percentage": 20}]},
            ["input", "steps", "1", "percentage"],
        ),
        ({"flags": [{"flagKey": "nowhere"}]}, ["input", "flags", "0", "flagKey"]),
        ({"position": 1_000_001}, ["input", "position"]),
        ({"position": -1_000_001}, ["input", "position"]),
        (
            {"flags": [{"flagKey": "nowhere", "position": 2**31 - 1}]},
            ["input", "flags", "0", "position"],
        ),
        ({"rollbackPlan": {"drainSeconds": 5}}, ["input", "rollbackPlan", "drainSeconds"]),
        (
            {"plannedStartAt": "2026-05-02T00:00:00Z", "plannedEndAt": "2026-05-01T00:00:00Z"},
            ["input", "plannedEndAt"],
        ),
    ],
)
async def test_bad_input_names_its_field(
    admin: GraphQLClient, fields: dict[str, object], path: list[str]
) -> None:
    sent = {"key": "mvp_launch", "name": "MVP", **fields}
    answer = await admin.data(CREATE_PHASE, input=sent)
    assert answer["createLaunchPhase"]["errors"][0]["path"] == path
    assert (await admin.data("{ launchPhases { key } }"))["launchPhases"] == []


@pytest.mark.parametrize(
    ("metric", "field"), [("no_such", "metric"), ("websockets_open", "aggregation")]
)
async def test_criteria_that_cannot_be_judged_are_rejected(
    admin: GraphQLClient, metric: str, field: str
) -> None:
    """S15: an unknown metric, a percentile of a level."""
    criterion = {
        "key": "speed", "metric": metric, "aggregation": "P95",
        "windowSeconds": 60, "comparator": "LT", "threshold": 500,
    }  # fmt: skip
    sent = {"key": "mvp_launch", "name": "MVP", "successCriteria": [criterion]}
    answer = await admin.data(CREATE_PHASE, input=sent)
    (error,) = answer["createLaunchPhase"]["errors"]
    assert error["path"] == ["input", "successCriteria", "0", field]


async def test_steps_are_locked_while_a_phase_is_live(admin: GraphQLClient, health: Health) -> None:
    """Requirement A13."""
    phase = await make_phase(admin)
    await activate(admin, phase)
    edit = """mutation ($input: UpdateLaunchPhaseInput!) {
      updateLaunchPhase(input: $input) { errors { code path } } }"""
    answer = await admin.data(edit, input={"id": phase, "steps": []})
    assert answer["updateLaunchPhase"]["errors"] == [{"code": "LOCKED", "path": ["input", "steps"]}]


async def test_a_phase_follows_one_at_the_greatest_position(
    admin: GraphQLClient, db: Database
) -> None:
    """Also one that a release before the limit of positions stored."""
    assert (await position_of(admin, await make_phase(admin, "mvp_first", flags=()))) == 0
    assert (await position_of(admin, await make_phase(admin, "mvp_second", flags=()))) == 1
    for last in (1_000_000, 2**31 - 1):
        async with db.write() as uow:
            await uow.session.execute(
                update(LaunchPhase).where(LaunchPhase.key == "mvp_first").values(position=last)
            )
        created = await make_phase(admin, f"mvp_after_{last}", flags=())
        assert (await position_of(admin, created)) == 1_000_000


async def position_of(admin: GraphQLClient, phase: str) -> int:
    data = await admin.data("query ($id: ID) { launchPhase(id: $id) { position } }", id=phase)
    return int(data["launchPhase"]["position"])


async def test_an_edit_that_changes_nothing_leaves_version_and_audit_alone(
    admin: GraphQLClient,
) -> None:
    """A form that is saved as it is must not make the plan that somebody else looks at drift."""
    fields: dict[str, Any] = {
        "name": "MVP",
        "steps": [{"percentage": 10, "holdSeconds": 60}, {"percentage": 100}],
        "platforms": ["WEDME", "WEDSYNC"],
        "rollbackPlan": {"mode": "RESTORE_PREVIOUS", "manualSteps": ["Call the venue."]},
    }
    phase = await make_phase(admin, **fields)
    same = {**fields, "flags": [{"flagKey": "mvp_supplier_dashboard", "position": 0}]}
    edits: list[dict[str, object]] = [{}, {"reason": "Saved."}, {"expectedVersion": 1}, same]
    for edit in edits:
        assert await versions(admin, phase, edit) == (1, 1)
    assert await versions(admin, phase, {**same, "name": "The MVP"}) == (2, 2)
    target = [{"flagKey": "mvp_supplier_dashboard", "targetPercentage": 100}]
    assert await versions(admin, phase, {"flags": target}) == (3, 3)


async def versions(admin: GraphQLClient, phase: str, edit: dict[str, object]) -> tuple[int, int]:
    """Edit a phase; return its version and the number of its changes."""
    answer = await admin.data(UPDATE, input={"id": phase, **edit})
    assert answer["updateLaunchPhase"]["errors"] == []
    data = await admin.data("{ changes(subject: [PHASE]) { nodes { id } } }")
    return answer["updateLaunchPhase"]["phase"]["version"], len(data["changes"]["nodes"])


@pytest.mark.parametrize("bad", ["nonsense", "TGF1bmNoUGhhc2U6eA", "", "💥"])
async def test_unknown_ids_give_not_found(admin: GraphQLClient, bad: str) -> None:
    answer = await admin.execute(PHASE, id=bad)
    assert answer.codes == ["BAD_USER_INPUT"]
    result = await activate(admin, bad)
    assert result["errors"][0]["path"] == ["input", "phaseId"]
