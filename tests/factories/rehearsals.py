"""Rehearsals, and the rows that they must not change."""

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

# Tables that a rehearsal must leave unchanged.
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


async def start_rehearsal(client: GraphQLClient, phase: str, **fields: object) -> Any:  # noqa: ANN401 - JSON
    """Start a rehearsal and return the payload."""
    answer = await client.data(REHEARSE, input={"phaseId": phase, **fields})
    return answer["rehearseLaunchPhase"]


def run_id(payload: Any) -> UUID:  # noqa: ANN401 - JSON
    """Return the id of the run in a payload."""
    parts = parse_global_id(payload["run"]["id"])
    assert parts is not None
    return UUID(parts[1])


async def run_rehearsal(client: GraphQLClient, phase: str) -> Any:  # noqa: ANN401 - JSON
    """Run a rehearsal to its end in the app's own process."""
    runtime = runtime_of(client.app)
    payload = await start_rehearsal(client, phase)
    assert payload["errors"] == []
    await rehearse(runtime.db, runtime.redis, run_id(payload), pause=timedelta(0))
    return (await client.data(NODE, id=payload["run"]["id"]))["node"]


async def production_rows(db: Database) -> dict[str, list[str]]:
    """Return all rows that a rehearsal must not change."""
    rows_by_table = {}
    async with db.read() as session:
        for table in _UNTOUCHED:
            rows = await session.execute(text(f"SELECT t::text FROM {table} t ORDER BY 1"))
            rows_by_table[table] = [str(row[0]) for row in rows]
    return rows_by_table


async def readiness(client: GraphQLClient, phase: str) -> Any:  # noqa: ANN401 - JSON
    """Return the rehearsal check of the readiness list."""
    checks = (await client.data(READINESS, id=phase))["launchPhase"]["readiness"]["checks"]
    (rehearsal,) = [check for check in checks if check["key"] == "rehearsal"]
    return rehearsal
