"""What a phase does to its flags: ramps, limits and restores (S18, S20)."""

from db.session import Database
from tests.factories.health import Health
from tests.factories.launches import close_incidents, make_flag, make_phase
from tests.factories.phases import activate, flag_states, roll_back, step
from tests.support.graphql import GraphQLClient

RAMP = [{"percentage": 5, "holdSeconds": 60}, {"percentage": 25}, {"percentage": 100}]


async def test_a_ramp_limits_flags_to_its_step(admin: GraphQLClient, health: Health) -> None:
    """A7, A8: step by step, never beyond the flag's own target."""
    await make_flag(admin, "small_flag", rolloutPercentage=10)
    phase = await make_phase(admin, flags=("wide_flag",), steps=RAMP)
    edit = """mutation ($input: UpdateLaunchPhaseInput!) {
      updateLaunchPhase(input: $input) { errors { message } } }"""
    links = [{"flagKey": "wide_flag"}, {"flagKey": "small_flag"}]
    await admin.data(edit, input={"id": phase, "flags": links})
    result = await activate(admin, phase)
    assert result["phase"]["currentStep"] == {"index": 0, "percentage": 5}
    assert result["phase"]["nextStepAt"] is not None
    assert await flag_states(admin, phase) == {"wide_flag": (True, 5), "small_flag": (True, 5)}
    moved = await step(admin, "advance", phase)
    assert moved["phase"]["currentStep"]["approvedBy"] == {"__typename": "User"}
    assert await flag_states(admin, phase) == {"wide_flag": (True, 25), "small_flag": (True, 10)}


async def test_flags_switched_off_manually_stay_off_while_the_ramp_advances(
    admin: GraphQLClient, health: Health
) -> None:
    phase = await make_phase(admin, flags=("wide_flag",), steps=RAMP)
    await activate(admin, phase)
    off = """mutation { toggleFeatureFlag(input: {key: "wide_flag", enabled: false}) {
      errors { message } } }"""
    await admin.data(off)
    await step(admin, "advance", phase)
    assert (await flag_states(admin, phase))["wide_flag"] == (False, 25)


async def test_restoring_gives_each_flag_its_former_state(
    admin: GraphQLClient, health: Health
) -> None:
    """Decision 6, A14: what was on before the launch is on after it."""
    await make_flag(admin, "was_on", enabled=True, rolloutPercentage=30)
    phase = await make_phase(admin, flags=("was_off",))
    edit = """mutation ($input: UpdateLaunchPhaseInput!) {
      updateLaunchPhase(input: $input) { errors { message } } }"""
    links = [{"flagKey": "was_off"}, {"flagKey": "was_on", "targetPercentage": 80}]
    await admin.data(edit, input={"id": phase, "flags": links})
    await activate(admin, phase)
    assert await flag_states(admin, phase) == {"was_off": (True, 100), "was_on": (True, 80)}
    await roll_back(admin, phase, mode="RESTORE_PREVIOUS")
    assert await flag_states(admin, phase) == {"was_off": (False, 0), "was_on": (True, 30)}


async def test_a_restore_never_switches_on_what_a_human_switched_off(
    admin: GraphQLClient, health: Health
) -> None:
    await make_flag(admin, "was_on", enabled=True, rolloutPercentage=30)
    phase = await make_phase(admin, flags=())
    edit = """mutation ($input: UpdateLaunchPhaseInput!) {
      updateLaunchPhase(input: $input) { errors { message } } }"""
    await admin.data(edit, input={"id": phase, "flags": [{"flagKey": "was_on"}]})
    await activate(admin, phase)
    off = """mutation { toggleFeatureFlag(input: {key: "was_on", enabled: false}) {
      errors { message } } }"""
    await admin.data(off)
    result = await roll_back(admin, phase, mode="RESTORE_PREVIOUS")
    assert (await flag_states(admin, phase))["was_on"][0] is False
    assert "was_on" in result["conflicts"][0]


async def test_a_new_run_after_a_rollback_takes_its_own_snapshot(
    admin: GraphQLClient, db: Database, health: Health
) -> None:
    phase = await make_phase(admin)
    await activate(admin, phase)
    await roll_back(admin, phase)
    await close_incidents(db)
    repeated = await activate(admin, phase)
    assert repeated["run"]["number"] == 2
    assert await flag_states(admin, phase) == {"mvp_supplier_dashboard": (True, 100)}
