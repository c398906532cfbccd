"""What an activation does to flags, run and log, and what follows from it (S47 to S50)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update
from starlette.applications import Starlette

from db.models.phases import LaunchPhase
from db.session import Database
from tests.factories.accounts import email_of
from tests.factories.guards import ERRORS, GuardedPhase
from tests.factories.health import Health
from tests.factories.launches import CREATE_PHASE, close_incidents, make_flag, make_phase
from tests.factories.phases import activate, roll_back, step
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

FLAGS = "{ featureFlags { nodes { key enabled rolloutPercentage version } } }"
STARTED = """query ($id: ID) { launchPhase(id: $id) {
  status startedAt updatedAt runs(first: 10) { nodes { number startedAt } } } }"""
LOG = """{ launchEvents(first: 100) { nodes { at summary
  actor { ... on User { email } } ... on PhaseEvent { to phase { id name } } } } }"""
CHANGES = """query ($subject: [ChangeSubject!]) { changes(subject: $subject) { nodes {
  at action reason actor { ... on User { email } }
  subject { ... on LaunchPhase { id name } ... on FeatureFlag { key } } } } }"""


async def flags(client: GraphQLClient) -> dict[str, tuple[bool, float]]:
    nodes = (await client.data(FLAGS))["featureFlags"]["nodes"]
    return {flag["key"]: (flag["enabled"], flag["rolloutPercentage"]) for flag in nodes}


async def started(client: GraphQLClient, phase: str) -> Any:  # noqa: ANN401 - JSON
    phase_state = (await client.data(STARTED, id=phase))["launchPhase"]
    runs = phase_state.pop("runs")["nodes"]
    return {**phase_state, "run": runs[0] if runs else None}


async def moves(client: GraphQLClient) -> list[str]:
    """The log without the pre-checks, which were made all the same."""
    nodes = (await client.data(LOG))["launchEvents"]["nodes"]
    return [node["summary"] for node in nodes if not node["summary"].startswith("Health")]


async def linked(client: GraphQLClient, links: list[dict[str, object]], **more: object) -> str:
    """A phase with these links to flags that exist."""
    sent = {"key": "linked", "name": "Linked", "flags": links, **more}
    answer = (await client.data(CREATE_PHASE, input=sent))["createLaunchPhase"]
    assert answer["errors"] == []
    return str(answer["phase"]["id"])


@asynccontextmanager
async def cannot_be_on(db: Database, key: str) -> AsyncIterator[None]:
    """The database refuses to switch this flag on."""
    rule = f"ADD CONSTRAINT stuck CHECK (flag_key <> '{key}' OR NOT enabled_in_force)"
    async with db.engine.begin() as connection:
        await connection.execute(text(f"ALTER TABLE feature_flags {rule}"))
    try:
        yield
    finally:
        async with db.engine.begin() as connection:
            await connection.execute(text("ALTER TABLE feature_flags DROP CONSTRAINT stuck"))


@pytest.mark.parametrize(
    ("steps", "expected"),
    [([], (40, 25, 100)), ([{"percentage": 30}, {"percentage": 100}], (30, 25, 30))],
)
async def test_flags_get_the_percentage_of_the_link_the_flag_or_100(
    admin: GraphQLClient,
    health: Health,
    steps: list[dict[str, int]],
    expected: tuple[float, float, float],
) -> None:
    """S47, decision 1: then no more than the first step allows."""
    await make_flag(admin, "of_link", rolloutPercentage=10)
    await make_flag(admin, "of_flag", rolloutPercentage=25)
    await make_flag(admin, "of_none")
    links: list[dict[str, object]] = [{"flagKey": "of_link", "targetPercentage": 40}]
    phase = await linked(
        admin, [*links, {"flagKey": "of_flag"}, {"flagKey": "of_none"}], steps=steps
    )
    assert (await activate(admin, phase))["errors"] == []
    keys = ("of_link", "of_flag", "of_none")
    assert await flags(admin) == {
        key: (True, percent) for key, percent in zip(keys, expected, strict=True)
    }


async def test_flags_are_switched_on_in_the_order_of_their_positions(
    admin: GraphQLClient, health: Health
) -> None:
    """S47: the log shows it, after the phase itself."""
    for key in ("aa", "bb", "cc"):
        await make_flag(admin, key)
    places = [("aa", 2), ("bb", 0), ("cc", 1)]
    phase = await linked(admin, [{"flagKey": key, "position": at} for key, at in places])
    await activate(admin, phase)
    nodes = (await admin.data(CHANGES, subject=["FLAG"]))["changes"]["nodes"]
    newest_first = [node["subject"]["key"] for node in nodes if node["action"] == "activated"]
    assert newest_first[::-1] == ["bb", "cc", "aa"]


async def test_one_failing_flag_rolls_the_activation_back(
    admin: GraphQLClient, health: Health, db: Database
) -> None:
    """S47, S51: none is skipped in silence; no run, no event, no flag of those before it."""
    phase = await make_phase(admin, flags=("aa", "bb", "cc"))
    before = (await flags(admin), await moves(admin), await started(admin, phase))
    async with cannot_be_on(db, "bb"):
        document = """mutation ($id: ID!) {
          activateLaunchPhase(input: { phaseId: $id, acceptWarnings: true }) { run { id } } }"""
        assert (await admin.execute(document, id=phase)).codes == ["INTERNAL"]
    after = (await flags(admin), await moves(admin), await started(admin, phase))
    assert after == before
    assert set(after[0].values()) == {(False, 0)}
    assert (await activate(admin, phase))["errors"] == []


async def test_a_run_keeps_its_start(admin: GraphQLClient, health: Health, clock: Clock) -> None:
    """S48, S12: not when it is activated again, paused or resumed, which move `updatedAt`."""
    phase = await make_phase(admin)
    planned = await started(admin, phase)
    assert (planned["startedAt"], planned["run"]) == (None, None)
    await activate(admin, phase)
    first = await started(admin, phase)
    assert first["startedAt"] == first["run"]["startedAt"] > planned["updatedAt"]
    clock.advance(60)
    await activate(admin, phase)
    assert await started(admin, phase) == first
    for action in ("pause", "resume"):
        await step(admin, action, phase)
    later = await started(admin, phase)
    assert (later["startedAt"], later["run"]) == (first["startedAt"], first["run"])
    assert later["updatedAt"] > first["updatedAt"]


async def test_each_run_has_its_own_start(
    admin: GraphQLClient, health: Health, clock: Clock, db: Database
) -> None:
    """S48, decision 6."""
    phase = await make_phase(admin)
    await activate(admin, phase)
    first = await started(admin, phase)
    await roll_back(admin, phase)
    await close_incidents(db)
    clock.advance(60)
    assert (await activate(admin, phase))["errors"] == []
    second = await started(admin, phase)
    assert second["run"]["number"] == first["run"]["number"] + 1
    assert second["startedAt"] == second["run"]["startedAt"] > first["startedAt"]


async def test_active_phases_are_watched_however_they_were_activated(
    app: Starlette, admin: GraphQLClient, health: Health, clock: Clock
) -> None:
    """S49: no call of the activation starts it; the rows alone say what to watch."""
    guarded = GuardedPhase(app, admin, clock)
    guarded.phase = await make_phase(admin, successCriteria=[ERRORS])
    await guarded.tick(1_000, errors=500)
    assert (await guarded.criterion())["evaluatedAt"] is None
    await activate(admin, guarded.phase)
    await roll_back(admin, guarded.phase)
    async with guarded.db.write() as uow:
        live = {"status": "active", "started_at": uow.now - timedelta(minutes=5)}
        await uow.session.execute(update(LaunchPhase).values(live))
    await guarded.tick(1_000, errors=500)
    criterion = await guarded.criterion()
    assert (criterion["verdict"], criterion["consecutiveFailures"]) == ("FAILING", 1)


async def test_log_and_audit_record_author_and_time_of_an_activation(
    admin: GraphQLClient, health: Health, clock: Clock
) -> None:
    """Requirement S50."""
    email = await email_of(admin)
    phase = await make_phase(admin, name="MVP")
    begin = clock()
    await activate(admin, phase, reason="Launch day")
    nodes = (await admin.data(LOG))["launchEvents"]["nodes"]
    (event,) = [node for node in nodes if node.get("to") == "ACTIVE"]
    assert (event["phase"], event["actor"]["email"]) == ({"id": phase, "name": "MVP"}, email)
    audit = (await admin.data(CHANGES, subject=["PHASE"]))["changes"]["nodes"][0]
    assert (audit["actor"]["email"], audit["reason"]) == (email, "Launch day")
    assert audit["subject"] == {"id": phase, "name": "MVP"}
    for at in (event["at"], audit["at"]):
        assert begin.isoformat()[:16] <= at[:16] <= clock().isoformat()[:16]


async def test_the_actor_comes_from_the_credential_only(admin: GraphQLClient) -> None:
    """S50: whoever holds the token did it; no input of a mutation takes an actor."""
    document = "{ __schema { types { kind name inputFields { name } } } }"
    types = (await admin.data(document))["__schema"]["types"]
    named = {
        f"{item['name']}.{field['name']}"
        for item in types
        if item["kind"] == "INPUT_OBJECT"
        for field in item["inputFields"]
    }
    actors = ("actor", "activatedBy", "changedBy", "createdBy", "actorId")
    assert {
        name for name in named if name.endswith(tuple(f".{actor}" for actor in actors))
    } == set()
    assert "ActivateLaunchPhaseInput.reason" in named
