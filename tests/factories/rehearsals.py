"""Rehearsals, and all that they must not touch."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from db.session import Database
from domain.ids import parse_global_id
from jobs.rehearsals import rehearse
from tests.factories.propagation import runtime_of
from tests.support.graphql import GraphQLClient

RUN = """
  id number kind outcome endedAt
  rehearsal {
    status stage failure judgements detectionSeconds decisionSeconds decidedBy
    steps { percentage exposed people }
    propagation { processes total acked complete completeMs withinBudget slowest }
  }
"""
REHEARSE = f"""mutation ($input: PhaseActionInput!) {{
  rehearseLaunchPhase(input: $input) {{ run {{ {RUN} }} errors {{ code message path }} }} }}"""
NODE = f"query ($id: ID!) {{ node(id: $id) {{ ... on PhaseRun {{ {RUN} }} }} }}"
READINESS = """query ($id: ID!) {
  launchPhase(id: $id) { readiness { checks { key ok blocking detail } } } }"""

# What a rehearsal must leave as it is, row for row.
_UNTOUCHED = (
    "feature_flags",
    "flag_set_version",
    "flag_propagations",
    "launch_phases",
    "launch_phase_flags",
    "phase_run_snapshots",
    "launch_incidents",
    "alert_deliveries",
    "health_check_states",
    "launch_metrics",
    "mails",
    "changes",
)


async def start(client: GraphQLClient, phase: str, **fields: object) -> Any:  # noqa: ANN401 - JSON
    """The payload of a rehearsal that was asked for."""
    answer = await client.data(REHEARSE, input={"phaseId": phase, **fields})
    return answer["rehearseLaunchPhase"]


def run_id(payload: Any) -> UUID:  # noqa: ANN401 - JSON
    """The row behind a payload."""
    parts = parse_global_id(payload["run"]["id"])
    assert parts is not None
    return UUID(parts[1])


async def rehearsed(client: GraphQLClient, phase: str) -> Any:  # noqa: ANN401 - JSON
    """A rehearsal from its start to its end, carried on by the app's own process."""
    runtime = runtime_of(client.app)
    payload = await start(client, phase)
    assert payload["errors"] == []
    await rehearse(runtime.db, runtime.redis, run_id(payload), pause=timedelta(0))
    return (await client.data(NODE, id=payload["run"]["id"]))["node"]


async def production(db: Database) -> dict[str, list[str]]:
    """Every row that a rehearsal has no business with."""
    found = {}
    async with db.read() as session:
        for table in _UNTOUCHED:
            rows = await session.execute(text(f"SELECT t::text FROM {table} t ORDER BY 1"))
            found[table] = [str(row[0]) for row in rows]
    return found


async def readiness(client: GraphQLClient, phase: str) -> Any:  # noqa: ANN401 - JSON
    """The check of the readiness list."""
    checks = (await client.data(READINESS, id=phase))["launchPhase"]["readiness"]["checks"]
    (found,) = [check for check in checks if check["key"] == "rehearsal"]
    return found
