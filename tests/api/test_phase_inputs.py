"""Bad input to phases is refused with the field that is wrong (S15, S16)."""

import pytest

from tests.factories.health import Health
from tests.factories.launches import CREATE_PHASE, make_phase
from tests.factories.phases import PHASE, activate
from tests.support.graphql import GraphQLClient


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


@pytest.mark.parametrize("bad", ["nonsense", "TGF1bmNoUGhhc2U6eA", "", "💥"])
async def test_unknown_ids_give_not_found(admin: GraphQLClient, bad: str) -> None:
    answer = await admin.execute(PHASE, id=bad)
    assert answer.codes == ["BAD_USER_INPUT"]
    result = await activate(admin, bad)
    assert result["errors"][0]["path"] == ["input", "phaseId"]
