"""What the API says about events that were archived (ADR 43)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from starlette.applications import Starlette

from db.models.archives import EventArchive
from db.models.webhooks import Webhook
from db.queries import changes, flags
from db.session import Database
from schema.pagination import encode_cursor
from tests.api.test_launch_states import STATE
from tests.api.test_playground import PAST
from tests.factories.launches import make_flag, make_phase
from tests.factories.log_archives import archive, edge_of, long_ago, record_events
from tests.factories.propagation import runtime_of, toggle_flag
from tests.factories.webhooks import create_webhook, create_webhook_payload, make_deliverer
from tests.support.clock import Clock
from tests.support.graphql import GraphQLClient, GraphQLResponse

EVENTS = """query ($first: Int, $after: String, $before: String, $last: Int) {
  launchEvents(first: $first, after: $after, before: $before, last: $last) {
    nodes { __typename cursor summary } pageInfo { hasNextPage hasPreviousPage } } }"""
NEWEST = """query ($after: String) { launchEvents(newestFirst: true, after: $after) {
  nodes { cursor } } }"""
HINTS = """{ launchEvents { archivedBefore nodes { __typename
    ... on ArchiveEvent { archivedBefore events fileName sha256 actor { ... on SystemActor { component } } } } }
  changes { archivedBefore nodes { action } } marketplaceEvents { archivedBefore nodes { kind } } }"""  # noqa: E501
MARKET = """query ($after: String) { marketplaceEvents(after: $after) { nodes { cursor } } }"""
CHANGES = """query ($after: String) { changes(after: $after) { nodes { id } } }"""
HISTORY = "query ($key: String!) { featureFlag(key: $key) { changes { nodes { action } } } }"
FOLLOWING = """subscription { launchEvents(after: "%s") { cursor } }"""


@pytest.fixture
async def archived(
    app: Starlette, admin: GraphQLClient, db: Database, clock: Clock, tmp_path: Path
) -> EventArchive:
    """A flag that was switched on and off long ago, an edge, and what happened since."""
    with long_ago(clock):
        await make_flag(admin, "mvp_old")
        await toggle_flag(admin, app, "mvp_old", on=True)
        await record_events(db, 3)
    await make_flag(admin, "mvp_new")
    await record_events(db, 2)
    return await archive(db, tmp_path / "log.gz", edge_of(clock))


def check_refused(response: GraphQLResponse, row: EventArchive, argument: str | None) -> None:
    (error,) = response.body["errors"]
    expected = {"code": "EVENTS_ARCHIVED", "archivedBefore": row.archived_before.isoformat()}
    assert error["extensions"] == expected | ({"argument": argument} if argument else {})
    assert "`launch archive --show FILE`" in error["message"]


@pytest.mark.parametrize("document", [STATE, PAST], ids=["state", "evaluation"])
async def test_moments_before_the_edge_are_refused(
    admin: GraphQLClient, archived: EventArchive, document: str
) -> None:
    at = archived.archived_before - timedelta(seconds=1)
    check_refused(await admin.execute(document, at=at.isoformat()), archived, "at")
    assert (
        "errors"
        not in (await admin.execute(document, at=archived.archived_before.isoformat())).body
    )


async def test_states_and_evaluations_after_the_edge_stay_as_they_were(
    app: Starlette, admin: GraphQLClient, db: Database, clock: Clock, tmp_path: Path
) -> None:
    with long_ago(clock):
        await make_phase(admin, flags=("mvp_chat",))
        await make_flag(admin, "mvp_off")
        for number in range(5):
            await toggle_flag(admin, app, "mvp_chat", on=number % 2 == 0)
            await toggle_flag(admin, app, "mvp_off", on=number % 2 == 1)
        await record_events(db, 2)
    edge = edge_of(clock)
    later = clock() - timedelta(days=1)

    async def answers() -> list[Any]:
        moments = [edge, later, clock()]
        return [
            [await admin.data(STATE, at=at.isoformat()), await admin.data(PAST, at=at.isoformat())]
            for at in moments
        ]

    before = await answers()
    row = await archive(db, tmp_path / "log.gz", edge)
    assert row.events > 10
    after = await answers()
    assert after[:2] == before[:2]
    flags = {item["key"]: item for item in after[0][1]["evaluateFlags"]["flags"]}
    assert (flags["mvp_chat"]["value"], flags["mvp_off"]["value"]) == (True, False)
    assert flags["mvp_chat"]["explanation"]["causedBy"]["action"] == "switched on"


async def test_cursors_before_the_edge_are_refused(
    admin: GraphQLClient, archived: EventArchive
) -> None:
    """By a plan too: the second request has one."""
    last = archived.last_seq
    for _ in range(2):
        old = encode_cursor(last - 1)
        check_refused(await admin.execute(EVENTS, after=old), archived, None)
        check_refused(await admin.execute(EVENTS, before=old, last=5), archived, None)
        check_refused(await admin.execute(NEWEST, after=old), archived, None)
        check_refused(await admin.execute(MARKET, after=old), archived, None)
        response = await admin.execute(CHANGES, after=encode_cursor(archived.last_id - 1))
        check_refused(response, archived, None)


async def test_the_first_page_begins_at_the_edge(
    admin: GraphQLClient, archived: EventArchive
) -> None:
    """The rows that stay for past states are not shown."""
    for _ in range(2):
        page = (await admin.data(EVENTS, first=100))["launchEvents"]
        assert [node["__typename"] for node in page["nodes"]] == [
            "FlagEvent",
            "HealthEvent",
            "HealthEvent",
            "ArchiveEvent",
        ]
        same = (await admin.data(EVENTS, after=encode_cursor(archived.last_seq)))["launchEvents"]
        assert same["nodes"] == page["nodes"]
        newest = (await admin.data(NEWEST))["launchEvents"]["nodes"]
        assert [node["cursor"] for node in newest] == [
            node["cursor"] for node in reversed(page["nodes"])
        ]


async def test_pages_say_where_the_log_begins(admin: GraphQLClient, archived: EventArchive) -> None:
    data = await admin.data(HINTS)
    edge = archived.archived_before.isoformat()
    parts = ("launchEvents", "changes", "marketplaceEvents")
    assert [data[name]["archivedBefore"] for name in parts] == [edge] * 3
    assert data["launchEvents"]["nodes"][-1] == {
        "__typename": "ArchiveEvent",
        "archivedBefore": edge,
        "events": archived.events,
        "fileName": "log.gz",
        "sha256": archived.sha256,
        "actor": {"component": "anna@host"},
    }
    assert [node["action"] for node in data["changes"]["nodes"]] == ["created"]


async def test_without_an_archive_there_is_no_edge(admin: GraphQLClient) -> None:
    data = await admin.data(HINTS)
    assert data["launchEvents"] == {"archivedBefore": None, "nodes": []}


async def test_the_history_of_a_flag_ends_at_the_edge(
    admin: GraphQLClient, archived: EventArchive
) -> None:
    histories = [
        (await admin.data(HISTORY, key=key))["featureFlag"]["changes"]["nodes"]
        for key in ("mvp_old", "mvp_new")
    ]
    assert histories == [[], [{"action": "created"}]]


async def test_a_flag_that_was_on_before_the_edge_is_paused_not_new(
    app: Starlette, admin: GraphQLClient, archived: EventArchive
) -> None:
    """D8: whether a feature has ever been open is asked of the audit."""
    async with runtime_of(app).db.read() as session:
        rows = await flags.by_key(session, ["mvp_old", "mvp_new"])
        was_on = await changes.have_been_on(session, [row.id for row in rows.values()])
    assert was_on == {rows["mvp_old"].id}


async def test_a_webhook_cannot_follow_archived_events(
    app: Starlette, admin: GraphQLClient, archived: EventArchive
) -> None:
    document = FOLLOWING % encode_cursor(archived.last_seq - 1)
    payload = await create_webhook_payload(admin, "https://a.example", document)
    (error,) = payload["errors"]
    assert (error["code"], error["path"]) == ("EVENTS_ARCHIVED", ["document"])
    edge = FOLLOWING % encode_cursor(archived.last_seq)
    assert (await create_webhook_payload(admin, "https://a.example", edge))["errors"] == []


async def test_a_webhook_behind_the_edge_is_paused_and_says_why(
    app: Starlette, admin: GraphQLClient, archived: EventArchive, db: Database
) -> None:
    """It was created while the archive was being committed."""
    await create_webhook(admin, "https://a.example")
    async with db.write() as uow:
        position = archived.last_seq - 1
        (key,) = await uow.session.scalars(
            update(Webhook).values(last_seq=position).returning(Webhook.id)
        )
    await make_deliverer(app).run(key)
    async with db.read() as session:
        hook = await session.get(Webhook, key)
    assert hook is not None
    assert (hook.active, hook.last_seq) == (False, position)
    assert "were archived" in (hook.paused_reason or "")
