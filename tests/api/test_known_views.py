"""A document of flags that is known answers clients who are new as any other road does (ADR 12)."""

import json
from random import Random

from starlette.applications import Starlette

from domain.budgets import Budget
from schema.known_views import MAX_BYTES, KnownViews
from schema.repeats import Repeats
from server.graph import schema
from services.byte_cache import ENTRY_BYTES
from services.replies import Question, Source
from tests.api.test_repeats import VIEWS, by_the_long_road, short
from tests.factories.launches import make_flag
from tests.graphql import GraphQLClient
from tests.support.roads import post, told

__all__ = ["short"]  # a fixture

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


async def test_a_known_document_answers_whoever_is_new_as_any_other(
    short: Repeats, admin: GraphQLClient, visitor: GraphQLClient
) -> None:
    """A5: whatever comes with it, good or not; what is refused is told by the long road."""
    for key in ("mvp_chat", "mvp_photos"):
        await make_flag(admin, key, enabled=True, rolloutPercentage=50)
    random = Random(11)
    for sent in (*DOCUMENTS, *DOCUMENTS):
        assert (await post(visitor, by_the_long_road(sent))).json().get("data") is not None
    assert short.answered == 0
    for number in range(300):
        sent = {**random.choice(DOCUMENTS), "variables": random.choice(VARIABLES)}
        if isinstance(sent["variables"], dict) and random.random() < 0.5:
            sent["variables"] = {"device": f"new-{number}", **sent["variables"]}
        if random.random() < 0.2:
            sent["operationName"] = random.choice((None, "A", "B", "Q", "", 1))
        client = random.choice((admin, visitor))
        pair = [json.dumps(sent).encode(), by_the_long_road(sent)]
        random.shuffle(pair)
        first, second = [told(await post(client, item)) for item in pair]
        assert first == second, sent
    assert short.answered > 80


async def test_a_visitor_who_is_new_is_asked_no_more_than_is_left(
    app: Starlette, short: Repeats, visitor: GraphQLClient
) -> None:
    """A42: what cannot be paid is not worked out."""

    def asked(device: str) -> bytes:
        return json.dumps({"query": VIEWS, "variables": {"device": device}}).encode()

    cost = (await post(visitor, asked("a"))).json()["extensions"]["cost"]["requested"]
    app.state.runtime.budgets.budget = Budget(points=3 * cost, restore_rate=0.001)
    kept = []
    for device in "bcde":
        kept.append(
            ((await post(visitor, asked(device))).status_code, app.state.runtime.replies.views.size)
        )
    assert [status for status, _ in kept] == [200, 200, 429, 429]
    assert kept[1][1] == kept[3][1]
    assert short.answered == 2


async def test_documents_that_came_long_ago_are_forgotten() -> None:
    known = KnownViews(schema)
    most = MAX_BYTES // ENTRY_BYTES
    for number in range(most):
        known.remember(Question(Source.VIEW, (f"{{ a{number} }}", None), b"{}", 1))
    known.remember(Question(Source.ROWS, ("{ b }", None), b"{}", 1))
    assert 1_000 < len(known) < most
    assert known.read(b'{"query": "{ a9 }"}') is None
