"""A plan answers as the executor does, byte for byte, or not at all (PERF1, ADR 32)."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.routing import Route

from app import create_app, running
from db.session import Database, StatementCounter
from domain.actors import Role, Scope
from domain.platform.cost_quota import Budget
from server.http.planned_operations import MAX_BYTES_PER_OWNER, PlannedOperations
from server.view import GraphQLView
from settings import Settings
from tests.factories import user_sessions
from tests.factories.accounts import fast_passwords
from tests.factories.health import PROBES
from tests.factories.kills import kill_record
from tests.factories.planned import DocumentGenerator
from tests.factories.planned_log import fill_log
from tests.factories.planned_rows import fill_tables
from tests.factories.tokens import new_token
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient
from tests.support.response_comparison import comparable_response, post

SEEDS = int(os.environ.get("PLAN_SEEDS", "3"))
SCOPES = (
    (Scope.FLAGS_READ,),
    (Scope.LAUNCH_READ, Scope.FLAGS_READ),
    (Scope.DIRECTORY_READ,),
    (Scope.DIRECTORY_READ, Scope.LAUNCH_READ, Scope.FLAGS_READ, Scope.PEOPLE_READ),
    (Scope.HEALTH_READ,),
)


@asynccontextmanager
async def another(
    settings: Settings, clock: Clock, *, with_plans: bool
) -> AsyncIterator[Starlette]:
    """An app beside that of the run, whatever the settings of this run are."""
    own = settings.model_copy(update={"fast_paths": with_plans})
    app = create_app(own, clock, PROBES, fast_passwords())
    async with running(app.state.runtime):
        yield app


@pytest.fixture
async def planned(settings: Settings, clock: Clock, app: Starlette) -> AsyncIterator[Starlette]:
    """An app with plans."""
    async with another(settings, clock, with_plans=True) as app_with_plans:
        yield app_with_plans


@pytest.fixture
async def plain(settings: Settings, clock: Clock, app: Starlette) -> AsyncIterator[Starlette]:
    """One without."""
    async with another(settings, clock, with_plans=False) as app_without_plans:
        yield app_without_plans


def plans_of(app: Starlette) -> PlannedOperations:
    flag_responses = [route.endpoint for route in app.routes if isinstance(route, Route)]
    (view,) = [view for view in flag_responses if isinstance(view, GraphQLView)]
    assert isinstance(view.planned_operations, PlannedOperations)
    return view.planned_operations


async def callers(db: Database) -> list[str | None]:
    """Credentials of all kinds; a visitor has none."""
    roles = (Role.ADMIN, Role.ADMIN, Role.OPERATOR, Role.VIEWER, Role.SUPPLIER, Role.COUPLE)
    tokens = [await user_sessions.create_session(db, role) for role in roles]
    return [*tokens, *[await new_token(db, scopes) for scopes in SCOPES], None]


async def ids(client: GraphQLClient) -> dict[str, list[str]]:
    """Ids and cursors that there are."""
    data = await client.data(
        """{ launchPhases { id } featureFlags(first: 5) { edges { cursor node { id } } }
        suppliers { edges { cursor } } incidents(status: null) { edges { cursor } }
        changes { edges { cursor } } launchEvents { edges { cursor } } }"""
    )
    lists = ("featureFlags", "suppliers", "incidents", "changes", "launchEvents")
    edges = [edge for name in lists for edge in data[name]["edges"]]
    return {
        "phases": [*(phase["id"] for phase in data["launchPhases"]), edges[0]["node"]["id"]],
        "cursors": [edge["cursor"] for edge in edges],
    }


RECORD = kill_record("flag_7")
WRITES = (
    "UPDATE feature_flags SET enabled = NOT enabled, description = 'x@y.test'",
    "UPDATE feature_flags SET rollout_percentage = 0.01 WHERE NOT zero_chosen",
    "UPDATE suppliers SET business_name = 'New', vendor_type = 'music' WHERE vendor_type IS NULL",
    "DELETE FROM launch_phase_flags WHERE position = 6",
    "UPDATE clients SET status = 'connected' WHERE status = 'added'",
    "UPDATE feature_flags SET run_id = NULL, run_switch = NULL, run_target = NULL, run_step = NULL,"
    " run_ceiling = NULL WHERE flag_key LIKE '%1'",
    "UPDATE launch_incidents SET title = 'Of x@y.test', acknowledged_by_id = NULL",
    "DELETE FROM incident_episodes WHERE number = 2;"
    " DELETE FROM api_tokens WHERE name LIKE 'for bob%'",
    "DELETE FROM suppliers; DELETE FROM launch_phase_flags; DELETE FROM feature_flags",
)


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_plans_and_the_executor_give_the_same_response(
    planned: Starlette, plain: Starlette, db: Database, seed: int
) -> None:
    await fill_tables(db)
    await fill_log(db)
    for runtime in (planned.state.runtime, plain.state.runtime):
        runtime.flags.kills.merge([RECORD])
        await runtime.kill_sync.sync()  # writes it into the log now
    tokens, random = await callers(db), Random(seed)
    names = await ids(GraphQLClient(plain, tokens[0]))
    for number in range(15 * len(WRITES)):
        body = json.dumps(DocumentGenerator(random, names).request()).encode()
        token = random.choice(tokens[: random.choice((2, len(tokens)))])
        expected = comparable_response(
            await post(GraphQLClient(plain, token), body), any_error=True
        )
        for turn in range(2):  # the executor has to meet a document first
            repeated = await post(GraphQLClient(planned, token), body + b" " * turn)
            actual = comparable_response(repeated, any_error=True)
            assert actual == expected, body.decode()
        if number % 15 == 14:
            async with db.write() as uow:
                for statement in WRITES[number // 15].split(";"):
                    await uow.session.execute(text(statement))
    assert plans_of(planned).answered > 20


QUERIES = {
    "{ featureFlags(first: 3) { nodes { key } pageInfo { hasNextPage } } }": 1,
    "{ featureFlags(first: 3) { totalCount nodes { key phase { key } } } }": 2,
    "{ launchPhases { key flags { position flag { key } } } }": 1,
    "{ suppliers { nodes { clients(first: 2) { totalCount nodes { invitation { id } } } } } }": 1,
    "{ couples { nodes { id } } a: couples(first: 1) { nodes { id } } }": 2,
    "{ incidents(status: null) { totalCount nodes { id currentEpisode { number } } } }": 2,
    "{ changes { nodes { actor { ... on User { id email } } subject { id } } } }": 1,
    "{ launchEvents { nodes { summary actor { __typename } } } }": 1,
}


async def test_a_root_field_is_one_statement(planned: Starlette, db: Database) -> None:
    """And one more where it counts; whatever is below it is joined."""
    await fill_tables(db)
    await fill_log(db)
    admin = GraphQLClient(planned, await user_sessions.create_session(db, Role.ADMIN))
    for query, expected in QUERIES.items():
        first = await admin.data(query)
        counter = StatementCounter(planned.state.runtime.db)
        assert await admin.data(query) == first
        counter.stop()
        assert len(counter.statements) == expected, query
    assert plans_of(planned).answered == len(QUERIES)


KEYS = "{ featureFlags { nodes { key description } } }"


async def test_plans_enforce_scopes(planned: Starlette, db: Database) -> None:
    await fill_tables(db)
    admin, other, visitor = (
        GraphQLClient(planned, token)
        for token in (
            await user_sessions.create_session(db, Role.ADMIN),
            await user_sessions.create_session(db, Role.SUPPLIER),
            None,
        )
    )
    for _ in range(2):
        assert (await admin.execute(KEYS)).codes == []
    assert (await other.execute(KEYS)).codes == ["FORBIDDEN"]
    assert (await visitor.execute(KEYS)).codes == ["UNAUTHENTICATED"]
    wrong = {"authorization": "Bearer wrong"}
    refused = await visitor.raw("POST", "/graphql", json={"query": KEYS}, headers=wrong)
    assert refused.status_code == 401
    assert plans_of(planned).answered == 1


async def test_plans_hide_addresses_without_people_read(planned: Starlette, db: Database) -> None:
    """SEC10: the same operation has a plan for each."""
    await fill_tables(db)
    for scopes, seen in (((), True), ((Scope.FLAGS_READ,), False)):
        token = (
            await new_token(db, scopes)
            if scopes
            else await user_sessions.create_session(db, Role.VIEWER)
        )
        for _ in range(2):
            answer = await GraphQLClient(planned, token).data(KEYS)
            assert ("o@x.test" in json.dumps(answer)) is seen
    assert plans_of(planned).answered == 3


async def test_plans_cost_the_same_as_the_executor(planned: Starlette, db: Database) -> None:
    await fill_tables(db)
    admin = GraphQLClient(planned, await user_sessions.create_session(db, Role.ADMIN))
    cost = (await admin.execute(KEYS)).body["extensions"]["cost"]["requested"]
    quota = planned.state.runtime.quota
    await quota.stop()
    quota.budget = Budget(points=4 * cost, restore_rate=0.001)
    answers = [await admin.execute(KEYS) for _ in range(5)]
    assert [item.status for item in answers] == [200, 200, 200, 429, 429]
    remaining = [item.body["extensions"]["cost"]["remaining"] for item in answers[:3]]
    assert remaining == [2 * cost, cost, 0]


async def test_a_failed_plan_falls_back_to_the_executor_and_is_charged_once(
    planned: Starlette, db: Database
) -> None:
    await fill_tables(db)
    admin = GraphQLClient(planned, await user_sessions.create_session(db, Role.ADMIN))
    runtime, plans = planned.state.runtime, plans_of(planned)
    first = [await admin.data(KEYS) for _ in range(2)]
    await runtime.quota.stop()
    runtime.quota.budget = Budget(points=1_000, restore_rate=0.001)
    await runtime.db.reads.close()
    costs = [(await admin.execute(KEYS)).body["extensions"]["cost"] for _ in range(3)]
    spent = costs[0]["remaining"] - costs[2]["remaining"]
    assert spent == 2 * costs[0]["requested"]
    assert (await admin.data(KEYS), plans.answered) == (first[0], 1)


async def test_lost_read_connections_are_reopened(planned: Starlette, db: Database) -> None:
    await fill_tables(db)
    admin = GraphQLClient(planned, await user_sessions.create_session(db, Role.ADMIN))
    first = [await admin.data(KEYS) for _ in range(2)]
    async with db.write() as uow:
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :n"
        await uow.session.execute(text(cut), {"n": "launch-reads"})
    assert [await admin.data(KEYS) for _ in range(3)] == [first[0]] * 3
    assert plans_of(planned).answered in (3, 4)  # the executor answers where it was not known yet


async def test_concurrent_identical_reads_are_coalesced(planned: Starlette, db: Database) -> None:
    """Of those who come while all connections are busy; nobody joins what was sent before."""
    await fill_tables(db)
    admin = GraphQLClient(planned, await user_sessions.create_session(db, Role.ADMIN))
    await admin.data(KEYS)
    reads = planned.state.runtime.db.reads
    counter = StatementCounter(planned.state.runtime.db)
    answers = await asyncio.gather(*(admin.data(KEYS) for _ in range(24)))
    counter.stop()
    assert all(answer == answers[0] for answer in answers)
    assert plans_of(planned).answered == 24
    assert reads.shared_count > 0


async def test_plan_memory_is_bounded(planned: Starlette, db: Database) -> None:
    admin = GraphQLClient(planned, await user_sessions.create_session(db, Role.ADMIN))
    plans = plans_of(planned)
    for number in range(300):
        for _ in range(2):
            await admin.data(f"{{ a{number}: featureFlags {{ nodes {{ key }} }} }}")
    assert 0 < plans.size <= MAX_BYTES_PER_OWNER * 2
    assert plans.answered == 300
