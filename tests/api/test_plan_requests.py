"""A request that a plan answers is checked, logged and limited as any other (ADR 32)."""

import json
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from starlette.applications import Starlette

from app import create_app, running
from db.session import Database
from domain.platform.cost_quota import Budget
from server.http.planned_operations import PlannedOperations
from services.platform.documents import hash_of
from settings import Settings
from tests.api.test_logs import Lines, lines
from tests.api.test_plans import plans_of
from tests.factories.incidents import toggle_flag
from tests.factories.launches import make_flag, make_phase
from tests.support.graphql import GraphQLClient
from tests.support.response_comparison import comparable_response, post

__all__ = ["lines"]  # a fixture

FLAGS = "{ featureFlags { nodes { key enabled version } } }"
PHASES = "{ launchPhases { key name flags { flag { key enabled } } } }"
COMMON = json.dumps({"query": FLAGS}).encode()
READS = pytest.mark.parametrize("document", [FLAGS, PHASES])
NAMED = {"persistedQuery": {"version": 1, "sha256Hash": hash_of(FLAGS)}}


@pytest.fixture
def app_settings(settings: Settings) -> Settings:
    """With plans, whatever the settings of this run are."""
    return settings.model_copy(update={"fast_paths": True})


@pytest.fixture
def plans(app: Starlette) -> PlannedOperations:
    return plans_of(app)


@pytest.fixture
async def other(
    app: Starlette, admin: GraphQLClient, app_settings: Settings
) -> AsyncIterator[GraphQLClient]:
    """The same person at another process."""
    other_app = create_app(app_settings)
    async with running(other_app.state.runtime):
        yield GraphQLClient(other_app, admin.token)


@pytest.fixture
async def phase(admin: GraphQLClient) -> str:
    return await make_phase(admin, "beta", ("mvp_chat",))


def is_on(answer: object) -> bool:
    return "'enabled': True" in str(answer)


@READS
async def test_committed_changes_are_read_in_every_process(
    admin: GraphQLClient, other: GraphQLClient, phase: str, document: str
) -> None:
    for on in (True, False, True):
        for writer, reader in ((admin, other), (other, admin)):
            await toggle_flag(writer, "mvp_chat", on)
            assert [is_on(await client.data(document)) for client in (reader, writer)] == [on, on]


@pytest.mark.parametrize(
    ("document", "change", "expected"),
    [
        (FLAGS, "UPDATE feature_flags SET enabled = true", "'enabled': True"),
        (PHASES, "UPDATE launch_phases SET phase_name = 'By hand'", "By hand"),
        (PHASES, "DELETE FROM launch_phase_flags", "'flags': []"),
    ],
)
async def test_direct_sql_changes_are_read(
    plans: PlannedOperations,
    admin: GraphQLClient,
    db: Database,
    phase: str,
    document: str,
    change: str,
    expected: str,
) -> None:
    for _ in range(2):
        assert expected not in str(await admin.data(document))
    async with db.engine.begin() as connection:
        await connection.execute(text(change))
    assert expected in str(await admin.data(document))
    assert plans.answered == 2


async def test_uncommitted_changes_are_not_read(
    admin: GraphQLClient, db: Database, phase: str
) -> None:
    async with db.engine.begin() as connection:
        await connection.execute(text("UPDATE launch_phases SET phase_name = 'Late'"))
        assert "Late" not in str([await admin.data(PHASES) for _ in range(3)])
    assert "Late" in str(await admin.data(PHASES))


async def test_permissions_are_checked_after_others_were_served(
    plans: PlannedOperations, admin: GraphQLClient, supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    assert [(await post(admin, COMMON)).status_code for _ in range(2)] == [200, 200]
    answers = [await post(client, COMMON) for client in (supplier, visitor)]
    codes = [item.json()["errors"][0]["extensions"]["code"] for item in answers]
    assert codes == ["FORBIDDEN", "UNAUTHENTICATED"]
    assert plans.answered == 1


async def test_variables_select_the_response(admin: GraphQLClient, phase: str) -> None:
    await make_flag(admin, "second")
    query = "query ($key: String!) { featureFlag(key: $key) { key } }"
    responses = [
        await admin.data(query, key=key) for key in ("second", "mvp_chat", "none", "second")
    ]
    keys = [item["featureFlag"] and item["featureFlag"]["key"] for item in responses]
    assert keys == ["second", "mvp_chat", None, "second"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/json; charset=latin-1"}, 415),
        ({"accept": "text/html"}, 406),
    ],
)
async def test_request_headers_are_checked(
    plans: PlannedOperations, admin: GraphQLClient, headers: dict[str, str], status: int
) -> None:
    await post(admin, COMMON)
    assert (await post(admin, COMMON, **headers)).status_code == status
    assert plans.answered == 0


async def test_a_planned_operation_costs_the_same_and_respects_the_quota(
    app: Starlette, plans: PlannedOperations, admin: GraphQLClient
) -> None:
    cost = (await post(admin, COMMON)).json()["extensions"]["cost"]["requested"]
    quota = app.state.runtime.quota
    await quota.stop()  # what is shared with other processes is counted at the rate of before
    quota.budget = Budget(points=3 * cost, restore_rate=0.001)
    answers = [await post(admin, COMMON) for _ in range(4)]
    assert [item.status_code for item in answers][-1] == 429
    assert "retry-after" in answers[-1].headers
    assert plans.answered == sum(item.status_code == 200 for item in answers) <= 3


async def test_a_planned_operation_is_logged(
    plans: PlannedOperations, admin: GraphQLClient, lines: Lines
) -> None:
    body = json.dumps({"query": f"query Flags {FLAGS}"}).encode()
    for _ in range(2):
        await post(admin, body)
    executed, planned = ({**line, "ms": 0} for line in lines.of("launch.graphql"))
    differing = {name for name in executed if executed[name] != planned[name]}
    assert (plans.answered, executed.keys()) == (1, planned.keys())
    assert differing <= {"request_id", "time", "message"}


@pytest.mark.parametrize(
    "request_", [{"documentId": f"sha256:{hash_of(FLAGS)}"}, {"extensions": NAMED}]
)
async def test_persisted_documents_get_the_same_response(
    plans: PlannedOperations,
    admin: GraphQLClient,
    supplier: GraphQLClient,
    request_: dict[str, object],
) -> None:
    expected = comparable_response(
        await post(admin, json.dumps({"query": FLAGS, "extensions": NAMED}).encode())
    )
    body = json.dumps(request_).encode()
    assert [comparable_response(await post(admin, body)) for _ in range(2)] == [expected] * 2
    assert plans.answered == 2
    assert (await post(supplier, body)).json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
