"""A request that comes again byte for byte gets what any other that asks the same gets (ADR 12)."""

import json
from itertools import count
from random import Random

import pytest
from sqlalchemy import delete, select
from starlette.applications import Starlette
from starlette.routing import Route

from db.models.flags import FlagUse
from db.session import Database
from domain.actors import Role, VendorType
from domain.budgets import Budget
from schema.repeats import MAX_ROWS_BYTES, MAX_VIEWS_BYTES, MOST_BYTES, Repeats
from schema.view import GraphQLView
from server.graph import schema
from services.byte_cache import ENTRY_BYTES
from services.documents import hash_of
from services.replies import Question, Source
from settings import Settings
from tests.api.test_logs import Lines, lines
from tests.api.test_replies import FLAGS, toggle
from tests.factories.kills import kill_record
from tests.factories.launches import make_flag, make_phase
from tests.factories.people import session_of
from tests.graphql import GraphQLClient
from tests.support.roads import post, told

__all__ = ["lines"]  # a fixture

NODES = ("key", "name", "enabled", "version", "__typename", "a: key", "updatedAt", "targetGroups")
ROOTS = (
    "featureFlags(first: $first) {{ nodes {{ {} }} totalCount }}",
    "launchPhases {{ id key flags {{ position flag {{ {} }} }} }}",
    'featureFlag(key: "mvp_chat") {{ {} }}',
    "suppliers(first: $first) {{ nodes {{ id }} }} flag: featureFlag(key: $key) {{ {} }}",
    "viewerFlags {{ version }} featureFlag(key: $key) {{ {} }}",  # of both
)
ACCEPTS = (
    "application/json",
    "application/graphql-response+json",
    "*/*",
    "text/event-stream, application/json",
    "application/json;q=0.5, application/graphql-response+json",
)
COMMON = json.dumps({"query": FLAGS}).encode()
_padding = count(1)


def some_body(random: Random) -> bytes:
    """Most are good; some are refused, or answered by more than rows."""
    fields = " ".join(random.sample(NODES, random.randint(1, 5)))
    query = 'query Q($first: Int = 5, $key: String! = "mvp_chat") { x: __typename '
    query += random.choice(ROOTS).format(fields) + " y: featureFlag(key: $key) { id }"
    query += " featureFlags(first: $first) { totalCount } }"
    data: dict[str, object] = {"query": query}
    if random.random() < 0.6:
        data["variables"] = {"first": random.choice((1, 2, 50, 50, 0, "x", None))}
    if random.random() < 0.3:
        data["operationName"] = random.choice(("Q", "Q", None, "Other", 1))
    return json.dumps(data).encode()


@pytest.fixture
def app_settings(settings: Settings) -> Settings:
    """Without plans, which answer most of what these ask."""
    return settings.model_copy(update={"fast_paths": False})


@pytest.fixture
def short(app: Starlette) -> Repeats:
    """What the app remembers of requests."""
    views = [route.endpoint for route in app.routes if isinstance(route, Route)]
    return next(view.repeats for view in views if isinstance(view, GraphQLView))


@pytest.mark.parametrize("seed", range(3))
async def test_both_roads_answer_alike(
    short: Repeats, admin: GraphQLClient, supplier: GraphQLClient, visitor: GraphQLClient, seed: int
) -> None:
    await make_phase(admin, "beta", ("mvp_chat",))
    random = Random(seed)
    bodies = [some_body(random) for _ in range(6)]
    for number in range(120):
        body, client = random.choice(bodies), random.choice((admin, admin, supplier, visitor))
        # Another length is another request, which has not come before.
        pair = [body, body + b" " * next(_padding)]
        random.shuffle(pair)
        accept = random.choice(ACCEPTS)
        first, second = [told(await post(client, item, accept=accept)) for item in pair]
        assert first == second
        if number % 20 == 0:
            await toggle(admin, on=number % 40 == 0)
    assert short.answered > 20


async def test_what_was_written_is_never_overlooked(short: Repeats, admin: GraphQLClient) -> None:
    await make_phase(admin, "beta", ("mvp_chat",))
    for on in (True, False, True):
        await toggle(admin, on=on)
        answers = [(await post(admin, COMMON)).json()["data"] for _ in range(3)]
        assert [str(on) in str(item) for item in answers] == [True] * 3
    assert short.answered == 6


VIEWS = """query ($device: String) { viewerFlags(deviceId: $device) {
  version etag flags { key value reason errorCode flagVersion } } }"""

# The rest of it is another any moment.
WORKED_OUT = VIEWS.replace("{ viewerFlags", "{ rateLimit { remaining } viewerFlags", 1)


def by_the_long_road(sent: dict[str, object]) -> bytes:
    """The same in bytes that never came, with a part that is not read on the short road."""
    return json.dumps({**sent, "extensions": {}}).encode() + b" " * next(_padding)


async def test_both_roads_show_a_visitor_the_same_flags(
    app: Starlette,
    short: Repeats,
    admin: GraphQLClient,
    visitor: GraphQLClient,
    db: Database,
) -> None:
    """A5, S60: by device and by account, through switches, percentages and the kill switch."""
    for key, groups in (("mvp_chat", None), ("mvp_photos", ["suppliers"]), ("mvp_maps", None)):
        await make_flag(admin, key, enabled=True, rolloutPercentage=50, targetGroups=groups)
    florists = [
        visitor.as_(await session_of(db, Role.SUPPLIER, vendor_type=VendorType.FLORIST))
        for _ in range(4)
    ]
    random, views = Random(7), set[str]()
    for number in range(150):
        client = random.choice((admin, visitor, visitor, *florists))
        device = random.choice((None, "phone", "tablet", f"new-{number}"))
        sent: dict[str, object] = {"query": VIEWS, "variables": {"device": device}}
        pair = [json.dumps(sent).encode(), by_the_long_road(sent)]
        random.shuffle(pair)
        first, second = [told(await post(client, item)) for item in pair]
        assert first == second
        worked_out = (await client.data(WORKED_OUT, device=device))["viewerFlags"]
        assert json.loads(first[2])["data"]["viewerFlags"] == worked_out
        views.add(first[2])
        if number % 15 == 14:
            await toggle(admin, on=number % 30 == 14)
        if number == 100:
            app.state.runtime.flags.kills.merge([kill_record("mvp_maps")])
    assert short.answered > 40
    assert len(views) > 10


async def test_flags_that_are_given_again_were_evaluated_again(
    app: Starlette, short: Repeats, admin: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    """A23: a flag that is served from memory is in use."""
    await make_flag(admin, "mvp_chat")
    body = json.dumps({"query": VIEWS}).encode()
    for number in range(3):
        await post(visitor, body)
        async with db.write() as uow:
            await uow.session.execute(delete(FlagUse))
        await app.state.runtime.usage.flush()
        async with db.read() as session:
            keys = await session.scalars(select(FlagUse.flag_key))
            assert list(keys) == ["mvp_chat"], number
    assert short.answered == 2


async def test_visitors_push_out_nothing_of_the_dashboards(
    short: Repeats, admin: GraphQLClient, visitor: GraphQLClient
) -> None:
    await make_phase(admin, "beta", ("mvp_chat",))
    await post(admin, COMMON)
    for number in range(MAX_VIEWS_BYTES // ENTRY_BYTES):
        short.remember(b"%d" % number, Question(Source.VIEW, ("what", None), b"", 1))
    await post(admin, COMMON)
    assert short.answered == 1


async def test_who_may_not_is_refused_after_others_were_answered(
    short: Repeats, admin: GraphQLClient, supplier: GraphQLClient, visitor: GraphQLClient
) -> None:
    assert [(await post(admin, COMMON)).status_code for _ in range(2)] == [200, 200]
    answers = [await post(client, COMMON) for client in (supplier, visitor)]
    codes = [item.json()["errors"][0]["extensions"]["code"] for item in answers]
    assert codes == ["FORBIDDEN", "UNAUTHENTICATED"]
    assert short.answered == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/json; charset=latin-1"}, 415),
        ({"accept": "text/html"}, 406),
    ],
)
async def test_the_head_is_checked_as_ever(
    short: Repeats, admin: GraphQLClient, headers: dict[str, str], status: int
) -> None:
    await post(admin, COMMON)
    assert (await post(admin, COMMON, **headers)).status_code == status
    assert short.answered == 0


async def test_it_costs_the_same_and_no_more_than_is_left(
    app: Starlette, short: Repeats, admin: GraphQLClient
) -> None:
    cost = (await post(admin, COMMON)).json()["extensions"]["cost"]["requested"]
    budgets = app.state.runtime.budgets
    await budgets.stop()  # what is shared with other processes is counted at the rate of before
    budgets.budget = Budget(points=3 * cost, restore_rate=0.001)
    answers = [await post(admin, COMMON) for _ in range(4)]
    assert [item.status_code for item in answers][-1] == 429
    assert "retry-after" in answers[-1].headers
    assert short.answered == sum(item.status_code == 200 for item in answers) <= 3


async def test_it_has_its_line_in_the_log(
    short: Repeats, admin: GraphQLClient, lines: Lines
) -> None:
    body = json.dumps({"query": f"query Flags {FLAGS}"}).encode()
    for _ in range(2):
        await post(admin, body)
    long, again = ({**line, "ms": 0} for line in lines.of("launch.graphql"))
    differing = {name for name in long if long[name] != again[name]}
    assert (short.answered, long.keys()) == (1, again.keys())
    assert differing <= {"request_id", "time", "message"}


async def test_documents_that_come_with_their_hash_stay_on_the_long_road(
    short: Repeats, admin: GraphQLClient
) -> None:
    named = {"persistedQuery": {"version": 1, "sha256Hash": hash_of(FLAGS)}}
    body = json.dumps({"query": FLAGS, "extensions": named}).encode()
    assert [(await post(admin, body)).status_code for _ in range(3)] == [200] * 3
    assert short.answered == 0


NAMED = {"persistedQuery": {"version": 1, "sha256Hash": hash_of(FLAGS)}}


@pytest.mark.parametrize(
    "request_", [{"documentId": f"sha256:{hash_of(FLAGS)}"}, {"extensions": NAMED}]
)
async def test_a_document_by_its_hash_alone_is_answered_alike(
    short: Repeats, admin: GraphQLClient, supplier: GraphQLClient, request_: dict[str, object]
) -> None:
    await post(admin, json.dumps({"query": FLAGS, "extensions": NAMED}).encode())
    body = json.dumps(request_).encode()
    first, second = [told(await post(admin, body)) for _ in range(2)]
    assert (first, short.answered) == (second, 1)
    assert (await post(supplier, body)).json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_memory_is_bounded(app: Starlette) -> None:
    repeats = Repeats(app.state.runtime, schema)
    question = Question(Source.ROWS, ("what", None), b"", 1)
    for number in range(MAX_ROWS_BYTES // ENTRY_BYTES):
        repeats.remember(b"%d" % number, question)
    repeats.remember(b" " * (MOST_BYTES + 1), question)
    assert 15_000 < len(repeats) < MAX_ROWS_BYTES // ENTRY_BYTES
