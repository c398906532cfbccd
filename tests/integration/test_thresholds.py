"""Limits that hold whatever a phase promises, on real samples (S64, decision 10)."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from starlette.applications import Starlette

from db.models.accounts import SignupAttempt
from db.models.incidents import LaunchIncident
from db.queries import metrics
from domain.incidents.incidents import IncidentStatus, Severity
from domain.metrics.metrics import SIGNUP_SERVER_ERRORS, MetricKind
from services.metrics.metric_probe import MetricReader
from services.phases.thresholds import judge_thresholds
from tests.factories.guards import TICK, GuardedPhase
from tests.factories.health import Health
from tests.factories.launches import close_incidents
from tests.factories.metrics import store_requests
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

SIGN_UP = """mutation ($password: String!) { signUp(input: {
  userType: SUPPLIER, email: "anna@example.com", password: $password }) { errors { code } } }"""
LOG_IN = """mutation ($password: String!) {
  logIn(email: "anna@example.com", password: $password) { errors { code } } }"""


@pytest.fixture
def guarded(app: Starlette, admin: GraphQLClient, health: Health, clock: Clock) -> GuardedPhase:
    return GuardedPhase(app, admin, clock)


async def test_errors_open_a_critical_incident(guarded: GuardedPhase) -> None:
    """S64: no phase has to ask for it; one incident however long it lasts."""
    for _ in range(3):
        await guarded.watch_limits(1_000, errors=60)
    (incident,) = await guarded.incidents()
    assert (incident.dedup_key, incident.severity) == ("metric:error_rate", Severity.CRITICAL)
    assert incident.occurrences == 1
    assert incident.title == "Too many requests fail"
    (episode,) = await guarded.episodes(incident)
    assert (episode.value, episode.unit) == (6.0, "%")
    assert (episode.explanation or "").startswith("error_rate 6 % > 5 % in 60 s, ")


async def test_an_episode_shows_its_latest_value(guarded: GuardedPhase) -> None:
    """L5: opens with one value, is resolved, returns with another."""
    await guarded.watch_limits(1_000, errors=60)
    await guarded.watch_limits(10_000, errors=2_000)
    await guarded.watch_limits(100_000)
    await guarded.watch_limits(100_000)
    guarded.clock.advance(120)
    began = guarded.clock()
    await guarded.watch_limits(1_000, errors=250)
    (incident,) = await guarded.incidents()
    second, first = await guarded.episodes(incident)
    assert (first.severity, second.severity) == (Severity.CRITICAL, Severity.CRITICAL)
    assert (second.value, second.description) == (25.0, incident.description)
    assert "25 %" in (incident.description or "")
    assert first.ended_at is not None
    assert first.ended_at < began - timedelta(seconds=60) < second.began_at <= second.detected_at


async def test_the_onset_is_the_first_bad_sample(guarded: GuardedPhase) -> None:
    """L4: not with the tick that judged it, half a minute later."""
    began = guarded.clock()
    await store_requests(guarded.db, began, total=1_000, errors=60)
    guarded.clock.advance(30)
    await judge_thresholds(guarded.db, MetricReader(guarded.db), TICK)
    (incident,) = await guarded.incidents()
    (episode,) = await guarded.episodes(incident)
    assert episode.first_bad_at is not None
    assert began - timedelta(seconds=10) <= episode.first_bad_at
    assert episode.detected_at - episode.first_bad_at >= TICK


async def test_a_warning_that_becomes_critical_is_one_incident(guarded: GuardedPhase) -> None:
    await guarded.watch_limits(1_000, errors=30)
    (incident,) = await guarded.incidents()
    assert incident.severity is Severity.MEDIUM
    await guarded.watch_limits(10_000, errors=2_000)
    (incident,) = await guarded.incidents()
    assert (incident.severity, incident.occurrences) == (Severity.CRITICAL, 2)


async def test_two_good_ticks_resolve_the_incident(guarded: GuardedPhase) -> None:
    """S64, S68: by itself, and only after the second."""
    await guarded.watch_limits(1_000, errors=100)
    await guarded.watch_limits(100_000)
    assert len(await guarded.incidents()) == 1
    await guarded.watch_limits(100_000)
    assert await guarded.incidents() == []


async def test_slow_responses_open_an_incident(guarded: GuardedPhase) -> None:
    await guarded.watch_limits(1_000, milliseconds=700)
    (incident,) = await guarded.incidents()
    assert (incident.dedup_key, incident.severity) == (
        "metric:response_time_ms",
        Severity.MEDIUM,
    )
    await guarded.watch_limits(100_000, milliseconds=3_000)
    (incident,) = await guarded.incidents()
    assert incident.severity is Severity.HIGH


async def test_ten_failed_sign_ups_open_an_incident(guarded: GuardedPhase) -> None:
    """S64: at ten, not above."""
    await _fail_sign_ups(guarded, 9)
    assert await guarded.incidents() == []
    await _fail_sign_ups(guarded, 1)
    (incident,) = await guarded.incidents()
    (episode,) = await guarded.episodes(incident)
    assert episode.explanation == "signup_server_errors 10 ≥ 10 in 300 s, 10 samples"


async def test_failed_attempts_of_visitors_open_no_incident(
    guarded: GuardedPhase, visitor: GraphQLClient
) -> None:
    """SEC12: 15 sign-ups with one e-mail and different passwords were a CRITICAL incident."""
    for index in range(15):
        data = await visitor.data(SIGN_UP, password=f"correct horse {index:02}")
        assert bool(data["signUp"]["errors"]) is (index > 0)
        data = await visitor.data(SIGN_UP, password="short")
        assert data["signUp"]["errors"] != []
        await visitor.data(LOG_IN, password=f"wrong horse {index}")
    async with guarded.db.read() as session:
        failed = await session.scalar(select(func.count()).where(~SignupAttempt.succeeded))
    assert failed == 29
    guarded.clock.advance(TICK.total_seconds())
    await judge_thresholds(guarded.db, MetricReader(guarded.db), TICK)
    assert await guarded.incidents() == []


async def _fail_sign_ups(guarded: GuardedPhase, count: int) -> None:
    row = {
        "metric_name": SIGNUP_SERVER_ERRORS,
        "kind": MetricKind.COUNTER,
        "metric_value": 1.0,
        "recorded_at": guarded.clock(),
    }
    async with guarded.db.write() as uow:
        await metrics.add_samples(uow.session, [row] * count)
    guarded.clock.advance(30)
    await judge_thresholds(guarded.db, MetricReader(guarded.db), TICK)


async def test_an_incident_names_the_phase_that_is_live(guarded: GuardedPhase) -> None:
    await guarded.go_live()
    await guarded.watch_limits(1_000, errors=100)
    (incident,) = await guarded.incidents()
    assert incident.phase_id is not None
    assert incident.run_id is not None


async def test_a_manually_resolved_incident_reopens_if_the_problem_persists(
    guarded: GuardedPhase,
) -> None:
    """grafana/oncall#5392: resolved while firing."""
    await guarded.watch_limits(1_000, errors=100)
    await close_incidents(guarded.db)
    await guarded.watch_limits(1_000, errors=100)
    (incident,) = await guarded.incidents()
    assert incident.occurrences == 2


async def test_acknowledged_incidents_are_not_resolved_automatically(guarded: GuardedPhase) -> None:
    """Requirement S68."""
    await guarded.watch_limits(1_000, errors=100)
    taken = {"status": IncidentStatus.INVESTIGATING, "acknowledged_by_kind": "user"}
    async with guarded.db.write() as uow:
        await uow.session.execute(update(LaunchIncident).values(taken))
    for _ in range(3):
        await guarded.watch_limits(100_000)
    assert len(await guarded.incidents()) == 1


async def test_two_workers_count_one_tick(guarded: GuardedPhase) -> None:
    await guarded.watch_limits(1_000, errors=100)
    await guarded.watch_limits(1_000_000)
    repeated = [judge_thresholds(guarded.db, MetricReader(guarded.db), TICK) for _ in range(3)]
    await asyncio.gather(*repeated)
    assert len(await guarded.incidents()) == 1
