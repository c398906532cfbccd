"""Health in the graph (S25, S46, A27)."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from starlette.applications import Starlette

from db.session import Database, StatementCounter
from domain.health.health import CheckType, Outcome
from schema.context import Runtime
from tests.factories.health import PROBES, Health
from tests.factories.incidents import RESOLVE, report_incident
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

QUERY = """
query {
  systemHealth {
    cursor at overall changed
    checks {
      id name type status responseTimeMs errorMessage details checkedAt since stale
      consecutiveFailures flapping uptime
    }
  }
}
"""


@pytest.fixture
def runtime(app: Starlette, health: Health) -> Runtime:
    """The parts of the running app; its checks are fakes that pass."""
    runtime: Runtime = app.state.runtime
    return runtime


async def test_all_checks_are_unknown_before_the_first_round(
    runtime: Runtime, viewer: GraphQLClient
) -> None:
    """S5: five checks, all UNKNOWN, and nothing fails."""
    health = (await viewer.data(QUERY))["systemHealth"]
    assert health["overall"] == "UNKNOWN"
    assert [check["name"] for check in health["checks"]] == [
        "Database",
        "API Endpoints",
        "Authentication",
        "Email Services",
        "Realtime",
    ]
    assert {check["uptime"] for check in health["checks"]} == {None}


async def test_a_round_shows_the_worst_check_with_evidence(
    runtime: Runtime, viewer: GraphQLClient, health: Health
) -> None:
    """S25: the worst of all checks, each with its evidence."""
    health.fail(CheckType.EMAIL)
    await runtime.health.ensure_fresh()
    shown = (await viewer.data(QUERY))["systemHealth"]
    email = next(check for check in shown["checks"] if check["type"] == "EMAIL")
    assert (shown["overall"], email["status"], email["uptime"]) == ("CRITICAL", "CRITICAL", 0)
    assert (email["errorMessage"], email["consecutiveFailures"]) == ("told to fail", 2)


async def test_uptime_of_all_checks_is_one_statement(
    runtime: Runtime, viewer: GraphQLClient
) -> None:
    """R8: five checks with uptime cost as much as one."""
    await runtime.health.tick()
    counter = StatementCounter(runtime.db)
    await viewer.data(QUERY)
    counter.stop()
    assert sum("system_health_checks" in statement for statement in counter.statements) == 1


GAP = "{ systemHealth { maxGapSeconds } }"


async def longest_gap(viewer: GraphQLClient) -> float | None:
    max_gap_seconds: float | None = (await viewer.data(GAP))["systemHealth"]["maxGapSeconds"]
    return max_gap_seconds


async def test_the_longest_gap_between_rounds_is_shown(
    runtime: Runtime, viewer: GraphQLClient, clock: Clock
) -> None:
    """S98: between rounds, and since the last one."""
    assert await longest_gap(viewer) is None
    for seconds in (30, 41, 33):
        await runtime.health.tick()
        clock.advance(seconds)
    assert await longest_gap(viewer) == pytest.approx(41, abs=1)
    clock.advance(20)
    assert await longest_gap(viewer) == pytest.approx(53, abs=1)


async def test_the_gap_of_a_single_stopped_check_is_shown(
    runtime: Runtime, viewer: GraphQLClient, clock: Clock, db: Database
) -> None:
    """L4, S98: the others go on, and do not hide it."""
    for _ in range(4):
        await runtime.health.tick()
        clock.advance(30)
    async with db.engine.begin() as connection:
        await connection.execute(
            text(
                "DELETE FROM system_health_checks WHERE check_type = 'email' AND checked_at > :at"
            ),
            {"at": clock() - timedelta(seconds=100)},
        )
    assert await longest_gap(viewer) == pytest.approx(120, abs=1)


async def test_health_requires_its_scope(
    runtime: Runtime, visitor: GraphQLClient, supplier: GraphQLClient
) -> None:
    """A53: HEALTH_READ."""
    assert (await visitor.execute(QUERY)).codes == ["UNAUTHENTICATED"]
    assert (await supplier.execute(QUERY)).codes == ["FORBIDDEN"]


async def test_history_of_all_checks_is_one_statement(
    runtime: Runtime, viewer: GraphQLClient
) -> None:
    """A27: slots of one size, the last of which holds this round."""
    await runtime.health.tick()
    counter = StatementCounter(runtime.db)
    document = "{ systemHealth { checks { history(window: LAST_1H) { samples uptime } } } }"
    checks = (await viewer.data(document))["systemHealth"]["checks"]
    counter.stop()
    assert [check["history"][-1] for check in checks] == [{"samples": 1, "uptime": 100}] * 5
    assert {len(check["history"]) for check in checks} == {61}
    assert sum("system_health_checks" in statement for statement in counter.statements) == 1


async def test_an_incident_with_user_impact_changes_the_public_status(
    runtime: Runtime, visitor: GraphQLClient, operator: GraphQLClient, health: Health
) -> None:
    """M15; without an impact on users it is the team's alone."""
    document = "{ systemStatus { status effects } }"
    await runtime.health.ensure_fresh()
    await report_incident(operator)
    assert (await visitor.data(document))["systemStatus"]["status"] == "OPERATIONAL"
    reported = await report_incident(
        operator, userImpact="Suppliers cannot invite by sarah@example.com"
    )
    assert (await visitor.data(document))["systemStatus"] == {
        "status": "DEGRADED",
        "effects": ["Some features do not work as usual. Our team is working on it."],
    }
    await operator.data(RESOLVE, id=reported["incident"]["id"], notes="Mended")
    assert (await visitor.data(document))["systemStatus"]["status"] == "OPERATIONAL"


async def test_the_public_status_is_open_to_everyone(
    runtime: Runtime, visitor: GraphQLClient, health: Health, clock: Clock
) -> None:
    """S113, A34: a summary without internals, from the newest samples and no copy of its own."""
    document = "{ systemStatus { status effects } }"
    health.fail(CheckType.EMAIL)
    await runtime.health.ensure_fresh()
    assert (await visitor.data(document))["systemStatus"] == {
        "status": "DEGRADED",
        "effects": ["E-mails are delayed; links to hand over work."],
    }
    PROBES[CheckType.EMAIL].outcome = Outcome.PASSED
    for _ in range(2):
        clock.advance(31)
        await runtime.health.tick()
    assert (await visitor.data(document))["systemStatus"] == {
        "status": "OPERATIONAL",
        "effects": [],
    }


async def test_badges_are_public_and_cached(
    runtime: Runtime, visitor: GraphQLClient, health: Health
) -> None:
    """A27: a status or an uptime, asked for again only where it changed, and no reasons."""
    health.fail(CheckType.EMAIL)
    await runtime.health.ensure_fresh()
    replies = {
        path: await visitor.raw("GET", f"/badge/{path}")
        for path in ("email.svg", "overall.svg", "database.svg", "database.svg?uptime=7d")
    }
    assert {reply.headers["content-type"] for reply in replies.values()} == {"image/svg+xml"}
    assert "email services: critical" in replies["email.svg"].text
    assert "overall: critical" in replies["overall.svg"].text
    assert "database 7d: 100 %" in replies["database.svg?uptime=7d"].text
    assert "told to fail" not in replies["email.svg"].text
    assert replies["email.svg"].headers["cross-origin-resource-policy"] == "cross-origin"
    seen = {"if-none-match": replies["email.svg"].headers["etag"]}
    assert (await visitor.raw("GET", "/badge/email.svg", headers=seen)).status_code == 304


@pytest.mark.parametrize(
    "path", ["nothing.svg", "email.png", "email.svg?uptime=9y", "overall.svg?uptime=7d", "%00.svg"]
)
async def test_unknown_badges_are_not_found(visitor: GraphQLClient, path: str) -> None:
    assert (await visitor.raw("GET", f"/badge/{path}")).status_code == 404
