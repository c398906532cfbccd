"""Success criteria that act: on real samples, across workers, never over people (X1)."""

import asyncio

import pytest
from sqlalchemy import update
from starlette.applications import Starlette

from db.codecs import dump_criteria
from db.models.phases import LaunchPhase
from domain.incidents.incidents import Severity
from domain.metrics.criteria import Aggregation, Comparator, Criterion, GuardAction, Verdict
from domain.metrics.metrics import Measurement
from services.metrics.metric_probe import MetricReader
from tests.factories.guards import ERRORS, TICK, CountingMetricReader, GuardedPhase
from tests.factories.health import Health
from tests.factories.launches import close_incidents, make_phase
from tests.factories.phases import activate, step
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

HOLD = {**ERRORS, "action": "HOLD"}
WARN = {**ERRORS, "action": "WARN"}
NOTHING = {**ERRORS, "key": "orders", "metric": "custom.orders", "aggregation": "AVG"}


@pytest.fixture
def guarded(app: Starlette, admin: GraphQLClient, health: Health, clock: Clock) -> GuardedPhase:
    return GuardedPhase(app, admin, clock)


async def test_a_burst_of_errors_rolls_back(guarded: GuardedPhase) -> None:
    """X1, A14, S107: two ticks, flags off, incident linked, the sentence everywhere."""
    await guarded.go_live(ERRORS)
    await guarded.tick(1_000, errors=50)
    assert (await guarded.look())["status"] == "ACTIVE"
    await guarded.tick(1_000, errors=50)
    phase = await guarded.look()
    assert phase["status"] == "ROLLED_BACK"
    assert [link["flag"]["enabled"] for link in phase["flags"]] == [False]
    assert "5 % > 2 % in 60 s, " in phase["successCriteria"][0]["explanation"]
    assert phase["successCriteria"][0]["explanation"].endswith("2nd of 2")


async def test_guard_rollbacks_are_by_the_system_with_a_reason(guarded: GuardedPhase) -> None:
    """X1: by a SystemActor, with an incident of the run and the event of the criterion."""
    await guarded.go_live(ERRORS)
    await guarded.tick(1_000, errors=50)
    await guarded.tick(1_000, errors=50)
    (incident,) = await guarded.incidents()
    assert (incident.incident_type, incident.severity) == ("phase_rollback", Severity.HIGH)
    last = (await guarded.judgements())[-1]
    assert last.action_taken is GuardAction.ROLLBACK
    assert incident.description == f"errors_low: {last.state.explanation}"
    assert incident.run_id == last.run_id
    document = "{ launchEvents(first: 100) { nodes { summary actor { __typename } } } }"
    nodes = (await guarded.client.data(document))["launchEvents"]["nodes"]
    (event,) = [node for node in nodes if "rolled back: errors_low" in node["summary"]]
    assert event["actor"]["__typename"] == "SystemActor"


async def test_a_hold_pauses_the_ramp_and_keeps_the_flags(guarded: GuardedPhase) -> None:
    """X1: the ramp stops, users keep what they have, a HIGH incident says why."""
    await guarded.go_live(HOLD)
    for _ in range(4):
        await guarded.tick(1_000, errors=50)
    phase = await guarded.look()
    assert phase["status"] == "PAUSED"
    assert [link["flag"]["enabled"] for link in phase["flags"]] == [True]
    (incident,) = await guarded.incidents()
    assert (incident.severity, incident.occurrences) == (Severity.HIGH, 1)


async def test_warn_opens_one_incident_per_failure(guarded: GuardedPhase) -> None:
    """X1, flagger#427: one MEDIUM incident for a time of failing, not one a tick."""
    await guarded.go_live(WARN)
    for _ in range(5):
        await guarded.tick(1_000, errors=50)
    assert (await guarded.look())["status"] == "ACTIVE"
    (incident,) = await guarded.incidents()
    assert (incident.severity, incident.occurrences) == (Severity.MEDIUM, 1)
    assert [event.action_taken for event in await guarded.judgements()] == [
        None,
        GuardAction.WARN,
    ]


async def test_recovery_resolves_the_incident_and_rearms_the_guard(guarded: GuardedPhase) -> None:
    """X1: three good ticks; then the guard acts again."""
    await guarded.go_live(WARN)
    for errors in (50, 50, 0, 0, 0, 0):
        await guarded.tick(1_000, errors=errors)
    assert await guarded.incidents() == []
    assert (await guarded.criterion())["verdict"] == "PASSING"
    for _ in range(3):
        await guarded.tick(1_000, errors=200)
    assert len(await guarded.incidents()) == 1


async def test_a_dry_run_never_acts(guarded: GuardedPhase) -> None:
    """A11: shown all the same."""
    await guarded.go_live({**ERRORS, "dryRun": True})
    for _ in range(4):
        await guarded.tick(1_000, errors=500)
    assert (await guarded.look())["status"] == "ACTIVE"
    assert (await guarded.criterion())["consecutiveFailures"] == 4
    assert await guarded.incidents() == []


async def test_missing_data_holds_the_ramp_after_a_delay(guarded: GuardedPhase) -> None:
    """A10: even where the criterion could roll back."""
    await guarded.go_live({**NOTHING, "initialDelaySeconds": 100})
    await guarded.tick()
    assert (await guarded.criterion())["verdict"] == "INCONCLUSIVE"
    await guarded.tick()
    assert (await guarded.look())["status"] == "ACTIVE"
    await guarded.tick()
    assert (await guarded.look())["status"] == "PAUSED"
    assert (await guarded.criterion())["verdict"] == "NO_DATA"


async def test_provider_errors_are_not_criterion_failures(guarded: GuardedPhase) -> None:
    """A10: any number of times; the reason is shown, and no secret of the provider."""

    def fail() -> Measurement:
        raise RuntimeError("password=secret")

    await guarded.go_live(ERRORS)
    for _ in range(5):
        await guarded.tick(reader=MetricReader(guarded.db, CountingMetricReader(fail)))
    criterion = await guarded.criterion()
    assert (criterion["verdict"], criterion["consecutiveFailures"]) == ("INCONCLUSIVE", 0)
    assert "RuntimeError" in criterion["explanation"]
    assert "secret" not in criterion["explanation"]
    assert (await guarded.look())["status"] == "ACTIVE"


async def test_provider_timeouts_are_not_criterion_failures(guarded: GuardedPhase) -> None:
    """A10: nor does it hold up the tick."""

    class Hangs(CountingMetricReader):
        async def __call__(self, *_args: object) -> Measurement:
            await asyncio.sleep(3_600)
            raise AssertionError

    await guarded.go_live(ERRORS)
    reader = MetricReader(guarded.db, Hangs(lambda: Measurement(None, 0)), limit_seconds=0.05)
    await guarded.tick(reader=reader)
    criterion = await guarded.criterion()
    assert criterion["explanation"] == "error_rate could not be measured: no answer within 0.05 s"


async def test_invalid_metric_aggregations_report_an_error(guarded: GuardedPhase) -> None:
    """S15: refused on write now; one that was stored before acts on nothing."""
    await guarded.go_live(ERRORS)
    old = Criterion("old", "signups_total", Aggregation.P95, 60, Comparator.LT, 2.0)
    await _store(guarded, "mvp_launch", dump_criteria([old]))
    await guarded.tick()
    criterion = await guarded.criterion()
    assert criterion["verdict"] == "INCONCLUSIVE"
    assert "it has no P95" in criterion["explanation"]


async def test_the_time_before_the_run_is_not_judged(guarded: GuardedPhase, clock: Clock) -> None:
    """X1: a burst that ended before the activation undoes nothing."""
    await guarded.add(1_000, errors=900)
    await guarded.go_live({**ERRORS, "windowSeconds": 3_600})
    for _ in range(3):
        await guarded.tick(1_000)
    assert (await guarded.criterion())["verdict"] == "PASSING"


async def test_resuming_a_held_phase_is_not_undone_for_the_same_failure(
    guarded: GuardedPhase,
) -> None:
    """X1: an action is taken once in a time of failing."""
    await guarded.go_live(HOLD)
    for _ in range(2):
        await guarded.tick(1_000, errors=50)
    assert (await step(guarded.client, "resume", guarded.phase))["errors"] == []
    for _ in range(3):
        await guarded.tick(1_000, errors=50)
    assert (await guarded.look())["status"] == "ACTIVE"


async def test_two_workers_judge_a_tick_once(guarded: GuardedPhase) -> None:
    """S62: should the claims of the ticker fail, no failure counts twice."""
    await guarded.go_live(ERRORS)
    guarded.clock.advance(TICK.total_seconds())
    await guarded.add(1_000, errors=50)
    await asyncio.gather(guarded.judge(), guarded.judge(), guarded.judge())
    assert (await guarded.criterion())["consecutiveFailures"] == 1
    assert (await guarded.look())["status"] == "ACTIVE"


async def test_an_edited_criterion_is_judged_anew(guarded: GuardedPhase) -> None:
    await guarded.go_live(ERRORS)
    await guarded.tick(1_000, errors=50)
    update = """mutation ($input: UpdateLaunchPhaseInput!) {
      updateLaunchPhase(input: $input) { errors { message } } }"""
    edited = {"id": guarded.phase, "successCriteria": [{**ERRORS, "threshold": 4.0}]}
    await guarded.client.data(update, input=edited)
    assert (await guarded.criterion())["verdict"] == "NO_DATA"
    await guarded.tick(1_000, errors=50)
    assert (await guarded.criterion())["consecutiveFailures"] == 1
    assert (await guarded.look())["status"] == "ACTIVE"


async def test_a_new_run_starts_with_a_clean_slate(guarded: GuardedPhase) -> None:
    """Decision 6: what failed was the last run."""
    await guarded.go_live(ERRORS)
    for _ in range(2):
        await guarded.tick(1_000, errors=50)
    await close_incidents(guarded.db)
    guarded.clock.advance(3_600)
    assert (await activate(guarded.client, guarded.phase))["errors"] == []
    assert (await guarded.criterion())["verdict"] == "NO_DATA"
    guarded.clock.advance(60)
    await guarded.tick(1_000, errors=50)
    assert (await guarded.criterion())["consecutiveFailures"] == 1


async def test_an_unjudgeable_phase_does_not_stop_others(guarded: GuardedPhase) -> None:
    """Requirement S63."""
    await guarded.go_live(ERRORS, key="first", platforms=["WEDME"])
    guarded.phase = await make_phase(
        guarded.client, "second", ("other",), successCriteria=[ERRORS], platforms=["WEDSYNC"]
    )
    assert (await activate(guarded.client, guarded.phase))["errors"] == []
    await _break(guarded, "first")
    guarded.clock.advance(60)
    await guarded.tick(1_000)
    assert (await guarded.criterion())["verdict"] == "PASSING"


async def _break(guarded: GuardedPhase, key: str) -> None:
    """Criteria that no version of the software can read."""
    await _store(guarded, key, [{"key": 1}])


async def _store(guarded: GuardedPhase, key: str, criteria: list[object]) -> None:
    """Put them where the API would not."""
    stored = update(LaunchPhase).where(LaunchPhase.key == key).values(success_criteria=criteria)
    async with guarded.db.write() as uow:
        await uow.session.execute(stored)


async def test_only_verdict_changes_are_recorded_as_events(guarded: GuardedPhase) -> None:
    """flagger#427: an event for each change of a verdict, none for each tick."""
    await guarded.go_live(WARN)
    for errors in (0, 0, 0, 60, 60):
        await guarded.tick(1_000, errors=errors)
    verdicts = [(event.before, event.state.verdict) for event in await guarded.judgements()]
    assert verdicts[0] == (Verdict.NO_DATA, Verdict.PASSING)
    assert verdicts[1] == (Verdict.PASSING, Verdict.FAILING)
    assert len(verdicts) == 3  # the third one warned
