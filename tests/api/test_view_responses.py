"""Responses of nothing but the caller's flags are what the executor says, cached (ADR 32)."""

import json
from itertools import count
from random import Random

import pytest
from graphql import parse
from sqlalchemy import delete, select
from starlette.applications import Starlette

from db.models.flags import FlagUse
from db.session import Database
from domain.actors import Role, VendorType
from domain.platform.cost_quota import Budget
from server.compat import core_schema
from server.execution.flag_responses import shows_only_flags
from server.graph import schema
from server.http.planned_operations import MAX_VISITOR_BYTES, PlannedOperations
from settings import Settings
from tests.api.test_plans import plans_of
from tests.factories.incidents import toggle_flag
from tests.factories.kills import kill_record
from tests.factories.launches import make_flag
from tests.factories.user_sessions import create_session
from tests.support.graphql import GraphQLClient
from tests.support.response_comparison import comparable_response, post

VIEWS = """query ($device: String) { viewerFlags(deviceId: $device) {
  version etag flags { key value reason errorCode flagVersion } } }"""
# The rest of it is another any moment.
WORKED_OUT = VIEWS.replace("{ viewerFlags", "{ rateLimit { remaining } viewerFlags", 1)
SHOWN = "{ version flags { key value @include(if: $all) reason } again: flags { key } }"
DOCUMENTS: tuple[dict[str, object], ...] = (
    {"query": VIEWS},
    {
        "query": "query Q($device: String, $all: Boolean! = true) "
        f"{{ viewerFlags(deviceId: $device) {SHOWN} }}"
    },
    {
        "query": 'query A($device: String = "tablet", $all: Boolean = false) '
        f"{{ one: viewerFlags(deviceId: $device) {SHOWN} viewerFlags {{ etag }} }} "
        "query B { viewerFlags { version } }",
        "operationName": "A",
    },
)
VARIABLES: tuple[object, ...] = (
    *({}, None, {"device": None}, {"device": "phone"}, {"device": "phone", "all": False}),
    *({"all": None}, {"all": "yes"}, {"device": 5}, {"device": ["phone"]}, {"device": {"a": 1}}),
    *({"device": "a\0b"}, {"device": "phone", "other": 1}, {"device": "x" * 9_000}, [], "phone"),
    *({"device": 1e400}, {"device": 2**70}, {"device": "\ud800"}, {"device": "\u2028 \" '"}),
)
_numbers = count(1)


@pytest.fixture
def app_settings(settings: Settings) -> Settings:
    """With plans, whatever the settings of this run are."""
    return settings.model_copy(update={"fast_paths": True})


@pytest.fixture
def plans(app: Starlette) -> PlannedOperations:
    return plans_of(app)


def by_the_executor(sent: dict[str, object]) -> bytes:
    """The same with a part that no plan reads."""
    return json.dumps({**sent, "unread": next(_numbers)}).encode()


async def test_cached_documents_give_new_callers_the_executors_response(
    plans: PlannedOperations, admin: GraphQLClient, visitor: GraphQLClient
) -> None:
    """A5: whatever comes with it, good or not; what is refused is told by the executor."""
    for key in ("mvp_chat", "mvp_photos"):
        await make_flag(admin, key, enabled=True, rolloutPercentage=50)
    random = Random(11)
    for sent in (*DOCUMENTS, *DOCUMENTS):
        assert (await post(visitor, by_the_executor(sent))).json().get("data") is not None
    assert plans.answered == 0
    for number in range(300):
        sent = {**random.choice(DOCUMENTS), "variables": random.choice(VARIABLES)}
        if isinstance(sent["variables"], dict) and random.random() < 0.5:
            sent["variables"] = {"device": f"new-{number}", **sent["variables"]}
        if random.random() < 0.2:
            sent["operationName"] = random.choice((None, "A", "B", "Q", "", 1))
        client = random.choice((admin, visitor))
        pair = [json.dumps(sent).encode(), by_the_executor(sent)]
        random.shuffle(pair)
        first, second = [comparable_response(await post(client, item)) for item in pair]
        assert first == second, sent
    assert plans.answered > 80


async def test_each_caller_sees_the_current_flags(
    app: Starlette,
    plans: PlannedOperations,
    admin: GraphQLClient,
    visitor: GraphQLClient,
    db: Database,
) -> None:
    """A5, S60: by device and by account, through switches, percentages and the kill switch."""
    for key, groups in (("mvp_chat", None), ("mvp_photos", ["suppliers"]), ("mvp_maps", None)):
        await make_flag(admin, key, enabled=True, rolloutPercentage=50, targetGroups=groups)
    florists = [
        visitor.as_(await create_session(db, Role.SUPPLIER, vendor_type=VendorType.FLORIST))
        for _ in range(4)
    ]
    random, flag_responses = Random(7), set[str]()
    for number in range(150):
        client = random.choice((admin, visitor, visitor, *florists))
        device = random.choice((None, "phone", "tablet", f"new-{number}"))
        sent: dict[str, object] = {"query": VIEWS, "variables": {"device": device}}
        pair = [json.dumps(sent).encode(), by_the_executor(sent)]
        random.shuffle(pair)
        first, second = [comparable_response(await post(client, item)) for item in pair]
        assert first == second
        worked_out = (await client.data(WORKED_OUT, device=device))["viewerFlags"]
        assert json.loads(first[2])["data"]["viewerFlags"] == worked_out
        flag_responses.add(first[2])
        if number % 15 == 14:
            await toggle_flag(admin, "mvp_chat", number % 30 == 14)
        if number == 100:
            app.state.runtime.flags.kills.merge([kill_record("mvp_maps")])
    assert plans.answered > 100
    assert 20 < plans.flag_responses.hits < plans.answered
    assert len(flag_responses) > 10


async def test_flags_in_cached_responses_count_as_evaluated(
    app: Starlette,
    plans: PlannedOperations,
    admin: GraphQLClient,
    visitor: GraphQLClient,
    db: Database,
) -> None:
    """A23: a flag that is served from memory is in use."""
    await make_flag(admin, "mvp_chat")
    body = json.dumps({"query": VIEWS}).encode()
    for number in range(4):
        await post(visitor, body)
        async with db.write() as uow:
            await uow.session.execute(delete(FlagUse))
        await app.state.runtime.usage.flush()
        async with db.read() as session:
            keys = await session.scalars(select(FlagUse.flag_key))
            assert list(keys) == ["mvp_chat"], number
    assert plans.flag_responses.hits == 2


async def test_cached_responses_respect_the_quota(
    app: Starlette, plans: PlannedOperations, visitor: GraphQLClient
) -> None:
    """A42: what cannot be paid is not executed."""

    def operation(device: str) -> bytes:
        return json.dumps({"query": VIEWS, "variables": {"device": device}}).encode()

    cost = (await post(visitor, operation("a"))).json()["extensions"]["cost"]["requested"]
    app.state.runtime.quota.budget = Budget(points=3 * cost, restore_rate=0.001)
    kept = []
    for device in "bcde":
        kept.append(
            (
                (await post(visitor, operation(device))).status_code,
                plans.flag_responses.cache.size,
            )
        )
    assert [status for status, _ in kept] == [200, 200, 429, 429]
    assert kept[1][1] == kept[3][1]
    assert plans.answered == 2


async def test_visitors_fill_only_their_share_of_the_cache(
    plans: PlannedOperations, admin: GraphQLClient, visitor: GraphQLClient
) -> None:
    keys = "{ featureFlags { nodes { key } } }"
    await admin.data(keys)
    for number in range(MAX_VISITOR_BYTES // 2_000):
        await visitor.data(f"{{ a{number}: viewerFlags {{ version }} }}")
    await admin.data(keys)
    assert plans.answered == 1
    assert plans.size < 2 * MAX_VISITOR_BYTES


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ viewerFlags { version flags { key value } } }", True),
        ("{ __typename viewerFlags { ...F } } fragment F on FlagSet { etag }", True),
        ("{ viewerFlags { version } viewer { id } }", False),
        ("{ featureFlags { nodes { key } } }", False),
        ("{ __schema { queryType { name } } viewerFlags { version } }", False),
        ("query A { viewerFlags { version } } query B { launchPhases { id } }", False),
    ],
)
def test_only_the_callers_flags_are_cached(query: str, expected: bool) -> None:
    assert shows_only_flags(core_schema(schema), parse(query)) is expected
