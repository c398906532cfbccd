"""Suspects of real incidents: when it began, not when somebody said so (X8)."""

from datetime import datetime

import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from db.models.incidents import LaunchIncident
from db.queries import incident_episodes
from db.session import Database
from domain.actors import system_actor
from domain.incidents.incidents import Severity
from services.flags import flags
from services.flags.flags import FlagDraft
from services.incidents.incidents import IncidentDraft, open_incident, resolve_by_key
from services.incidents.suspects import SuspectQuery, of_incidents
from tests.factories.guards import ERRORS, GuardedPhase
from tests.factories.health import Health
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient

SYSTEM = system_actor("test")


@pytest.fixture
def guarded(app: Starlette, admin: GraphQLClient, clock: Clock, health: Health) -> GuardedPhase:
    """Nothing is live yet."""
    return GuardedPhase(app, admin, clock)


async def changed(db: Database, key: str) -> None:
    async with db.write() as uow:
        await flags.create(uow, SYSTEM, FlagDraft(key, key.title(), enabled=True))


async def opened(
    db: Database, key: str, first_bad_at: datetime | None = None, dedup_key: str | None = None
) -> LaunchIncident:
    async with db.write() as uow:
        draft = IncidentDraft(
            "test",
            Severity.HIGH,
            key,
            affected_features=[key],
            first_bad_at=first_bad_at,
            dedup_key=dedup_key,
        )
        return (await open_incident(uow, SYSTEM, draft)).row


async def suspected(db: Database, *rows: LaunchIncident) -> list[list[str | None]]:
    queries = [SuspectQuery(row, 5) for row in rows]
    async with db.read() as session:
        by_query = await of_incidents(session, queries)
    return [[item.key for item in by_query[each]] for each in queries]


async def test_the_onset_is_the_first_bad_sample(db: Database, clock: Clock) -> None:
    """What was changed between that and the report is not suspected."""
    began = clock()
    clock.advance(120)
    await changed(db, "chat")
    clock.advance(10)
    assert await suspected(db, await opened(db, "chat")) == [["chat"]]
    assert await suspected(db, await opened(db, "chat", began)) == [[]]


async def test_a_recurrence_suspects_changes_before_its_own_onset(
    db: Database, clock: Clock
) -> None:
    """L5: not what changed before the first time."""
    await changed(db, "first")
    clock.advance(5)
    await opened(db, "first", dedup_key="chat")
    async with db.write() as uow:
        await resolve_by_key(uow, SYSTEM, "chat", "It works again.")
    clock.advance(600)
    await changed(db, "second")
    clock.advance(5)
    row = await opened(db, "second", clock(), dedup_key="chat")
    async with db.read() as session:
        second, first = (await incident_episodes.newest(session, [row.id], 2))[row.id]
        queries = [SuspectQuery(row, 1, first), SuspectQuery(row, 1, second), SuspectQuery(row, 1)]
        by_query = await of_incidents(session, queries)
    assert [[item.key for item in by_query[each]] for each in queries] == [
        ["first"],
        ["second"],
        ["second"],
    ]


async def test_a_rolled_back_activation_is_not_suspected(guarded: GuardedPhase) -> None:
    """L18: neither the phase nor its flags, which nobody saw any more, are suspected."""
    await guarded.go_live(ERRORS)
    before = await suspected(guarded.db, await opened(guarded.db, "before"))
    assert before == [["mvp_supplier_dashboard", None]]
    await guarded.client.data(
        """mutation ($id: ID!) { rollbackLaunchPhase(
          input: { phaseId: $id, reason: "Fire" }) { errors { message } } }""",
        id=guarded.phase,
    )
    assert await suspected(guarded.db, await opened(guarded.db, "after")) == [[]]


async def test_a_change_in_the_same_sample_period_is_suspected(guarded: GuardedPhase) -> None:
    """L5: a flag that breaks everything at once moves in the same 10 s as the first errors."""
    await guarded.go_live({**ERRORS, "action": "HOLD", "failureLimit": 1})
    guarded.clock.advance(30)
    await changed(guarded.db, "culprit")
    await guarded.add(100, errors=50)
    await guarded.judge()
    (row,) = [row for row in await guarded.incidents() if row.incident_type == "criterion"]
    (keys,) = await suspected(guarded.db, row)
    assert "culprit" in keys


async def test_single_samples_give_a_finer_onset(guarded: GuardedPhase) -> None:
    """L5: of samples that are stored one by one the first bad one counts, not its ten seconds."""
    criterion = {**ERRORS, "metric": "custom.queue", "aggregation": "LAST", "comparator": "LT"}
    criterion |= {"threshold": 10, "minSamples": 1, "failureLimit": 1, "action": "HOLD"}
    await guarded.go_live(criterion)
    guarded.clock.advance(60)
    await sampled(guarded, 1)
    await changed(guarded.db, "culprit")
    await sampled(guarded, 99)
    await changed(guarded.db, "reaction")
    await guarded.judge()
    (row,) = [row for row in await guarded.incidents() if row.incident_type == "criterion"]
    (keys,) = await suspected(guarded.db, row)
    assert ("culprit" in keys, "reaction" in keys) == (True, False)


async def sampled(guarded: GuardedPhase, value: float) -> None:
    await guarded.client.data(
        """mutation ($value: Float!) { recordSamples(
          samples: [{ name: "custom.queue", value: $value }]) { errors { message } } }""",
        value=value,
    )


async def test_the_onset_is_the_first_failure_of_the_criterion(guarded: GuardedPhase) -> None:
    """The second failure opens the incident; a flag that moved in between has not caused it."""
    await guarded.go_live({**ERRORS, "action": "HOLD", "failureLimit": 2})
    await changed(guarded.db, "before")
    await guarded.tick(total=100, errors=50)
    guarded.clock.advance(10)  # what processes count has no finer time
    await changed(guarded.db, "meanwhile")
    await guarded.tick(total=100, errors=50)
    (row,) = [row for row in await guarded.incidents() if row.incident_type == "criterion"]
    (keys,) = await suspected(guarded.db, row)
    assert "before" in keys
    assert "meanwhile" not in keys


async def test_suspects_of_many_incidents_are_kept_apart(db: Database, clock: Clock) -> None:
    """Read at once, told apart."""
    rows = []
    for key in ("one", "two", "three"):
        clock.advance(3600)
        await changed(db, key)
        clock.advance(5)
        rows.append(await opened(db, key))
    assert await suspected(db, *rows) == [["one"], ["two"], ["three"]]


async def test_changes_older_than_15_minutes_are_not_suspected(db: Database, clock: Clock) -> None:
    await changed(db, "old")
    clock.advance(901)
    assert await suspected(db, await opened(db, "old")) == [[]]


async def test_a_deleted_incident_has_no_suspects(db: Database) -> None:
    row = await opened(db, "chat")
    async with db.write() as uow:
        await uow.session.delete(await uow.session.get_one(LaunchIncident, row.id))
    async with db.read() as session:
        assert await of_incidents(session, [SuspectQuery(row, 5)]) == {}
        assert (await session.scalars(select(LaunchIncident))).all() == []
