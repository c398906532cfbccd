"""Webhooks as their admins see them (A46, X14)."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from db.models.webhooks import Webhook
from db.queries.changes import newest
from db.session import Database
from domain.actors import Role, Scope
from services.accounts import api_tokens
from tests.factories.accounts import actor_of, add_user
from tests.factories.launches import make_flag, make_phase
from tests.factories.webhooks import FLAGS, SECRET, create_webhook, create_webhook_payload
from tests.support.graphql import GraphQLClient

URL = "https://hooks.example.com/a?b=c"
UPDATE = """mutation ($input: UpdateWebhookInput!) { updateWebhook(input: $input) {
  webhook { url active pausedReason } errors { code path } } }"""
DELETE = "mutation ($id: ID!) { deleteWebhook(id: $id) { webhook { id } errors { code path } } }"
RETRY = "mutation ($id: ID!) { retryWebhookDelivery(id: $id) { errors { code path } } }"
SKIP = """mutation ($id: ID!, $reason: String!) { skipWebhookToNow(id: $id, reason: $reason) {
  webhook { active failures lastCursor } skippedEvents errors { code path } } }"""
LIST = "{ webhooks { nodes { id url document active failures lastCursor nextAttemptAt } } }"


async def count(db: Database) -> int:
    async with db.read() as session:
        return int(await session.scalar(select(func.count()).select_from(Webhook)) or 0)


async def token_with(app: GraphQLClient, db: Database, *scopes: Scope) -> GraphQLClient:
    maker = actor_of(await add_user(db, Role.ADMIN))
    async with db.write() as uow:
        return app.as_((await api_tokens.create_token(uow, maker, "a tool", scopes)).secret)


async def test_a_created_webhook_never_shows_its_secret(admin: GraphQLClient) -> None:
    key = await create_webhook(admin, URL)
    (hook,) = (await admin.data(LIST))["webhooks"]["nodes"]
    assert (hook["id"], hook["url"], hook["document"]) == (key, URL, FLAGS)
    assert (hook["active"], hook["failures"]) == (True, 0)
    assert SECRET not in str(await admin.execute("{ launchEvents { nodes { summary } } }"))
    query = '{ __type(name: "Webhook") { fields { name } } }'
    assert "secret" not in str(await admin.data(query))


async def test_a_dry_run_shows_a_sample_and_creates_nothing(
    admin: GraphQLClient, db: Database
) -> None:
    await make_flag(admin, "mvp_chat", enabled=True)
    payload = await create_webhook_payload(admin, URL, dry_run=True)
    assert (payload["webhook"], payload["errors"]) == (None, [])
    sample = payload["samplePayload"]
    assert (sample["type"], sample["data"]["launchEvents"]["diff"]["key"]) == (
        "launchEvents",
        "mvp_chat",
    )
    assert sample["timestamp"]
    assert sample["cursor"] == sample["data"]["launchEvents"]["cursor"]
    assert await count(db) == 0


@pytest.mark.parametrize(
    "document",
    [
        "",
        "nonsense",
        "{ launchPhases { key } }",
        "mutation { logOut }",
        "subscription { nowhere }",
        "subscription { launchEvents { cursor } featureFlags { key } }",
        "subscription A { launchEvents { cursor } } subscription B { launchEvents { cursor } }",
        "subscription { viewerFlags { version } }",
        "subscription ($k: [String!] = []) { featureFlags(keys: $k) { key } }",
        'subscription { launchEvents(phaseId: "nonsense") { cursor } }',
        'subscription { launchEvents(after: "nonsense") { cursor } }',
        'subscription { featureFlags(keys: ["\\u0000"]) { key } }',
        "subscription { launchEvents { cursor } } #" + "x" * 10_000,
        "subscription { featureFlags { changes(first: 100) { nodes { actor { ... on User { "
        "supplier { clients(first: 100) { nodes { couple { partnerships(first: 100) { "
        "nodes { id } } } } } } } } } } } }",
    ],
)
async def test_only_subscriptions_that_follow_the_log_are_accepted(
    admin: GraphQLClient, db: Database, document: str
) -> None:
    payload = await create_webhook_payload(admin, URL, document)
    assert [error["code"] for error in payload["errors"]] == ["INVALID"]
    assert payload["errors"][0]["path"] == ["document"]
    assert await count(db) == 0


@pytest.mark.parametrize(
    "document",
    [
        "subscription Named { e: launchEvents { cursor } }",
        "subscription { ...A } fragment A on Subscription { launchEvents { cursor } }",
        "subscription { ... on Subscription { featureFlags { key } } }",
        'subscription { featureFlags(keys: ["mvp_chat"]) { key changes { nodes { action } } } }',
        "subscription { incidents(severity: [CRITICAL]) { number } }",
        "subscription { systemHealth { overall } }",
        "subscription { marketplaceEvents(kinds: [MESSAGE_SENT]) { cursor kind } }",
    ],
)
async def test_all_equivalent_documents_are_accepted(admin: GraphQLClient, document: str) -> None:
    await make_flag(admin, "mvp_chat")
    assert (await create_webhook_payload(admin, URL, document))["errors"] == []


async def test_the_sample_of_a_phase_webhook_is_that_phase(admin: GraphQLClient) -> None:
    phase = await make_phase(admin)
    document = f'subscription {{ launchPhase(id: "{phase}") {{ key flags {{ flag {{ key }} }} }} }}'
    payload = await create_webhook_payload(admin, URL, document, dry_run=True)
    assert payload["samplePayload"]["data"]["launchPhase"]["key"] == "mvp_launch"


@pytest.mark.parametrize(
    ("url", "secret", "path"),
    [
        ("http://hooks.example.com", SECRET, ["url"]),
        ("https://127.0.0.1/x", SECRET, ["url"]),
        ("nonsense", SECRET, ["url"]),
        (URL, "short", ["secret"]),
    ],
)
async def test_invalid_urls_and_secrets_name_the_field(
    admin: GraphQLClient, db: Database, url: str, secret: str, path: list[str]
) -> None:
    payload = await create_webhook_payload(admin, url, secret=secret)
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [("INVALID", path)]
    assert await count(db) == 0


async def test_webhooks_require_the_scopes_of_their_document(
    visitor: GraphQLClient, db: Database
) -> None:
    tool = await token_with(visitor, db, Scope.WEBHOOKS_ADMIN, Scope.FLAGS_READ)
    refused = await create_webhook_payload(tool, URL)
    assert [(e["code"], e["path"]) for e in refused["errors"]] == [("FORBIDDEN", ["document"])]
    assert await count(db) == 0
    assert (await create_webhook_payload(tool, URL, "subscription { featureFlags { key } }"))[
        "errors"
    ] == []


async def test_changing_the_url_requires_the_scopes_of_the_document(
    admin: GraphQLClient, visitor: GraphQLClient, db: Database
) -> None:
    key = await create_webhook(admin, URL)
    tool = await token_with(visitor, db, Scope.WEBHOOKS_ADMIN)
    change = {"id": key, "url": "https://other.example.com"}
    payload = (await tool.data(UPDATE, input=change))["updateWebhook"]
    assert [error["code"] for error in payload["errors"]] == ["FORBIDDEN"]
    assert (await admin.data(LIST))["webhooks"]["nodes"][0]["url"] == URL


async def test_a_webhook_is_paused_resumed_and_deleted(admin: GraphQLClient, db: Database) -> None:
    key = await create_webhook(admin, URL)

    async def update(**fields: Any) -> Any:  # noqa: ANN401 - JSON
        return (await admin.data(UPDATE, input={"id": key, **fields}))["updateWebhook"]["webhook"]

    paused = await update(active=False, url="https://other.example.com")
    assert (paused["active"], paused["url"]) == (False, "https://other.example.com")
    assert paused["pausedReason"]
    assert await update(active=True) == {**paused, "active": True, "pausedReason": None}
    assert (await admin.data(DELETE, id=key))["deleteWebhook"]["errors"] == []
    repeated = (await admin.data(DELETE, id=key))["deleteWebhook"]["errors"]
    assert repeated == [{"code": "NOT_FOUND", "path": ["id"]}]
    assert await count(db) == 0


@pytest.mark.parametrize(
    ("change", "is_tried"),
    [
        ({"url": "https://other.example.com"}, True),
        ({"secret": "another secret of 24 letters"}, True),
        ({"url": URL, "secret": SECRET}, False),
    ],
)
async def test_a_corrected_webhook_is_tried_at_once(
    admin: GraphQLClient, db: Database, change: dict[str, str], is_tried: bool
) -> None:
    """After many failures the next attempt was up to twelve hours away."""
    key = await create_webhook(admin, URL)
    async with db.write() as uow:
        later = uow.now + timedelta(hours=12)
        await uow.session.execute(update(Webhook).values(failures=9, next_attempt_at=later))
    answer = await admin.data(UPDATE, input={"id": key, **change})
    assert answer["updateWebhook"]["errors"] == []
    async with db.read() as session:
        row = (await session.scalars(select(Webhook))).one()
    assert (row.failures == 0, row.next_attempt_at < later) == (is_tried, is_tried)


async def test_skipping_pending_events_requires_a_reason(
    admin: GraphQLClient, db: Database
) -> None:
    """X14: audited; nothing is passed over without a reason."""
    key = await create_webhook(admin, URL)
    await make_flag(admin, "mvp_chat")
    (refused,) = (await admin.data(SKIP, id=key, reason=" ")).values()
    assert [error["path"] for error in refused["errors"]] == [["reason"]]
    (done,) = (await admin.data(SKIP, id=key, reason="The receiver was rebuilt.")).values()
    assert done["skippedEvents"] >= 1
    assert (await admin.data(LIST))["webhooks"]["nodes"][0]["lastCursor"] == (
        done["webhook"]["lastCursor"]
    )
    async with db.read() as session:
        hook = (await session.scalars(select(Webhook))).one()
        change = await newest(session, hook.id)
    assert change is not None
    assert change.before is not None
    assert change.after is not None
    assert change.after["lastSeq"] == change.before["lastSeq"] + done["skippedEvents"]
    assert "The receiver was rebuilt." in str(change.reason)


@pytest.mark.parametrize("document", [UPDATE, DELETE, RETRY, SKIP])
async def test_unknown_webhooks_are_not_found(admin: GraphQLClient, document: str) -> None:
    key = {"id": "nonsense"}
    sent: dict[str, Any] = {"input": key} if "input" in document else {**key, "reason": "Why."}
    (payload,) = (await admin.data(document, **sent)).values()
    assert [error["code"] for error in payload["errors"]] == ["INVALID"]


async def test_settings_can_allow_private_addresses(webhook_admin: GraphQLClient) -> None:
    assert (await create_webhook_payload(webhook_admin, "http://127.0.0.1:9/x"))["errors"] == []
