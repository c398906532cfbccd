"""Propagation in payloads and events (X5, S97)."""

from typing import Any

from starlette.applications import Starlette

from domain.propagation.propagation import Propagation
from tests.factories.health import Health
from tests.factories.launches import make_flag, make_phase
from tests.factories.phases import activate
from tests.factories.propagation import SPREAD, toggle_flag, wait_for_propagation
from tests.support.graphql import GraphQLClient

ACTIVATE = f"""mutation ($input: ActivateLaunchPhaseInput!) {{
  activateLaunchPhase(input: $input) {{ propagation {{ {SPREAD} }} errors {{ message }} }} }}"""
ROLL_BACK = f"""mutation ($input: RollbackLaunchPhaseInput!) {{
  rollbackLaunchPhase(input: $input) {{ propagation {{ {SPREAD} }} errors {{ message }} }} }}"""
EVENTS = f"""{{ launchEvents(first: 100) {{ nodes {{ __typename
  ... on FlagEvent {{ diff {{ key }} propagation {{ {SPREAD} }} }} }} }} }}"""
ACKNOWLEDGE = "mutation ($version: Int!) { acknowledgeFlags(version: $version) }"


async def roll_back(client: GraphQLClient, phase: str) -> Any:  # noqa: ANN401 - JSON
    answer = await client.data(ROLL_BACK, input={"phaseId": phase, "reason": "no reason"})
    assert answer["rollbackLaunchPhase"]["errors"] == []
    return answer["rollbackLaunchPhase"]["propagation"]


def is_complete(propagation: Propagation) -> bool:
    return propagation.complete


async def test_an_activation_reports_its_propagation(
    app: Starlette, admin: GraphQLClient, health: Health
) -> None:
    phase = await make_phase(admin)
    command = {"phaseId": phase, "acceptWarnings": True}
    answer = await admin.data(ACTIVATE, input=command)
    spread = answer["activateLaunchPhase"]["propagation"]
    propagation = await wait_for_propagation(app, spread["version"], is_complete)
    assert (propagation.acked, propagation.within_budget) == (1, True)


async def test_a_rollback_returns_at_once_and_is_measured_later(
    app: Starlette, admin: GraphQLClient, health: Health
) -> None:
    """S97: the budget is open at first, then true or false."""
    phase = await make_phase(admin)
    await activate(admin, phase)
    spread = await roll_back(admin, phase)
    assert spread["version"] == app.state.runtime.flags.current.version
    assert spread["startedAt"] is not None
    assert (await wait_for_propagation(app, spread["version"], is_complete)).within_budget is True


async def test_repeating_an_action_shows_the_same_version(
    app: Starlette, admin: GraphQLClient, health: Health
) -> None:
    phase = await make_phase(admin)
    await activate(admin, phase)
    first = await roll_back(admin, phase)
    await wait_for_propagation(app, first["version"], is_complete)
    repeated = await roll_back(admin, phase)
    assert (repeated["version"], repeated["complete"]) == (first["version"], True)


async def test_a_phase_without_flags_has_no_propagation(
    admin: GraphQLClient, health: Health
) -> None:
    phase = await make_phase(admin, flags=())
    await activate(admin, phase)
    assert await roll_back(admin, phase) is None


async def test_events_of_flags_show_their_propagation(app: Starlette, admin: GraphQLClient) -> None:
    await make_flag(admin, "mvp_chat")
    version = await toggle_flag(admin, app, "mvp_chat", on=True)
    await wait_for_propagation(app, version, is_complete)
    nodes = (await admin.data(EVENTS))["launchEvents"]["nodes"]
    propagations = [node["propagation"] for node in nodes if node["__typename"] == "FlagEvent"]
    assert [item["version"] for item in propagations] == [version - 1, version]
    assert propagations[-1]["complete"] is True


async def test_only_a_stream_can_be_acknowledged(app: Starlette, visitor: GraphQLClient) -> None:
    """Public and harmless: over HTTP there is no stream, so nothing is counted."""
    for version in (app.state.runtime.flags.current.version, 0, -1, 2**31 - 1):
        assert await visitor.data(ACKNOWLEDGE, version=version) == {"acknowledgeFlags": False}
