"""Creates, changes and deletes webhooks, and requests redeliveries (A46)."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db import event_log, log_edge
from db.drafts import Audit
from db.models.webhooks import Webhook, WebhookDelivery
from db.queries import webhooks as queries
from db.session import Database, UnitOfWork
from domain.actors import Actor
from domain.errors import Invalid, NotFound
from domain.events.webhooks import RedeliveryAsked, WebhookChanged
from domain.ids import DeliveryId, WebhookId
from domain.platform.log_edges import EventsArchived
from domain.webhooks.webhooks import MAX_DOCUMENT, Allowed, check_url, signing_key
from services.platform.texts import MAX_REASON, check_text
from services.webhooks.documents import Documents, Following
from services.webhooks.sending import ascii_url
from settings import Settings

MAX_WEBHOOKS = 50
_MAX_SAMPLE_EVENTS = 50


@dataclass(frozen=True, slots=True)
class WebhookDraft:
    """A webhook to create."""

    url: str
    document: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class WebhookEdit:
    """The changes to a webhook; None leaves a field as it is."""

    url: str | None = None
    document: str | None = None
    secret: str | None = field(default=None, repr=False)
    active: bool | None = None


def allowed(settings: Settings) -> Allowed:
    """Return what webhooks may connect to, from the settings."""
    return Allowed(settings.webhook_plain_http, settings.webhook_private_addresses)


def check(draft: WebhookDraft, actor: Actor, documents: Documents, rules: Allowed) -> Following:
    """Return the events that a webhook follows; raises Invalid or Forbidden naming the argument."""
    check_url(draft.url, rules)
    check_url(ascii_url(draft.url), rules)
    signing_key(draft.secret)
    if not 1 <= len(draft.document) <= MAX_DOCUMENT:
        message = f"A document has 1 to {MAX_DOCUMENT} characters."
        raise Invalid(message, path=("document",))
    return documents.check(draft.document, actor)


async def sample(
    db: Database, draft: WebhookDraft, actor: Actor, documents: Documents, following: Following
) -> bytes | None:
    """Render the newest event that the webhook would have sent; None without one."""
    async with db.read() as session:
        events = await event_log.newest(session, following.kinds, _MAX_SAMPLE_EVENTS)
    for item in events:
        body = await documents.render(draft.document, actor, item)
        if body is not None:
            return body
    return None


async def create(
    uow: UnitOfWork, actor: Actor, draft: WebhookDraft, following: Following
) -> Webhook:
    """Create a webhook that receives events from now on, or after a cursor of its document.

    Raises Invalid above the maximum, and EventsArchived for a cursor before the edge of the log.
    """
    if await queries.count(uow.session) >= MAX_WEBHOOKS:
        raise Invalid(f"There are {MAX_WEBHOOKS} webhooks already: delete one first.")
    head = await event_log.newest_seq(uow.session)
    edge = await log_edge.newest(uow.session)
    if edge is not None and following.after is not None and following.after < edge.last_seq:
        raise EventsArchived(edge.archived_before, path=("document",))
    row = Webhook(
        url=draft.url,
        document=draft.document,
        secret=draft.secret,
        kinds=list(following.kinds),
        scopes=sorted(scope.value for scope in actor.scopes),
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label,
        active=True,
        last_seq=head if following.after is None else min(following.after, head),
        failures=0,
        next_attempt_at=uow.now,
        created_at=uow.now,
    )
    uow.session.add(row)
    await uow.session.flush()
    record(uow, actor, row, "created", after=_audit_values(row))
    return row


async def update(
    uow: UnitOfWork,
    actor: Actor,
    webhook_id: UUID,
    edit: WebhookEdit,
    documents: Documents,
    rules: Allowed,
) -> Webhook:
    """Change a webhook. Changing its document or URL makes the caller its owner.

    It then reads with the rights of the caller. With another URL, document or secret a waiting
    delivery is tried at once. Setting `active` on a paused webhook continues where it stopped.
    Raises NotFound, Invalid or Forbidden.
    """
    row = await _lock_webhook(uow.session, webhook_id)
    before = _audit_values(row)
    draft = WebhookDraft(
        row.url if edit.url is None else edit.url,
        row.document if edit.document is None else edit.document,
        row.secret if edit.secret is None else edit.secret,
    )
    following = check(draft, actor, documents, rules)
    if draft != WebhookDraft(row.url, row.document, row.secret):
        _begin_again(row, uow)  # what failed was something else
    row.url, row.document, row.secret = draft.url, draft.document, draft.secret
    if edit.document is not None or edit.url is not None:
        row.kinds = list(following.kinds)
        row.scopes = sorted(scope.value for scope in actor.scopes)
        row.actor_kind, row.actor_id, row.actor_label = actor.kind, actor.id, actor.label
    if edit.active is not None:
        _set_active(row, edit.active, uow)
    record(uow, actor, row, "updated", before=before, after=_audit_values(row))
    return row


async def delete(uow: UnitOfWork, actor: Actor, webhook_id: UUID) -> Webhook:
    """Delete a webhook with the log of its deliveries; raises NotFound."""
    row = await _lock_webhook(uow.session, webhook_id)
    record(uow, actor, row, "deleted", before=_audit_values(row))
    await uow.session.delete(row)
    return row


async def skip(uow: UnitOfWork, actor: Actor, webhook_id: UUID, reason: str) -> tuple[Webhook, int]:
    """Skip the pending events of a webhook and continue with new ones (X14).

    Also returns the number of skipped events, including those that it would not have sent. A
    pending delivery stays in the log and can be redelivered. Raises NotFound, and Required without
    a reason.
    """
    check_text(reason, "reason", MAX_REASON, required=True, argument=True)
    row = await _lock_webhook(uow.session, webhook_id)
    head = await event_log.newest_seq(uow.session)
    skipped, before = max(head - row.last_seq, 0), {**_audit_values(row), "lastSeq": row.last_seq}
    if skipped:
        row.last_seq = head
        _begin_again(row, uow)
        text = f"{skipped} events skipped: {reason}"
        after = {**_audit_values(row), "lastSeq": head}
        record(uow, actor, row, "skipped", reason=text, before=before, after=after)
    return row, skipped


async def retry(uow: UnitOfWork, actor: Actor, delivery_id: UUID) -> WebhookDelivery:
    """Retry a delivery now. A pending one keeps its order, a delivered one is sent again.

    Retrying a pending delivery resumes a paused webhook. Raises NotFound.
    """
    delivery = await queries.delivery(uow.session, delivery_id)
    if delivery is None:
        raise NotFound("There is no WebhookDelivery with this id.", path=("id",))
    row = await _lock_webhook(uow.session, delivery.webhook_id)
    if delivery.event_seq > row.last_seq:
        before = _audit_values(row)
        _set_active(row, True, uow)
        record(uow, actor, row, "retried", before=before, after=_audit_values(row))
    else:
        event = RedeliveryAsked(webhook_id=WebhookId(row.id), delivery_id=DeliveryId(delivery.id))
        uow.record(actor, event)
    return delivery


def record(
    uow: UnitOfWork,
    actor: Actor,
    row: Webhook,
    action: str,
    *,
    reason: str | None = None,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    """Record a change of a webhook. The event names only the host: the URL may contain a secret."""
    host = urlsplit(row.url).hostname or ""
    event = WebhookChanged(webhook_id=WebhookId(row.id), action=action, host=host, reason=reason)
    uow.record(actor, event, Audit(row.id, before=before, after=after, reason=reason))


def _set_active(row: Webhook, active: bool, uow: UnitOfWork) -> None:
    row.active = active
    row.paused_reason = None if active else "Paused by hand."
    if active:
        _begin_again(row, uow)


def _begin_again(row: Webhook, uow: UnitOfWork) -> None:
    """Make the next attempt now, as if none had failed."""
    row.failures, row.next_attempt_at = 0, uow.now


def _audit_values(row: Webhook) -> dict[str, object]:
    """Return the audited fields. They omit the path of the URL, which may be a secret."""
    host = urlsplit(row.url).hostname or ""
    return {"host": host, "document": row.document, "active": row.active}


async def _lock_webhook(session: AsyncSession, webhook_id: UUID) -> Webhook:
    row = await queries.lock(session, webhook_id)
    if row is None:
        raise NotFound("There is no Webhook with this id.", path=("id",))
    return row
