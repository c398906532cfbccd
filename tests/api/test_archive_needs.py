"""What keeps events out of an archive, and what an archive leaves readable (ADR 43)."""

from pathlib import Path

import pytest
from starlette.applications import Starlette

from db.session import Database
from domain.errors import Invalid
from domain.incidents.suspects import WINDOW
from services.overview import log_archives
from tests.factories.health import Health
from tests.factories.incidents import SUSPECTS, TOGGLE, report_incident
from tests.factories.launches import make_flag, make_phase
from tests.factories.log_archives import ACTOR, archive, edge_of, long_ago, record_events
from tests.factories.phases import activate, roll_back
from tests.factories.webhooks import create_webhook
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

RESOLVE = """mutation ($id: ID!) { resolveIncident(id: $id, resolutionNotes: "Up again.") {
  errors { message } } }"""
REPORTS = """query ($id: ID!) { node(id: $id) { ... on LaunchPhase {
  runs { nodes { number report { markdown } } } } } }"""
INCIDENT_REPORT = """query ($id: ID!) { node(id: $id) { ... on Incident {
  report timeline { archivedBefore nodes { __typename } } } } }"""


async def refusal(db: Database, clock: Clock) -> str:
    async with db.read() as session:
        with pytest.raises(Invalid) as raised:
            await log_archives.plan(session, ACTOR, edge_of(clock), clock())
    return raised.value.message


async def test_an_open_incident_keeps_the_events_before_it(
    admin: GraphQLClient, db: Database, clock: Clock, tmp_path: Path
) -> None:
    """And lately resolved ones; later its suspects are still shown, and its report says so."""
    with long_ago(clock):
        await make_flag(admin, "mvp_cards")
        toggled = await admin.data(TOGGLE, input={"key": "mvp_cards", "enabled": True})
        incident = (await report_incident(admin, affectedFeatures=["mvp_cards"]))["incident"]
        began = clock()
        await record_events(db, 2)
    await record_events(db, 1)
    message = await refusal(db, clock)
    assert "needed by incident" in message
    assert f"{began - WINDOW:%Y-%m-%dT%H:%M}" in message
    suspects = await admin.data(SUSPECTS, id=incident["id"], limit=5)
    assert [item["change"]["id"] for item in suspects["node"]["suspects"]] == [
        toggled["toggleFeatureFlag"]["change"]["id"]
    ]
    with long_ago(clock):
        assert (await admin.data(RESOLVE, id=incident["id"]))["resolveIncident"]["errors"] == []
    row = await archive(db, tmp_path / "log.gz", edge_of(clock))
    assert (await admin.data(SUSPECTS, id=incident["id"], limit=5)) == suspects
    document = (await admin.data(INCIDENT_REPORT, id=incident["id"]))["node"]
    assert "the timeline lacks them" in document["report"]
    assert document["timeline"]["archivedBefore"] == row.archived_before.isoformat()


async def test_a_run_keeps_its_events_until_its_report_is_out_of_use(
    app: Starlette,
    admin: GraphQLClient,
    db: Database,
    clock: Clock,
    health: Health,
    tmp_path: Path,
) -> None:
    with long_ago(clock):
        phase = await make_phase(admin, flags=("mvp_chat",))
        assert (await activate(admin, phase))["errors"] == []
    await record_events(db, 1)
    assert "needed by run 1 of" in await refusal(db, clock)
    with long_ago(clock):
        assert (await roll_back(admin, phase))["errors"] == []
        for incident in (await admin.data("{ incidents { nodes { id } } }"))["incidents"]["nodes"]:
            await admin.data(RESOLVE, id=incident["id"])
    row = await archive(db, tmp_path / "log.gz", edge_of(clock))
    response = await admin.execute(REPORTS, id=phase)
    assert response.codes == ["EVENTS_ARCHIVED"]
    assert response.body["errors"][0]["extensions"]["archivedBefore"] == (
        row.archived_before.isoformat()
    )


async def test_a_webhook_that_is_behind_keeps_its_events(
    admin: GraphQLClient, db: Database, clock: Clock
) -> None:
    with long_ago(clock):
        await create_webhook(admin, "https://a.example/hook")
        await record_events(db, 2)
    await record_events(db, 1)
    assert "The webhook to https://a.example/hook has not sent" in await refusal(db, clock)
