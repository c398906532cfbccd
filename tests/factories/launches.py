"""Flags and phases, created over the API."""

from typing import Any

from sqlalchemy import update

from db.models.incidents import IncidentEpisode, LaunchIncident
from db.session import Database
from domain.incidents.incidents import IncidentStatus
from tests.support.graphql import GraphQLClient

CREATE_FLAG = """
mutation ($input: CreateFeatureFlagInput!) {
  createFeatureFlag(input: $input) {
    flag { id key enabled rolloutPercentage targetGroups version }
    warnings
    change { id action }
    errors { __typename code message path }
  }
}
"""

CREATE_PHASE = """
mutation ($input: CreateLaunchPhaseInput!) {
  createLaunchPhase(input: $input) {
    phase { id key version status steps { percentage } }
    errors { __typename code message path }
  }
}
"""


async def make_flag(client: GraphQLClient, key: str, **fields: object) -> Any:  # noqa: ANN401
    """Create a flag and return it."""
    answer = await client.data(CREATE_FLAG, input={"key": key, "name": key.title(), **fields})
    assert answer["createFeatureFlag"]["errors"] == []
    return answer["createFeatureFlag"]["flag"]


async def make_phase(
    client: GraphQLClient,
    key: str = "mvp_launch",
    flags: tuple[str, ...] = ("mvp_supplier_dashboard",),
    **fields: object,
) -> str:
    """Create a phase and its flags and return its id."""
    for flag in flags:
        await make_flag(client, flag)
    links = [{"flagKey": flag, "position": index} for index, flag in enumerate(flags)]
    sent = {"key": key, "name": key.title(), "flags": links, **fields}
    answer = await client.data(CREATE_PHASE, input=sent)
    assert answer["createLaunchPhase"]["errors"] == []
    return str(answer["createLaunchPhase"]["phase"]["id"])


async def close_incidents(db: Database) -> None:
    """Resolve all incidents without events, as a clean start."""
    async with db.write() as uow:
        await uow.session.execute(
            update(LaunchIncident).values(status=IncidentStatus.RESOLVED, resolved_at=uow.now)
        )
        await uow.session.execute(update(IncidentEpisode).values(ended_at=uow.now))
