"""Making, changing and removing webhooks, and asking for another try (A46)."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db import event_log
from db.drafts import Audit
from db.models.webhooks import Webhook, WebhookDelivery
from db.queries import webhooks as queries
from db.session import Database, UnitOfWork
from domain.actors import Actor
from domain.errors import Invalid, NotFound
from domain.events.webhooks import RedeliveryAsked, WebhookChanged
from domain.ids import DeliveryId, WebhookId
from domain.webhooks.webhooks import MAX_DOCUMENT, Allowed, check_url, signing_key
from services.platform.texts import MAX_REASON, check_text
from services.webhooks.documents import Documents, Following
from settings import Settings

MAX_WEBHOOKS = 50
_LOOKED_THROUGH = 50  # events, for a sample


@dataclass(frozen=True, slots=True)
class WebhookDraft:
    """A webhook as somebody asks for it."""

    url: str
    document: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to change; None: leave it."""

    url: str | None = None
    document: str | None = None
    secret: str | None = field(default=None, repr=False)
    active: bool | None = None


def allowed(settings: Settings) -> Allowed:
    """What the settings let webhooks reach."""
    return Allowed(settings.webhook_plain_http, settings.webhook_private_addresses)


def check(wanted: WebhookDraft, actor: Actor, documents: Documents, rules: Allowed) -> Following:
    """What it follows; raises Invalid or Forbidden naming the argument that is at fault."""
    check_url(wanted.url, rules)
    signing_key(wanted.secret)
    if not 1 <= len(wanted.document) <= MAX_DOCUMENT:
        message = f"A document has 1 to {MAX_DOCUMENT} characters."
        raise Invalid(message, path=("document",))
    return documents.check(wanted.document, actor)


async def sample(
    db: Database, wanted: WebhookDraft, actor: Actor, documents: Documents, following: Following
) -> bytes | None:
    """What would have been sent for the newest event that concerns it; None without one."""
    async with db.read() as session:
        found = await event_log.newest(session, following.kinds, _LOOKED_THROUGH)
    for item in found:
        body = await documents.render(wanted.document, actor, item)
        if body is not None:
            return body
    return None


async def create(
    uow: UnitOfWork, actor: Actor, wanted: WebhookDraft, following: Following
) -> Webhook:
    """Make a webhook that hears of everything from now on; raises Invalid for one too many."""
    if await queries.count(uow.session) >= MAX_WEBHOOKS:
        raise Invalid(f"There are {MAX_WEBHOOKS} webhooks already: delete one first.")
    head = await event_log.newest_seq(uow.session)
    row = Webhook(
        url=wanted.url,
        document=wanted.document,
        secret=wanted.secret,
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
    record(uow, actor, row, "created", after=_shown(row))
    return row


async def update(
    uow: UnitOfWork,
    actor: Actor,
    webhook_id: UUID,
    edit: Edit,
    documents: Documents,
    rules: Allowed,
) -> Webhook:
    """Change a webhook; whoever changes its document lends it their rights from then on.

    To set `active` on one that was paused lets it go on where it stopped. Raises NotFound, Invalid
    or Forbidden.
    """
    row = await _locked(uow.session, webhook_id)
    before = _shown(row)
    wanted = WebhookDraft(
        edit.url or row.url, edit.document or row.document, edit.secret or row.secret
    )
    following = check(wanted, actor, documents, rules)
    row.url, row.document, row.secret = wanted.url, wanted.document, wanted.secret
    if edit.document is not None or edit.url is not None:
        row.kinds = list(following.kinds)
        row.scopes = sorted(scope.value for scope in actor.scopes)
        row.actor_kind, row.actor_id, row.actor_label = actor.kind, actor.id, actor.label
    if edit.active is not None:
        _set_active(row, edit.active, uow)
    record(uow, actor, row, "updated", before=before, after=_shown(row))
    return row


async def delete(uow: UnitOfWork, actor: Actor, webhook_id: UUID) -> Webhook:
    """Remove a webhook with the log of its deliveries; raises NotFound."""
    row = await _locked(uow.session, webhook_id)
    record(uow, actor, row, "deleted", before=_shown(row))
    await uow.session.delete(row)
    return row


async def skip(uow: UnitOfWork, actor: Actor, webhook_id: UUID, reason: str) -> tuple[Webhook, int]:
    """Give up what it is behind, and go on with what happens from now on (X14).

    Also the number of events passed over, those that do not concern it among them. A delivery that
    waited stays in the log, to be asked for. Raises NotFound, and Required without a reason.
    """
    check_text(reason, "reason", MAX_REASON, required=True, argument=True)
    row = await _locked(uow.session, webhook_id)
    head = await event_log.newest_seq(uow.session)
    skipped, before = max(head - row.last_seq, 0), {**_shown(row), "lastSeq": row.last_seq}
    if skipped:
        row.last_seq, row.failures, row.next_attempt_at = head, 0, uow.now
        told = f"{skipped} events passed over: {reason}"
        after = {**_shown(row), "lastSeq": head}
        record(uow, actor, row, "skipped", reason=told, before=before, after=after)
    return row, skipped


async def retry(uow: UnitOfWork, actor: Actor, delivery_id: UUID) -> WebhookDelivery:
    """Try a delivery now: one that waits goes on in its order, one that was taken is sent again.

    A paused webhook is resumed by that. Raises NotFound.
    """
    found = await queries.delivery(uow.session, delivery_id)
    if found is None:
        raise NotFound("There is no WebhookDelivery with this id.", path=("id",))
    row = await _locked(uow.session, found.webhook_id)
    if found.event_seq > row.last_seq:
        was = _shown(row)
        _set_active(row, True, uow)
        record(uow, actor, row, "retried", before=was, after=_shown(row))
    else:
        webhook, delivery = WebhookId(row.id), DeliveryId(found.id)
        uow.record(actor, RedeliveryAsked(webhook_id=webhook, delivery_id=delivery))
    return found


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
    """Note what happened to a webhook. Its URL may hold a secret: the event names the host."""
    host = urlsplit(row.url).hostname or ""
    event = WebhookChanged(webhook_id=WebhookId(row.id), action=action, host=host, reason=reason)
    uow.record(actor, event, Audit(row.id, before=before, after=after, reason=reason))


def _set_active(row: Webhook, active: bool, uow: UnitOfWork) -> None:
    row.active = active
    row.paused_reason = None if active else "Paused by hand."
    if active:
        row.failures, row.next_attempt_at = 0, uow.now


def _shown(row: Webhook) -> dict[str, object]:
    """What the audit keeps. The path of a URL may be a secret."""
    host = urlsplit(row.url).hostname or ""
    return {"host": host, "document": row.document, "active": row.active}


async def _locked(session: AsyncSession, webhook_id: UUID) -> Webhook:
    row = await queries.lock(session, webhook_id)
    if row is None:
        raise NotFound("There is no Webhook with this id.", path=("id",))
    return row
