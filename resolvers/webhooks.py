"""Fields about webhooks (A46, X14)."""

from typing import Annotated

import strawberry

from schema.context import Info
from schema.pagination import (
    After,
    Before,
    Connection,
    First,
    Last,
    Page,
    connection,
    moment_cursor,
)
from schema.types.node import decode_id
from schema.types.webhooks import (
    SkipWebhookPayload,
    UpdateWebhookInput,
    Webhook,
    WebhookDelivery,
    WebhookDeliveryPayload,
    WebhookPayload,
)
from services.webhooks import changes, reads
from services.webhooks.changes import WebhookDraft
from services.webhooks.documents import Documents
from settings import Settings

WebhookId = Annotated[strawberry.ID, strawberry.argument(description="The webhook.")]
DeliveryId = Annotated[strawberry.ID, strawberry.argument(description="The delivery.")]
Url = Annotated[str, strawberry.argument(description="An https URL at a public address.")]
Document = Annotated[
    str,
    strawberry.argument(
        description="A subscription to launchEvents, featureFlags, incidents, launchPhase, "
        "systemHealth or marketplaceEvents, without variables. Its result for each event is sent, "
        "with the caller's permissions."
    ),
]
Secret = Annotated[
    str,
    strawberry.argument(
        description="The signing secret of Standard Webhooks: `whsec_` and base64, or any text of "
        "16 to 200 characters. Never shown again."
    ),
]
Reason = Annotated[str, strawberry.argument(description="The reason, for the audit.")]
DryRun = Annotated[
    bool | None, strawberry.argument(description="Only check the document, and return a sample.")
]
Change = Annotated[UpdateWebhookInput, strawberry.argument(description="The changes.")]


async def webhooks(
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[Webhook]:
    """Webhooks, newest first."""
    page = Page.of(first, after, last, before)
    async with info.context.db.read() as session:
        rows = await reads.page(session, page.moments())
    return connection(Connection[Webhook], rows, page, cursor=moment_cursor, wrap=Webhook.of)


async def webhook_deliveries(
    info: Info,
    webhook_id: WebhookId,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[WebhookDelivery]:
    """Deliveries of a webhook within the last 30 days, newest first."""
    page, key = Page.of(first, after, last, before), decode_id(webhook_id, "Webhook", "webhookId")
    async with info.context.db.read() as session:
        rows = await reads.deliveries(session, key, page.moments())
    kind = Connection[WebhookDelivery]
    return connection(kind, rows, page, cursor=moment_cursor, wrap=WebhookDelivery.of)


async def create(
    info: Info, url: Url, document: Document, secret: Secret, dry_run: DryRun = False
) -> WebhookPayload:
    """Create a webhook for the results of a subscription: each event at least once, in order."""
    actor, db, documents = info.context.actor, info.context.db, _documents(info)
    draft = WebhookDraft(url, document, secret)
    following = changes.check(draft, actor, documents, changes.allowed(_settings(info)))
    sample = await changes.sample(db, draft, actor, documents, following)
    if dry_run:
        return WebhookPayload.made(None, sample)
    async with db.write() as uow:
        return WebhookPayload.made(await changes.create(uow, actor, draft, following), sample)


async def update(info: Info, input: Change) -> WebhookPayload:
    """Change, pause or resume a webhook."""
    key, rules = decode_id(input.id, "Webhook", "input", "id"), changes.allowed(_settings(info))
    async with info.context.db.write() as uow:
        row = await changes.update(
            uow, info.context.actor, key, input.edit(), _documents(info), rules
        )
        return WebhookPayload.made(row, None)


async def delete(info: Info, id: WebhookId) -> WebhookPayload:
    """Delete a webhook and the log of its deliveries."""
    key = decode_id(id, "Webhook")
    async with info.context.db.write() as uow:
        return WebhookPayload.made(await changes.delete(uow, info.context.actor, key), None)


async def skip(info: Info, id: WebhookId, reason: Reason) -> SkipWebhookPayload:
    """Skip all events that a webhook has not received; later events are sent."""
    key = decode_id(id, "Webhook")
    async with info.context.db.write() as uow:
        row, skipped = await changes.skip(uow, info.context.actor, key, reason)
        return SkipWebhookPayload(webhook=Webhook.of(row), skipped_events=skipped)


async def retry(info: Info, id: DeliveryId) -> WebhookDeliveryPayload:
    """Retry a delivery now: a waiting one resumes its webhook, a delivered one is sent again."""
    key = decode_id(id, "WebhookDelivery")
    async with info.context.db.write() as uow:
        row = await changes.retry(uow, info.context.actor, key)
        return WebhookDeliveryPayload(delivery=WebhookDelivery.of(row))


def _documents(info: Info) -> Documents:
    runtime = info.context.runtime
    return runtime.webhook_documents(runtime)


def _settings(info: Info) -> Settings:
    return info.context.runtime.settings
