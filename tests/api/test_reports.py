"""The report of a run over the API (SPEC X15)."""

from typing import Any

from starlette.applications import Starlette

from db.session import Database
from tests.api.test_phases import activate, roll_back
from tests.api.test_rehearsals import ERRORS
from tests.factories.health import Health
from tests.factories.journeys import new_business
from tests.factories.launches import make_phase
from tests.factories.marketplace import accepted, invited
from tests.factories.propagation import runtime_of, until
from tests.factories.rehearsals import rehearsed
from tests.graphql import GraphQLClient

REPORT = """query ($id: ID) { launchPhase(id: $id) { runs(first: 1) { nodes { report {
  markdown mttdSeconds mttaSeconds mttrSeconds
  criteria { criterion { key } verdict explanation consecutiveFailures }
  proofs { row criterion kept value limit unit evidence }
} } } } }"""


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
    await until(app, version, lambda found: found.complete)
    found = (await report(viewer, phase))["markdown"]
    assert found.startswith("# Mvp\\_Launch, run 1 (live)\n")
    assert "| mvp\\_supplier\\_dashboard | off, 0 % | off, 100 % |" in found
    assert "Emergency Rollback | high | open |" in found
    assert "## Timeline" in found
    assert f"| {version} | rolled back |" in found


async def test_a_run_answers_each_acceptance_criterion(
    admin: GraphQLClient, visitor: GraphQLClient, health: Health
) -> None:
    """S95 to S112 as numbers of the graph."""
    phase = await make_phase(admin)
    await activate(admin, phase)
    await accepted(visitor, await invited(await new_business(visitor), email="e@example.com"))
    found = {item["row"]: item for item in (await report(admin, phase))["proofs"]}
    assert list(found) == [f"S{number}" for number in range(95, 113)]
    assert (found["S95"]["kept"], found["S104"]["kept"]) == (True, True)
    assert (found["S102"]["kept"], found["S102"]["limit"], found["S102"]["unit"]) == (
        True,
        600,
        "s",
    )


async def test_a_live_run_has_a_report_so_far(
    app: Starlette, admin: GraphQLClient, health: Health
) -> None:
    phase = await make_phase(admin, successCriteria=[ERRORS])
    await activate(admin, phase)
    found = await report(admin, phase)
    assert "- ended -" in found["markdown"]
    assert [item["criterion"]["key"] for item in found["criteria"]] == ["errors"]
    assert [found[f"mtt{kind}Seconds"] for kind in "dar"] == [None, None, None]


async def test_a_rehearsal_is_reported_with_its_own_times(
    app: Starlette, admin: GraphQLClient, db: Database
) -> None:
    phase = await make_phase(admin, successCriteria=[ERRORS])
    await rehearsed(admin, phase)
    found = await report(admin, phase)
    (status,) = found["criteria"]
    assert (status["criterion"]["key"], status["verdict"]) == ("errors", "FAILING")
    assert found["mttdSeconds"] is not None
    assert found["mttrSeconds"] is not None
    assert "| S112 | the rollback was rehearsed | kept | decided by errors |" in found["markdown"]
