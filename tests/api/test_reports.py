"""The report of a run over the API (X15)."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from starlette.applications import Starlette

from db.models.incidents import LaunchIncident
from db.models.phases import PhaseRun
from db.session import Database
from domain.actors import system_actor
from domain.events.alerts import AlertSent
from domain.events.criteria import CriterionJudged
from domain.ids import IncidentId, PhaseId, RunId
from domain.metrics.criteria import Verdict
from domain.phases.verdicts import CriterionState
from tests.api.test_rehearsals import ERRORS
from tests.factories.health import Health
from tests.factories.journeys import sign_up_supplier
from tests.factories.launches import make_flag, make_phase
from tests.factories.marketplace import accept_invitation, add_and_invite
from tests.factories.phases import activate, roll_back
from tests.factories.propagation import runtime_of, wait_for_propagation
from tests.factories.rehearsals import run_rehearsal
from tests.support.graphql import GraphQLClient

REPORT = """query ($id: ID) { launchPhase(id: $id) { runs(first: 1) { nodes { report {
  exemptFlags { key reason detail }
  markdown mttdSeconds mttaSeconds mttrSeconds
  criteria { criterion { key } verdict explanation consecutiveFailures }
  proofs { row criterion kept value limit unit evidence }
} } } } }"""


SWITCH = """mutation ($key: String!, $on: Boolean!) {
  toggleFeatureFlag(input: {key: $key, enabled: $on}) { errors { message } } }"""
SILENCE = """mutation ($input: CreateSilenceInput!) {
  createSilence(input: $input) { errors { message } } }"""
SILENCED = {"checks": ["API"], "reason": "Work on the proxy"}
HOUR = timedelta(hours=1)


async def report(client: GraphQLClient, phase: str) -> Any:  # noqa: ANN401 - JSON
    """That of the newest run."""
    answer = await client.data(REPORT, id=phase)
    return answer["launchPhase"]["runs"]["nodes"][0]["report"]


async def test_a_rolled_back_run_is_reported_with_its_proofs(
    app: Starlette, admin: GraphQLClient, viewer: GraphQLClient, health: Health
) -> None:
    phase = await make_phase(admin, successCriteria=[ERRORS])
    await activate(admin, phase)
    await roll_back(admin, phase)
    version = runtime_of(app).flags.current.version
    await wait_for_propagation(app, version, lambda propagation: propagation.complete)
    markdown = (await report(viewer, phase))["markdown"]
    assert markdown.startswith("# Mvp\\_Launch, run 1 (live)\n")
    assert "| mvp\\_supplier\\_dashboard | off, 0 % | off, 100 % |" in markdown
    assert "Emergency Rollback | high | open |" in markdown
    assert "## Timeline" in markdown
    assert f"| {version} | rolled back |" in markdown


async def test_a_run_answers_each_acceptance_criterion(
    admin: GraphQLClient, visitor: GraphQLClient, health: Health
) -> None:
    """S95 to S112 as numbers of the graph."""
    phase = await make_phase(admin)
    await activate(admin, phase)
    await accept_invitation(
        visitor, await add_and_invite(await sign_up_supplier(visitor), email="e@example.com")
    )
    proofs = {item["row"]: item for item in (await report(admin, phase))["proofs"]}
    assert list(proofs) == [f"S{number}" for number in range(95, 113)]
    assert (proofs["S95"]["kept"], proofs["S104"]["kept"]) == (True, True)
    assert (proofs["S102"]["kept"], proofs["S102"]["limit"], proofs["S102"]["unit"]) == (
        True,
        600,
        "s",
    )


async def test_live_runs_have_an_interim_report(
    app: Starlette, admin: GraphQLClient, health: Health
) -> None:
    phase = await make_phase(admin, successCriteria=[ERRORS])
    await activate(admin, phase)
    interim = await report(admin, phase)
    assert "- ended -" in interim["markdown"]
    assert [item["criterion"]["key"] for item in interim["criteria"]] == ["errors"]
    assert [interim[f"mtt{kind}Seconds"] for kind in "dar"] == [None, None, None]


async def test_a_rehearsal_is_reported_with_its_own_times(
    app: Starlette, admin: GraphQLClient, db: Database
) -> None:
    phase = await make_phase(admin, successCriteria=[ERRORS])
    await run_rehearsal(admin, phase)
    shown = await report(admin, phase)
    (status,) = shown["criteria"]
    assert (status["criterion"]["key"], status["verdict"]) == ("errors", "FAILING")
    assert shown["mttdSeconds"] is not None
    assert shown["mttrSeconds"] is not None
    assert "| S112 | the rollback was rehearsed | kept | decided by errors |" in shown["markdown"]


async def test_the_timeline_holds_what_people_did_by_hand_and_what_was_alerted(
    app: Starlette, admin: GraphQLClient, viewer: GraphQLClient, health: Health, db: Database
) -> None:
    """L25: a hand-made switch, a criterion, a silence, the incident of the run and its alert."""
    phase = await make_phase(admin, flags=("mvp_chat", "mvp_other"), successCriteria=[ERRORS])
    await make_flag(admin, "mvp_elsewhere")
    await activate(admin, phase)
    await admin.data(SWITCH, key="mvp_chat", on=False)
    await admin.data(SWITCH, key="mvp_elsewhere", on=True)
    async with db.write() as uow:
        row = (await uow.session.scalars(select(PhaseRun))).one()
        state = CriterionState(Verdict.FAILING, "3 > 2")
        judged = CriterionJudged(
            phase_id=PhaseId(row.phase_id),
            run_id=RunId(row.id),
            key="errors",
            before=Verdict.NO_DATA,
            state=state,
        )
        uow.record(system_actor("guard"), judged)
    await admin.data(SILENCE, input=SILENCED | {"endsAt": (db.clock() + HOUR).isoformat()})
    await roll_back(admin, phase)
    async with db.write() as uow:
        incident = (await uow.session.scalars(select(LaunchIncident))).one()
        sent = AlertSent(
            incident_id=IncidentId(incident.id),
            channel="desk",
            delivered=True,
            latency_ms=10,
            title="Rolled back",
        )
        uow.record(system_actor("alerts"), sent)
    lines = (await report(viewer, phase))["markdown"].splitlines()
    text = "\n".join(lines[lines.index("## Timeline") :]).replace("\\", "")
    for phrase in (
        "Flag mvp_chat switched off",
        "Criterion errors is",
        "Silence of",
        "sent to desk",
    ):
        assert phrase in text
    assert "mvp_elsewhere" not in text
