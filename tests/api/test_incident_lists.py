"""Which incidents a list finds, and what one tells of itself (S28, S56, A33, A35)."""

import re

import pytest

from tests.factories.incidents import (
    CLOSE,
    RESOLVE,
    TAKE,
    UPDATE,
    report_incident,
    run_incident_mutation,
    toggle_flag,
)
from tests.factories.launches import make_flag, make_phase
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

FILTERED = """
query ($first: Int, $after: String, $status: [IncidentStatus!], $severity: [Severity!],
       $phase: ID, $number: Int) {
  incidents(first: $first, after: $after, status: $status, severity: $severity,
            phaseId: $phase, number: $number) {
    nodes { title } totalCount pageInfo { hasNextPage endCursor }
  }
}
"""
TIMELINE = """
query ($id: ID!, $first: Int, $after: String) {
  node(id: $id) { ... on Incident {
    timeline(first: $first, after: $after) {
      nodes { __typename summary cursor } pageInfo { hasNextPage endCursor }
    }
  } }
}
"""
REPORT = "query ($id: ID!) { node(id: $id) { ... on Incident { report } } }"
ROLL_BACK = """
mutation ($id: ID!) {
  rollbackLaunchPhase(input: {phaseId: $id, reason: "Logins fail"}) {
    incident { id type severity title description affectedFeatures { key } } errors { message }
  }
}
"""
ACTIVATE = """
mutation ($id: ID!) {
  activateLaunchPhase(input: {phaseId: $id, acceptWarnings: true}) { errors { message } }
}
"""


async def titles(client: GraphQLClient, **filters: object) -> list[str]:
    incidents = (await client.data(FILTERED, **filters))["incidents"]
    return [node["title"] for node in incidents["nodes"]]


@pytest.fixture
async def four(admin: GraphQLClient, clock: Clock) -> str:
    """Incidents a to d, c and d of a phase, a LOW, d resolved; gives the phase."""
    phase = await make_phase(admin, flags=())
    for title, severity in (("a", "LOW"), ("b", "HIGH"), ("c", "HIGH"), ("d", "CRITICAL")):
        of = phase if title in "cd" else None
        made = await report_incident(admin, title=title, severity=severity, phaseId=of)
        clock.advance(1)
    await run_incident_mutation(admin, RESOLVE, id=made["incident"]["id"], notes="over")
    return phase


async def test_incidents_are_filtered(admin: GraphQLClient, four: str) -> None:
    assert await titles(admin, status=None) == ["d", "c", "b", "a"]
    assert await titles(admin, status=["OPEN"]) == ["c", "b", "a"]
    assert await titles(admin, status=["OPEN"], severity=["HIGH", "CRITICAL"]) == ["c", "b"]
    assert await titles(admin, status=None, phase=four) == ["d", "c"]
    assert await titles(admin, status=["OPEN"], severity=["LOW"], phase=four) == []
    assert await titles(admin, status=None, severity=[]) == []


async def test_incidents_are_found_by_number(admin: GraphQLClient, four: str) -> None:
    number = (await admin.data("{ incidents(first: 1) { nodes { number } } }"))["incidents"]
    titles_by_number = await titles(admin, status=None, number=number["nodes"][0]["number"])
    assert titles_by_number == ["c"]
    assert await titles(admin, status=None, number=2**31 - 1) == []


async def test_incidents_are_paged(admin: GraphQLClient, four: str) -> None:
    filters = {"status": None, "severity": ["HIGH", "CRITICAL"], "first": 2}
    page = (await admin.data(FILTERED, **filters))["incidents"]
    assert [node["title"] for node in page["nodes"]] == ["d", "c"]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (3, True)
    after = page["pageInfo"]["endCursor"]
    assert await titles(admin, **filters, after=after) == ["b"]


async def test_a_timeline_contains_events_around_the_incident(
    admin: GraphQLClient, clock: Clock
) -> None:
    """A33: the change before it, its own moves; not what came long before or after its end."""
    await make_flag(admin, "chat")
    clock.advance(3600)
    await toggle_flag(admin, "chat", True)
    incident = (await report_incident(admin, affectedFeatures=["chat"]))["incident"]
    await toggle_flag(admin, "chat", False)
    await run_incident_mutation(admin, RESOLVE, id=incident["id"], notes="off again")
    clock.advance(1)
    await toggle_flag(admin, "chat", True)
    await run_incident_mutation(admin, CLOSE, id=incident["id"])
    nodes = (await admin.data(TIMELINE, id=incident["id"]))["node"]["timeline"]["nodes"]
    kinds = [node["__typename"].removesuffix("Event") for node in nodes]
    assert kinds == ["Flag", "Incident", "Flag", "Incident", "Incident"]


async def test_a_timeline_omits_unrelated_flags(admin: GraphQLClient) -> None:
    await make_flag(admin, "mail")
    incident = (await report_incident(admin))["incident"]
    await toggle_flag(admin, "mail", True)
    nodes = (await admin.data(TIMELINE, id=incident["id"]))["node"]["timeline"]["nodes"]
    assert [node["__typename"] for node in nodes] == ["IncidentEvent"]


async def test_timelines_are_paged(admin: GraphQLClient) -> None:
    key = (await report_incident(admin))["incident"]["id"]
    for note in ("one", "two", "three"):
        await run_incident_mutation(admin, UPDATE, input={"id": key, "note": note})
    page = (await admin.data(TIMELINE, id=key, first=3))["node"]["timeline"]
    assert (len(page["nodes"]), page["pageInfo"]["hasNextPage"]) == (3, True)
    after = page["pageInfo"]["endCursor"]
    rest = (await admin.data(TIMELINE, id=key, first=3, after=after))["node"]["timeline"]
    assert (len(rest["nodes"]), rest["pageInfo"]["hasNextPage"]) == (1, False)
    assert rest["nodes"][0]["cursor"] not in {node["cursor"] for node in page["nodes"]}


async def test_a_rollback_adds_its_manual_steps_to_the_incident(
    admin: GraphQLClient, health: object
) -> None:
    """S55, S56: what is left to do by hand stands in its incident."""
    plan = {"manualSteps": ["Tell support", "Empty the CDN"]}
    phase = await make_phase(admin, rollbackPlan=plan)
    await admin.data(ACTIVATE, id=phase)
    incident = (await admin.data(ROLL_BACK, id=phase))["rollbackLaunchPhase"]["incident"]
    assert (incident["type"], incident["severity"]) == ("phase_rollback", "HIGH")
    steps = "By hand:\n- [ ] Tell support\n- [ ] Empty the CDN"
    assert incident["description"] == f"Logins fail\n\n{steps}"
    report = (await admin.data(REPORT, id=incident["id"]))["node"]["report"]
    assert "- [ ] Tell support\n- [ ] Empty the CDN" in report
    assert "Phase Mvp\\_Launch rolled back: Logins fail" in report


async def test_a_report_contains_the_whole_incident(admin: GraphQLClient, clock: Clock) -> None:
    """Requirement A35."""
    await make_flag(admin, "chat")
    await toggle_flag(admin, "chat", True)
    clock.advance(30)
    sent = {"affectedFeatures": ["chat"], "userImpact": "Nobody can pay"}
    key = (await report_incident(admin, **sent))["incident"]["id"]
    await run_incident_mutation(admin, TAKE, id=key, note="on it")
    await run_incident_mutation(admin, RESOLVE, id=key, notes="new cards")
    report = (await admin.data(REPORT, id=key))["node"]["report"]
    for part in ("Cards are refused", "Nobody can pay", "new cards", "on it"):
        assert part in report
    (before,) = re.findall(r"(\d+) s before", report)
    assert 30 <= int(before) < 60
