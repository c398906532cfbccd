"""Guards during pauses: who paused, and what still acts (L2, D3)."""

import pytest
from starlette.applications import Starlette

from domain.incidents.incidents import Severity
from tests.factories.guards import ERRORS, GuardedPhase
from tests.factories.health import Health
from tests.factories.phases import step
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

HOLD = {**ERRORS, "action": "HOLD"}


@pytest.fixture
def guarded(app: Starlette, admin: GraphQLClient, health: Health, clock: Clock) -> GuardedPhase:
    return GuardedPhase(app, admin, clock)


async def test_rollback_guards_stay_active_during_a_manual_pause(guarded: GuardedPhase) -> None:
    """L2, D3: the pause is the person's, the rollback is not a resume."""
    await guarded.go_live(ERRORS)
    await step(guarded.client, "pause", guarded.phase, reason="a look at the numbers")
    pause = (await guarded.look())["pause"]
    assert (pause["author"], pause["reason"]) == ("PERSON", "a look at the numbers")
    assert pause["actor"]["__typename"] == "User"
    await guarded.tick(1_000, errors=500)
    assert (await guarded.look())["status"] == "PAUSED"
    await guarded.tick(1_000, errors=500)
    phase = await guarded.look()
    assert (phase["status"], phase["pause"]) == ("ROLLED_BACK", None)
    assert [link["flag"]["enabled"] for link in phase["flags"]] == [False]


async def test_a_hold_does_not_disarm_rollback_guards(guarded: GuardedPhase) -> None:
    """L2: HOLD pauses first; ROLLBACK fails afterwards and still undoes the launch."""
    slow = {**ERRORS, "key": "errors_fatal", "threshold": 10.0}
    await guarded.go_live({**HOLD, "key": "errors_low"}, slow)
    for _ in range(2):
        await guarded.tick(1_000, errors=50)
    phase = await guarded.look()
    assert (phase["status"], phase["pause"]["author"]) == ("PAUSED", "GUARD")
    assert phase["pause"]["reason"].startswith("errors_low: error_rate 5 % > 2 % in 60 s")
    assert phase["pause"]["actor"]["__typename"] == "SystemActor"
    await guarded.tick(1_000, errors=500)
    assert (await guarded.look())["status"] == "PAUSED"
    await guarded.tick(1_000, errors=500)
    assert (await guarded.look())["status"] == "ROLLED_BACK"


async def test_a_hold_for_missing_data_does_not_disarm_rollback_guards(
    guarded: GuardedPhase,
) -> None:
    """L2: what was held for want of data is rolled back once the data is bad."""
    await guarded.go_live({**ERRORS, "failureLimit": 1})
    await guarded.tick()
    phase = await guarded.look()
    assert (phase["status"], phase["pause"]["author"]) == ("PAUSED", "GUARD")
    await guarded.tick(1_000, errors=50)
    assert (await guarded.look())["status"] == "ROLLED_BACK"


async def test_a_hold_during_a_manual_pause_keeps_its_author(guarded: GuardedPhase) -> None:
    """D3: the pause keeps its author, the incident says what fails; good numbers resume nothing."""
    await guarded.go_live(HOLD)
    await step(guarded.client, "pause", guarded.phase)
    for _ in range(3):
        await guarded.tick(1_000, errors=500)
    phase = await guarded.look()
    assert (phase["status"], phase["pause"]["author"]) == ("PAUSED", "PERSON")
    (incident,) = await guarded.incidents()
    assert incident.severity is Severity.HIGH
    for _ in range(5):
        await guarded.tick(10_000)
    assert (await guarded.criterion())["verdict"] == "PASSING"
    assert (await guarded.look())["status"] == "PAUSED"
    assert await guarded.incidents() == []
