"""Phases and what operators do with them, over the API."""

from typing import Any

from tests.support.graphql import GraphQLClient

ACTIVATE = """
mutation ($input: ActivateLaunchPhaseInput!) {
  activateLaunchPhase(input: $input) {
    phase { status version startedAt currentStep { index percentage } nextStepAt availableActions }
    run { id number activatedBy { ... on User { email } } }
    errors {
      __typename code message path
      ... on NotReadyError { readiness { verdict checks { key ok blocking detail } } }
    }
  }
}
"""
ROLLBACK = """
mutation ($input: RollbackLaunchPhaseInput!) {
  rollbackLaunchPhase(input: $input) {
    phase { status endedAt }
    incident {
      number type severity title description status userImpact
      affectedFeatures { key } phase { key }
    }
    restored { key before { enabled } after { enabled rolloutPercentage } }
    conflicts
    errors { code message path }
  }
}
"""
STEP = """
mutation ($input: PhaseActionInput!) {
  %s(input: $input) {
    phase { status version currentStep { index percentage approvedBy { __typename } } }
    errors { code message path }
  }
}
"""
PHASE = """
query ($id: ID) {
  launchPhase(id: $id) {
    key status version flags { flag { key enabled rolloutPercentage } targetPercentage }
  }
}
"""


async def activate(client: GraphQLClient, phase_id: str, **more: object) -> Any:  # noqa: ANN401
    """Activate a phase and return the payload."""
    sent = {"phaseId": phase_id, "acceptWarnings": True, **more}
    return (await client.data(ACTIVATE, input=sent))["activateLaunchPhase"]


async def roll_back(client: GraphQLClient, phase_id: str, **more: object) -> Any:  # noqa: ANN401
    """Roll a phase back and return the payload."""
    sent = {"phaseId": phase_id, "reason": "Critical authentication issue", **more}
    return (await client.data(ROLLBACK, input=sent))["rollbackLaunchPhase"]


async def step(client: GraphQLClient, action: str, phase_id: str, **more: object) -> Any:  # noqa: ANN401
    """Pause, resume, advance or complete a phase; return the payload."""
    name = f"{action}LaunchPhase"
    return (await client.data(STEP % name, input={"phaseId": phase_id, **more}))[name]


async def flag_states(client: GraphQLClient, phase_id: str) -> dict[str, tuple[bool, float]]:
    """Return whether each flag of a phase is enabled, and its percentage."""
    phase = (await client.data(PHASE, id=phase_id))["launchPhase"]
    flags = [link["flag"] for link in phase["flags"]]
    return {flag["key"]: (flag["enabled"], flag["rolloutPercentage"]) for flag in flags}


async def sees(client: GraphQLClient, key: str) -> bool:
    """Tell whether a caller gets a flag."""
    flags = (await client.data("{ viewerFlags { flags { key value } } }"))["viewerFlags"]["flags"]
    return bool(next(flag["value"] for flag in flags if flag["key"] == key))
