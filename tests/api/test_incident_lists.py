"""Which incidents a list finds, and what one tells of itself (S28, S56, A33, A35)."""

import re

import pytest

from tests.factories.incidents import CLOSE, RESOLVE, TAKE, UPDATE, moved, report, toggled
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


async def titles(client: GraphQLClient, **wanted: object) -> list[str]:
    found = (await client.data(FILTERED, **wanted))["incidents"]
    return [node["title"] for node in found["nodes"]]


@pytest.fixture
async def four(admin: GraphQLClient, clock: Clock) -> str:
    """Incidents a to d, c and d of a phase, a LOW, d resolved; gives the phase."""
    phase = await make_phase(admin, flags=())
    for title, severity in (("a", "LOW"), ("b", "HIGH"), ("c", "HIGH"), ("d", "CRITICAL")):
        of = phase if title in "cd" else None
        made = await report(admin, title=title, severity=severity, phaseId=of)
        clock.advance(1)
    await moved(admin, RESOLVE, id=made["incident"]["id"], notes="over")
    return phase


async def test_the_list_is_filtered(admin: GraphQLClient, four: str) -> None:
    assert await titles(admin, status=None) == ["d", "c", "b", "a"]
    assert await titles(admin, status=["OPEN"]) == ["c", "b", "a"]
    assert await titles(admin, status=["OPEN"], severity=["HIGH", "CRITICAL"]) == ["c", "b"]
    assert await titles(admin, status=None, phase=four) == ["d", "c"]
    assert await titles(admin, status=["OPEN"], severity=["LOW"], phase=four) == []
    assert await titles(admin, status=None, severity=[]) == []


async def test_one_is_found_by_its_number(admin: GraphQLClient, four: str) -> None:
    number = (await admin.data("{ incidents(first: 1) { nodes { number } } }"))["incidents"]
    found = await titles(admin, status=None, number=number["nodes"][0]["number"])
    assert found == ["c"]
    assert await titles(admin, status=None, number=2**31 - 1) == []


async def test_pages_follow_each_other(admin: GraphQLClient, four: str) -> None:
    wanted = {"status": None, "severity": ["HIGH", "CRITICAL"], "first": 2}
    page = (await admin.data(FILTERED, **wanted))["incidents"]
    assert [node["title"] for node in page["nodes"]] == ["d", "c"]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (3, True)
    after = page["pageInfo"]["endCursor"]
    assert await titles(admin, **wanted, after=after) == ["b"]


async def test_a_timeline_tells_what_happened_around(admin: GraphQLClient, clock: Clock) -> None:
    """A33: the change before it, its own moves; not what came long before or after its end."""
    await make_flag(admin, "chat")
    clock.advance(3600)
    await toggled(admin, "chat", True)
    incident = (await report(admin, affectedFeatures=["chat"]))["incident"]
    await toggled(admin, "chat", False)
    await moved(admin, RESOLVE, id=incident["id"], notes="off again")
    clock.advance(1)
    await toggled(admin, "chat", True)
    await moved(admin, CLOSE, id=incident["id"])
    nodes = (await admin.data(TIMELINE, id=incident["id"]))["node"]["timeline"]["nodes"]
    kinds = [node["__typename"].removesuffix("Event") for node in nodes]
    assert kinds == ["Flag", "Incident", "Flag", "Incident", "Incident"]


async def test_the_flags_of_others_are_not_in_a_timeline(admin: GraphQLClient) -> None:
    await make_flag(admin, "mail")
    incident = (await report(admin))["incident"]
    await toggled(admin, "mail", True)
    nodes = (await admin.data(TIMELINE, id=incident["id"]))["node"]["timeline"]["nodes"]
    assert [node["__typename"] for node in nodes] == ["IncidentEvent"]


async def test_a_timeline_has_pages(admin: GraphQLClient) -> None:
    key = (await report(admin))["incident"]["id"]
    for note in ("one", "two", "three"):
        await moved(admin, UPDATE, input={"id": key, "note": note})
    page = (await admin.data(TIMELINE, id=key, first=3))["node"]["timeline"]
    assert (len(page["nodes"]), page["pageInfo"]["hasNextPage"]) == (3, True)
    after = page["pageInfo"]["endCursor"]
    rest = (await admin.data(TIMELINE, id=key, first=3, after=after))["node"]["timeline"]
    assert (len(rest["nodes"]), rest["pageInfo"]["hasNextPage"]) == (1, False)
    assert rest["nodes"][0]["cursor"] not in {node["cursor"] for node in page["nodes"]}


async def test_a_rollback_leaves_a_checklist(admin: GraphQLClient, health: object) -> None:
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


async def test_a_report_tells_all_of_it(admin: GraphQLClient, clock: Clock) -> None:
    """A35."""
    await make_flag(admin, "chat")
    await toggled(admin, "chat", True)
    clock.advance(30)
    sent = {"affectedFeatures": ["chat"], "userImpact": "Nobody can pay"}
    key = (await report(admin, **sent))["incident"]["id"]
    await moved(admin, TAKE, id=key, note="on it")
    await moved(admin, RESOLVE, id=key, notes="new cards")
    found = (await admin.data(REPORT, id=key))["node"]["report"]
    for part in ("Cards are refused", "Nobody can pay", "new cards", "on it"):
        assert part in found
    (before,) = re.findall(r"(\d+) s before", found)
    assert 30 <= int(before) < 60
