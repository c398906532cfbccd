"""How many SQL statements each operation sends: as many for 30 rows as for one (R8)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
from starlette.applications import Starlette

from db.session import Database, StatementCounter
from domain.actors import Actor, ActorKind, Role, system_actor
from domain.ids import parse_global_id, parse_uuid
from domain.incidents.incidents import Severity
from services.incidents.incident_changes import acknowledge
from services.incidents.incidents import IncidentDraft, open_incident
from settings import Settings
from tests.factories import user_sessions
from tests.factories.accounts import add_user
from tests.factories.health import Health
from tests.factories.launches import make_phase
from tests.support.graphql import GraphQLClient

SIZES = (1, 10, 30)
ACTOR = "actor { __typename ... on User { email } ... on ApiToken { name } }"
PHASE_PARTS = "key steps { percentage } successCriteria { verdict } availableActions"
FLAG_PARTS = "key enabled rolloutPercentage targetGroups version"

# Each document with how many statements it sends after that of authentication.
DOCUMENTS = {
    "phases": ("{ launchPhases { key status version } }", 1),
    "phases with flags": (
        f"{{ launchPhases {{ {PHASE_PARTS} flags {{ flag {{ {FLAG_PARTS} }} }} }} }}",
        2,
    ),
    "phases with the phases of their flags": (
        "{ launchPhases { flags { flag { key phase { key } } } } }",
        3,
    ),
    "flags": (f"{{ featureFlags(first: 100) {{ nodes {{ {FLAG_PARTS} }} }} }}", 1),
    "flags with their phases and a count": (
        f"{{ featureFlags(first: 100) {{ totalCount nodes {{ {FLAG_PARTS} phase {{ key }} }} }} }}",
        3,
    ),
    "flags as edges": ("{ featureFlags(first: 100) { edges { cursor node { key } } } }", 1),
    "assignees": ('{ incidentAssignees(search: "a") { nodes { email role } } }', 1),
    "staff": ("{ staff(first: 100) { totalCount nodes { email disabledAt } } }", 2),
    "incidents": (
        "{ incidents(first: 100) { totalCount nodes { number phase { key } "
        "affectedFeatures { key } acknowledgedBy { __typename } } } }",
        5,
    ),
    # Timelines are one statement; suspects five, and one more where a revert has to be weighed.
    "incidents with their timelines": (
        "{ incidents(first: 100) { nodes { timeline(first: 5) { nodes { summary } } } } }",
        2,
    ),
    "incidents with their suspects": (
        "{ incidents(first: 100) { nodes { suspects { score why confirmedCause "
        "change { id revertible actor { __typename } } } } } }",
        7,
    ),
    "incidents with their reports": ("{ incidents(first: 100) { nodes { report } } }", 8),
    "incidents with their episodes": (
        "{ incidents(first: 100) { nodes { currentEpisode { dependents { key } } "
        "episodes { title } } } }",
        4,
    ),
    "a state of the past": ('{ launchState(at: "2100-01-01T00:00:00Z") }', 7),
    "events": (
        f"{{ launchEvents(first: 100) {{ nodes {{ at summary {ACTOR} "
        "... on PhaseEvent { to phase { key } } ... on FlagEvent { diff { key } } } } }",
        3,
    ),
    "the newest events": (
        f"{{ launchEvents(first: 100, newestFirst: true) {{ nodes {{ at summary {ACTOR} }} }} }}",
        2,
    ),
    "events with the way of their flags": (
        "{ launchEvents(first: 100) { nodes { ... on FlagEvent { propagation { acked } } } } }",
        2,
    ),
    "metrics": ("{ launchMetrics { signups { value } performance { points { value } } } }", 5),
    "funnels": ("{ launchMetrics { journeys { started } } }", 8),
    "a metric over time": (
        '{ metricSeries(name: "error_rate", range: LAST_1H, aggregation: AVG) { points { at } } }',
        2,  # one of them asks how far folds reach
    ),
    "the flags of the viewer": ("{ viewerFlags { version flags { key value reason } } }", 0),
    "the history of all checks": (
        "{ systemHealth { checks { history { at uptime responseTimeMs } } } }",
        2,
    ),
    "changes": (
        f"{{ changes(first: 100) {{ nodes {{ action before after revertible {ACTOR} "
        "subject { id } } } }",
        5,
    ),
    "health": ("{ systemHealth { overall checks { type status uptime } } }", 2),
}


@contextmanager
def counting(app: Starlette) -> Iterator[list[str]]:
    """The statements that the app sends for a request, who asks not being known yet."""
    app.state.runtime.access.clear()
    counter = StatementCounter(app.state.runtime.db)
    try:
        yield counter.statements
    finally:
        counter.stop()


async def wrongly_counted(
    app: Starlette, client: GraphQLClient, documents: Mapping[str, tuple[str, int]]
) -> dict[str, list[str]]:
    """What was sent for each document that sends more or fewer statements than it should."""
    statements = {}
    for name, (document, expected) in documents.items():
        with counting(app) as sent:
            await client.data(document)
        if len(sent) != expected + 1:
            statements[name] = sent
    return statements


SWITCH_ON = """mutation ($key: String!) {
  toggleFeatureFlag(input: {key: $key, enabled: true}) { errors { message } } }"""


class Launch:
    """Phases that each have a flag, an incident and an author of their own."""

    def __init__(self, db: Database, visitor: GraphQLClient) -> None:
        self.db = db
        self.visitor = visitor
        self.phases: list[str] = []

    async def grow(self, size: int) -> None:
        for index in range(len(self.phases), size):
            author = self.visitor.as_(await user_sessions.create_session(self.db, Role.ADMIN))
            phase = await make_phase(author, f"phase_{index}", flags=(f"flag_{index}",))
            await author.data(SWITCH_ON, key=f"flag_{index}")  # a change that reached people
            await self._add_incident(phase, f"flag_{index}")
            self.phases.append(phase)

    async def _add_incident(self, phase: str, flag: str) -> None:
        taker = await add_user(self.db, Role.OPERATOR, f"{flag}@wedsync.com")
        _, key = parse_global_id(phase) or ("", "")
        async with self.db.write() as uow:
            draft = IncidentDraft(
                "test", Severity.LOW, flag, affected_features=[flag], phase_id=parse_uuid(key)
            )
            opened = await open_incident(uow, system_actor("test"), draft)
            person = Actor(ActorKind.USER, taker.id, taker.email)
            await acknowledge(uow, person, opened.row.id, None)


@pytest.fixture
def app_settings(settings: Settings) -> Settings:
    """Without plans, whose statements are counted in api/test_plans.py."""
    return settings.model_copy(update={"fast_paths": False})


@pytest.fixture
def launch(db: Database, visitor: GraphQLClient, health: Health) -> Launch:
    """Nothing yet."""
    return Launch(db, visitor)


async def test_statements_do_not_grow_with_the_rows(
    app: Starlette, admin: GraphQLClient, launch: Launch
) -> None:
    for size in SIZES:
        await launch.grow(size)
        await admin.data("{ systemHealth { overall } }")  # checks that are due run here
        assert await wrongly_counted(app, admin, DOCUMENTS) == {}, size


async def test_nodes_of_a_type_are_loaded_in_one_batch(
    app: Starlette, admin: GraphQLClient, launch: Launch
) -> None:
    await launch.grow(10)
    document = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on LaunchPhase { key } } }"
    with counting(app) as sent:
        answer = await admin.data(document, ids=launch.phases)
    assert [item["key"] for item in answer["nodes"]] == [f"phase_{n}" for n in range(10)]
    assert len(sent) == 2


async def test_activation_plans_take_the_same_statements_for_any_number_of_flags(
    app: Starlette, admin: GraphQLClient, health: Health
) -> None:
    document = """query ($id: ID!) { activationPlan(phaseId: $id) {
      hash conflicts changes { key before { enabled } after { enabled } }
      exposure { before after } readiness { verdict checks { key ok } } phase { key } } }"""
    for size in SIZES:
        phase = await make_phase(admin, f"phase_{size}", tuple(f"f{size}_{n}" for n in range(size)))
        await admin.data(document, id=phase)
        with counting(app) as sent:
            await admin.data(document, id=phase)
        assert (size, len(sent)) == (size, 11), "\n".join(sent)


async def test_flags_of_a_visitor_need_no_database(app: Starlette, visitor: GraphQLClient) -> None:
    with counting(app) as sent:
        await visitor.data("{ viewerFlags { version flags { key value } } }")
    assert sent == []


async def test_refused_requests_only_authenticate(app: Starlette, supplier: GraphQLClient) -> None:
    with counting(app) as sent:
        answer = await supplier.execute("{ launchPhases { key } }")
    assert (answer.codes, len(sent)) == (["FORBIDDEN"], 1)
