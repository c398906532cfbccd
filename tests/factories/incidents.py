"""Incidents and their suspects, over the API."""

from typing import Any

from tests.support.graphql import GraphQLClient

_PAYLOAD = """{
  incident {
    id number status severity title occurrences version acknowledgedAt resolvedAt resolutionNotes
    acknowledgedBy { __typename ... on User { email } } assignee { id }
    affectedFeatures { key }
    timeline { nodes { summary ... on IncidentEvent { note } } }
  }
  merged
  errors { code message path ... on VersionConflictError { currentVersion } }
}"""


def _mutation(arguments: str, call: str) -> str:
    return f"mutation ({arguments}) {{ it: {call} {_PAYLOAD} }}"


CREATE = _mutation("$input: CreateIncidentInput!", "createIncident(input: $input)")
UPDATE = _mutation("$input: UpdateIncidentInput!", "updateIncident(input: $input)")
TAKE = _mutation("$id: ID!, $note: String", "acknowledgeIncident(id: $id, note: $note)")
RESOLVE = _mutation(
    "$id: ID!, $notes: String!", "resolveIncident(id: $id, resolutionNotes: $notes)"
)
REOPEN = _mutation("$id: ID!", 'reopenIncident(id: $id, note: "again")')
CLOSE = _mutation("$id: ID!", "closeIncident(id: $id)")
LIST = "{ incidents(status: null) { nodes { number status occurrences } totalCount } }"
SUSPECTS = """
query ($id: ID!, $limit: Int!) {
  node(id: $id) {
    ... on Incident {
      suspects(limit: $limit) { score why confirmedCause change { id action revertible } }
    }
  }
}
"""
REVERT = """
mutation ($id: ID!, $reason: String!) {
  revertChange(changeId: $id, reason: $reason) {
    flag { enabled rolloutPercentage version }
    change { action reason reverts { id } }
    errors { code message path ... on VersionConflictError { changedBy { __typename } } }
  }
}
"""
TOGGLE = """
mutation ($input: ToggleFeatureFlagInput!) {
  toggleFeatureFlag(input: $input) { change { id revertible } errors { code } }
}
"""


async def report_incident(client: GraphQLClient, **fields: object) -> Any:  # noqa: ANN401 - JSON
    """Report an incident and return the payload."""
    sent = {"type": "payment", "severity": "HIGH", "title": "Cards are refused", **fields}
    return (await client.data(CREATE, input=sent))["it"]


async def run_incident_mutation(client: GraphQLClient, document: str, **sent: object) -> Any:  # noqa: ANN401 - JSON
    """Run a mutation that must succeed and return the incident."""
    answer = (await client.data(document, **sent))["it"]
    assert answer["errors"] == []
    return answer["incident"]


async def fetch_suspects(client: GraphQLClient, incident: str, limit: int = 5) -> Any:  # noqa: ANN401
    """Return the suspects of an incident."""
    return (await client.data(SUSPECTS, id=incident, limit=limit))["node"]["suspects"]


async def revert_change(client: GraphQLClient, change: str, reason: str = "suspect") -> Any:  # noqa: ANN401
    """Revert a change and return the payload."""
    return (await client.data(REVERT, id=change, reason=reason))["revertChange"]


async def toggle_flag(client: GraphQLClient, key: str, enabled: bool) -> Any:  # noqa: ANN401 - JSON
    """Toggle a flag and return its change."""
    answer = await client.data(TOGGLE, input={"key": key, "enabled": enabled})
    return answer["toggleFeatureFlag"]["change"]
