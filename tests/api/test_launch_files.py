"""A launch as a file: what can be planned can be applied, all of it or nothing (A52; L27)."""

from typing import Any

import pytest

from db.session import StatementCounter
from domain.actors import Role, Scope
from services.accounts import api_tokens
from tests.factories.accounts import actor_of, add_user
from tests.factories.health import Health
from tests.factories.launches import make_flag, make_phase
from tests.factories.propagation import runtime_of
from tests.support.graphql import GraphQLClient

_PARTS = """hash changes { kind key isNew fields { name before after } }
  errors { code path message ... on PlanDriftError { changed } }"""
PLAN = f"query ($file: LaunchFileInput!) {{ launchPlan(file: $file) {{ {_PARTS} }} }}"
APPLY = f"""mutation ($file: LaunchFileInput!, $hash: String!) {{
  applyLaunch(file: $file, planHash: $hash, reason: "from a file") {{ {_PARTS} }} }}"""
STATE = """{ featureFlags(first: 10) { nodes { key name rolloutPercentage version } }
  launchPhases { key name flags { flag { key } } steps { percentage } } }"""
CHANGES = "{ changes(first: 50) { nodes { action reason } } }"
FILE: dict[str, Any] = {
    "flags": [{"key": "mvp_chat", "name": "Chat", "rolloutPercentage": 25}],
    "phases": [
        {
            "key": "pilot",
            "name": "Pilot",
            "steps": [{"percentage": 10, "holdSeconds": 600}, {"percentage": 100}],
            "rollbackPlan": {"mode": "RESTORE_PREVIOUS"},
            "flags": [{"flagKey": "mvp_chat"}],
        }
    ],
}


async def plan(client: GraphQLClient, file: object) -> Any:  # noqa: ANN401 - JSON
    return (await client.data(PLAN, file=file))["launchPlan"]


async def apply(client: GraphQLClient, file: object, plan_hash: str) -> Any:  # noqa: ANN401 - JSON
    return (await client.data(APPLY, file=file, hash=plan_hash))["applyLaunch"]


async def test_a_file_is_planned_applied_and_then_changes_nothing(admin: GraphQLClient) -> None:
    empty = await admin.data(STATE)
    planned = await plan(admin, FILE)
    assert planned["errors"] == []
    assert [(item["kind"], item["key"], item["isNew"]) for item in planned["changes"]] == [
        ("FLAG", "mvp_chat", True),
        ("PHASE", "pilot", True),
    ]
    assert await admin.data(STATE) == empty  # a plan changes nothing
    assert (await admin.data(CHANGES))["changes"]["nodes"] == []
    done = await apply(admin, FILE, planned["hash"])
    assert (done["errors"], done["changes"]) == ([], planned["changes"])
    repeated = await plan(admin, FILE)
    assert (repeated["errors"], repeated["changes"]) == ([], [])
    reasons = {node["reason"] for node in (await admin.data(CHANGES))["changes"]["nodes"]}
    assert "from a file" in reasons


async def test_applying_a_file_changes_only_differences(admin: GraphQLClient) -> None:
    await apply(admin, FILE, (await plan(admin, FILE))["hash"])
    changed = {"flags": [{**FILE["flags"][0], "name": "Chat!"}], "phases": FILE["phases"]}
    planned = await plan(admin, changed)
    assert planned["changes"] == [
        {
            "kind": "FLAG",
            "key": "mvp_chat",
            "isNew": False,
            "fields": [{"name": "name", "before": "Chat", "after": "Chat!"}],
        }
    ]


async def test_all_errors_of_a_file_are_reported_with_their_path(admin: GraphQLClient) -> None:
    """L27: such files were planned, and stopped half-way when they were applied."""
    bad = {
        "flags": [
            {"key": "mvp_good", "name": "Good"},
            {"key": "Bad Key", "name": "Bad"},
            {"key": "mvp_nameless"},
        ],
        "phases": [
            {
                "key": "pilot",
                "name": "Pilot",
                "steps": [{"percentage": 50}, {"percentage": 5}],
                "rollbackPlan": {"drainSeconds": 3},
                "flags": [{"flagKey": "mvp_good"}, {"flagKey": "nope"}],
            }
        ],
    }
    errors = (await plan(admin, bad))["errors"]
    assert [".".join(error["path"]) for error in errors] == [
        "file.flags.1.key",
        "file.flags.2.name",
        "file.phases.0.steps.1.percentage",
        "file.phases.0.rollbackPlan.drainSeconds",
        "file.phases.0.flags.1.flagKey",
    ]
    before = await admin.data(STATE)
    assert (await apply(admin, bad, "x"))["errors"] == errors
    assert await admin.data(STATE) == before  # mvp_good is not made either


async def test_null_repeated_and_misplaced_values_are_reported_together(
    admin: GraphQLClient,
) -> None:
    """Each of these hid all others, and the null named no place in the file."""
    file = {
        "flags": [
            {"key": "mvp_chat", "name": None, "enabled": None},
            {"key": "mvp_maps", "name": "Maps", "targetGroups": ["a b", "vip", "c d"]},
            {"key": "mvp_maps", "name": "Maps again"},
        ],
        "phases": [
            {"key": "pilot", "name": "Pilot", "cohort": None},
            {
                "key": "pilot",
                "name": "Pilot",
                "plannedStartAt": "2027-05-02T00:00:00Z",
                "plannedEndAt": "2027-05-01T00:00:00Z",
                "steps": [{"percentage": 50}, {"percentage": 5}],
            },
        ],
    }
    errors = (await plan(admin, file))["errors"]
    assert [".".join(error["path"]) for error in errors] == [
        "file.flags.0.name",
        "file.flags.0.enabled",
        "file.flags.1.targetGroups",
        "file.flags.1.targetGroups",
        "file.flags.2.key",
        "file.phases.0.cohort",
        "file.phases.1.plannedEndAt",
        "file.phases.1.steps.1.percentage",
    ]
    assert (await apply(admin, file, "x"))["errors"] == errors


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ({"flags": [{"key": "a_b", "name": "A", "rolloutPercentage": 500}]}, "percentage"),
        ({"flags": [{"key": "a_b", "name": 12}]}, "String cannot represent"),
        ({"phases": [{"key": "a_b", "steps": [{"percentage": 5, "hold": 1}]}]}, "\"hold\"|'hold'"),
        ({"phases": [{"key": "a_b", "rollbackPlan": {"colour": 1}}]}, "colour"),
        ({"phases": [{"key": "a_b", "successCriteria": [{"kee": "x"}]}]}, "kee"),
        ({"flagz": []}, "flagz"),
    ],
)
async def test_types_and_unknown_fields_are_refused_at_any_depth(
    admin: GraphQLClient, file: object, expected: str
) -> None:
    answer = await admin.execute(PLAN, file=file)
    text = " ".join(error["message"] for error in answer.body["errors"])
    assert any(part in text for part in expected.split("|"))


async def test_duplicate_keys_in_a_file_are_refused(admin: GraphQLClient) -> None:
    flag = FILE["flags"][0]
    (error,) = (await plan(admin, {"flags": [flag, flag]}))["errors"]
    assert (error["code"], error["path"]) == ("INVALID", ["file", "flags", "1", "key"])


async def test_applying_requires_the_hash_of_the_plan(admin: GraphQLClient) -> None:
    await make_flag(admin, "mvp_chat", rolloutPercentage=5)
    await make_phase(admin, "pilot", flags=("mvp_maps",))
    planned = await plan(admin, FILE)
    await admin.data("""mutation { updateFeatureFlag(
      input: { key: "mvp_chat", rolloutPercentage: 7 }) { errors { code } } }""")
    before = await admin.data(STATE)
    (error,) = (await apply(admin, FILE, planned["hash"]))["errors"]
    assert (error["code"], error["changed"]) == ("PLAN_DRIFT", ["flag mvp_chat"])
    assert await admin.data(STATE) == before
    assert (await apply(admin, FILE, (await plan(admin, FILE))["hash"]))["errors"] == []


async def test_locked_fields_of_a_live_phase_are_refused(
    admin: GraphQLClient, health: Health
) -> None:
    await apply(admin, FILE, (await plan(admin, FILE))["hash"])
    answer = await admin.data("""mutation { activateLaunchPhase(
      input: { key: "pilot", acceptWarnings: true }) { errors { code message } } }""")
    assert answer["activateLaunchPhase"]["errors"] == []
    changed = {"phases": [{"key": "pilot", "steps": [{"percentage": 3}]}]}
    (error,) = (await plan(admin, changed))["errors"]
    assert (error["code"], error["path"]) == ("LOCKED", ["file", "phases", "0", "steps"])


@pytest.mark.parametrize("fields", [{"rolloutPercentage": 3}, {"enabled": True}])
async def test_a_file_does_not_reach_into_a_live_run(
    admin: GraphQLClient, fields: dict[str, object]
) -> None:
    """L8, D1: a limit of the run is no value of the owner, and would be planned again for ever."""
    await make_phase(admin, "pilot", flags=("mvp_maps",), steps=[{"percentage": 10}])
    await activate_pilot(admin)
    (error,) = (await plan(admin, {"flags": [{"key": "mvp_maps", **fields}]}))["errors"]
    assert (error["code"], error["path"]) == ("LOCKED", ["file", "flags", "0", *fields])
    assert (await plan(admin, {"flags": [{"key": "mvp_maps", "name": "M"}]}))["errors"] == []


async def test_zero_percent_in_a_file_is_kept(admin: GraphQLClient) -> None:
    """L10: nobody sees what a file switches on at 0 %, and the plan shows what a default does."""
    await make_flag(admin, "mvp_chat")
    file = {"flags": [{"key": "mvp_chat", "enabled": True, "rolloutPercentage": 0}]}
    assert await settled(admin, file) == {"enabled": True, "rolloutPercentage": 0}
    await make_flag(admin, "mvp_maps")
    file = {"flags": [{"key": "mvp_maps", "enabled": True}]}
    (change,) = (await plan(admin, file))["changes"]
    assert [item["name"] for item in change["fields"]] == ["enabled", "rolloutPercentage"]
    assert await settled(admin, file) == {"enabled": True, "rolloutPercentage": 100}


async def test_a_file_matches_the_values_that_a_run_left(admin: GraphQLClient) -> None:
    """L27: after a launch the owner's values follow the file, and no plan stays open."""
    await make_phase(admin, "pilot", flags=("mvp_maps",))
    await activate_pilot(admin)
    await admin.data(
        """mutation { completeLaunchPhase(input: { key: "pilot" }) { errors { code } } }"""
    )
    file = {"flags": [{"key": "mvp_maps", "enabled": True, "rolloutPercentage": 100}]}
    assert await settled(admin, file) == {"enabled": True, "rolloutPercentage": 100}


async def test_a_file_does_not_switch_on_what_a_rollback_switched_off(admin: GraphQLClient) -> None:
    await make_phase(admin, "pilot", flags=())
    await make_flag(admin, "mvp_maps", enabled=True)
    await admin.data("""mutation { updateLaunchPhase(
      input: { key: "pilot", flags: [{ flagKey: "mvp_maps" }] }) { errors { code } } }""")
    await activate_pilot(admin)
    await admin.data("""mutation { rollbackLaunchPhase(
      input: { key: "pilot", reason: "Fire", mode: DISABLE_ALL }) { errors { code } } }""")
    file = {"flags": [{"key": "mvp_maps", "enabled": True, "rolloutPercentage": 50}]}
    assert await settled(admin, file) == {"enabled": False, "rolloutPercentage": 50}


async def activate_pilot(admin: GraphQLClient) -> None:
    answer = await admin.data("""mutation { activateLaunchPhase(
      input: { key: "pilot", acceptWarnings: true }) { errors { code } } }""")
    assert answer["activateLaunchPhase"]["errors"] == []


async def settled(admin: GraphQLClient, file: dict[str, Any]) -> dict[str, Any]:
    """What is in force of the only flag of a file once nothing is left to apply."""
    assert (await apply(admin, file, (await plan(admin, file))["hash"]))["errors"] == []
    repeated = await plan(admin, file)
    assert (repeated["changes"], repeated["errors"]) == ([], [])
    key = file["flags"][0]["key"]
    query = "query ($key: String!) { featureFlag(key: $key) { enabled rolloutPercentage } }"
    flag: dict[str, Any] = (await admin.data(query, key=key))["featureFlag"]
    return flag


async def test_the_statements_of_flags_do_not_grow_with_the_file(admin: GraphQLClient) -> None:
    """500 new flags took ten seconds, the deadline, while others used the server."""
    needed = []
    await plan(admin, {})  # who asks is known from now on
    for count in (2, 40):
        keys = [f"of_{count}_{index}" for index in range(count)]
        for name in ("New", "Renamed"):
            file = {"flags": [{"key": key, "name": name} for key in keys]}
            counter = StatementCounter(runtime_of(admin.app).db)
            planned = await plan(admin, file)
            needed.append(len(counter.statements))
            counter.stop()
            assert [item["key"] for item in planned["changes"]] == keys
            assert (await apply(admin, file, planned["hash"]))["errors"] == []
    assert needed[:2] == needed[2:]


async def test_planning_requires_read_and_applying_write_scopes(
    viewer: GraphQLClient, admin: GraphQLClient
) -> None:
    planned = await plan(viewer, FILE)
    assert planned["errors"] == []
    assert (await viewer.execute(APPLY, file=FILE, hash=planned["hash"])).codes == ["FORBIDDEN"]
    db = runtime_of(admin.app).db
    async with db.write() as uow:
        maker = actor_of(await add_user(db, Role.ADMIN))
        token = await api_tokens.create_token(uow, maker, "half", [Scope.LAUNCH_ADMIN])
    half = admin.as_(token.secret)
    (error,) = (await apply(half, FILE, planned["hash"]))["errors"]
    assert (error["code"], error["path"]) == ("FORBIDDEN", ["file", "flags"])
