"""What each check of the readiness list stands on (X2)."""

from domain.health.health import CheckType
from tests.factories.health import Health
from tests.factories.incidents import report_incident
from tests.factories.launches import make_phase
from tests.support.graphql import GraphQLClient

READINESS = """query ($id: ID!) { launchPhase(id: $id) { readiness { checks {
  key ok evidence {
    __typename ... on HealthCheck { type status } ... on Incident { number } } } } } }"""


async def evidence(client: GraphQLClient, phase: str) -> dict[str, object]:
    """What shows why, by check."""
    checks = (await client.data(READINESS, id=phase))["launchPhase"]["readiness"]["checks"]
    return {check["key"]: check["evidence"] for check in checks}


async def test_each_check_names_its_evidence(
    operator: GraphQLClient, admin: GraphQLClient, health: Health
) -> None:
    phase = await make_phase(admin)
    health.fail(CheckType.EMAIL)
    number = (await report_incident(operator, severity="HIGH"))["incident"]["number"]
    shown = await evidence(operator, phase)
    assert shown["email"] == {"__typename": "HealthCheck", "type": "EMAIL", "status": "CRITICAL"}
    assert shown["incidents"] == {"__typename": "Incident", "number": number}
    assert shown["platforms"] is shown["flags"] is shown["rehearsal"] is None


async def test_readiness_shows_the_same_incidents_as_the_phase(
    admin: GraphQLClient, health: Health
) -> None:
    """M13: the dependents and reports of a phase lead to its incidents, and so does this."""
    phase = await make_phase(admin)
    number = (await report_incident(admin, severity="HIGH"))["incident"]["number"]
    made = await admin.data(
        'mutation { createApiToken(name: "ci", scopes: [LAUNCH_READ]) { secret } }'
    )
    shown = await evidence(admin.as_(made["createApiToken"]["secret"]), phase)
    assert shown["incidents"] == {"__typename": "Incident", "number": number}
    assert shown["database"] == {
        "__typename": "HealthCheck",
        "type": "DATABASE",
        "status": "HEALTHY",
    }
