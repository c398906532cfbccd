"""Delivers the pending events of webhooks: at least once, in order, by one worker each (A46).

The cursor moves only when the receiver has accepted an event. A body is rendered once and stored
before it is sent, so that every attempt sends the same body under the same id.
"""

import logging
import time
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from db import event_log, log_edge
from db.models.webhooks import Webhook, WebhookDelivery
from db.queries import webhooks as queries
from db.session import Database, UnitOfWork
from domain.actors import Actor, system_actor
from domain.errors import Forbidden, Invalid
from domain.events import RecordedEvent
from domain.platform.log_edges import EventsArchived
from domain.webhooks.webhooks import Outcome, next_attempt, sign
from services.webhooks import changes
from services.webhooks.documents import Documents, OpenDocuments
from services.webhooks.owners import load_owner
from services.webhooks.sending import SEND_SECONDS, Send

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=3 * SEND_SECONDS)
TURN_SECONDS = 60.0  # then the worker serves other webhooks
_PAGE = 100
ACTOR = system_actor("webhooks")


@dataclass(frozen=True, slots=True)
class Message:
    """A stored body that is to be sent."""

    id: UUID
    webhook_id: UUID
    seq: int
    url: str
    secret: str = field(repr=False)
    body: bytes = field(repr=False)

    @classmethod
    def of(cls, hook: Webhook, row: WebhookDelivery) -> "Message":
        """Return the message of a stored delivery."""
        return cls(row.id, hook.id, row.event_seq, hook.url, hook.secret, row.body.encode())

    def is_current(self, hook: Webhook) -> bool:
        """Tell whether a failure counts: not if it was skipped or sent to an earlier URL."""
        sent_to = (self.url, self.secret)
        return self.seq > hook.last_seq and sent_to == (hook.url, hook.secret)


@dataclass(frozen=True, slots=True)
class PendingEvents:
    """Events that a webhook has not processed, and the owner whose rights it reads with."""

    webhook_id: UUID
    document: str
    owner: Actor
    events: list[RecordedEvent]


class Deliverer:
    """Delivers webhooks in one worker."""

    def __init__(self, db: Database, documents: OpenDocuments, send: Send, worker: str) -> None:
        """`worker` names this process in leases."""
        self._db = db
        self._documents = documents
        self._send = send
        self._worker = worker

    async def run(self, webhook_id: UUID) -> None:
        """Deliver until nothing is pending, an attempt fails, or the turn is over."""
        until = time.monotonic() + TURN_SECONDS
        try:
            while time.monotonic() < until and await self._process_next(webhook_id):
                pass
        finally:
            async with self._db.write() as uow:
                await queries.release(uow.session, webhook_id, self._worker)

    async def redeliver(self, delivery_id: UUID) -> None:
        """Send a delivery again on request, out of order."""
        documents = await self._documents()
        async with self._db.write() as uow:
            row = await queries.delivery(uow.session, delivery_id)
            hook = await queries.lock(uow.session, row.webhook_id) if row else None
            if row is None or hook is None:
                return
            if await self._load_owner(uow, hook, documents) is None:
                return
            message = Message.of(hook, row)
        outcome = await self._post(message)
        async with self._db.write() as uow:
            current = await queries.delivery(uow.session, delivery_id)
            if current is not None:
                _record_attempt(current, outcome)

    async def _process_next(self, webhook_id: UUID) -> bool:
        """Process one event; returns False where nothing more can be done now."""
        work = await self._next_work(webhook_id)
        if isinstance(work, PendingEvents):
            work = await self._render_next(work)
        if not isinstance(work, Message):
            return work
        return await self._finish(work, await self._post(work))

    async def _next_work(self, webhook_id: UUID) -> Message | PendingEvents | bool:
        """Return the next work; False where there is none, or another worker has the lease."""
        documents = await self._documents()  # the first call takes seconds: make it before the lock
        async with self._db.write() as uow:
            hook = await queries.lease(uow.session, webhook_id, self._worker, uow.now, LEASE)
            if hook is None:
                return False
            owner = await self._load_owner(uow, hook, documents)
            if owner is None:
                return False
            waiting_delivery = await queries.waiting(uow.session, webhook_id)
            if waiting_delivery is not None:
                return Message.of(hook, waiting_delivery)
            head = await event_log.newest_seq(uow.session)
            events = await event_log.read_after(uow.session, hook.last_seq, _PAGE, kinds=hook.kinds)
            edge = await log_edge.newest(uow.session)
            if edge is not None and hook.last_seq < edge.last_seq:
                _pause(uow, hook, f"{EventsArchived(edge.archived_before)} Skip them to go on.")
                return False
            if not events:
                hook.last_seq = max(head, hook.last_seq)
                return False
            return PendingEvents(hook.id, hook.document, owner, events)

    async def _load_owner(
        self, uow: UnitOfWork, hook: Webhook, documents: Documents
    ) -> Actor | None:
        """Return the owner with their current rights; pauses the webhook where they have none."""
        owner = await load_owner(uow.session, hook, uow.now)
        if owner is None:
            _pause(uow, hook, "The access of its owner has ended.")
            return None
        try:
            documents.check(hook.document, owner)
        except (Forbidden, Invalid) as error:
            _pause(uow, hook, error.message)
            return None
        return owner

    async def _render_next(self, pending: PendingEvents) -> Message | bool:
        """Render and store the first event that it sends; True where the page has none."""
        documents = await self._documents()
        for item in pending.events:
            body = await documents.render(pending.document, pending.owner, item)
            if body is not None:
                return await self._store(pending.webhook_id, item.seq, body)
        return await self._skip(pending.webhook_id, pending.events[-1].seq)

    async def _store(self, webhook_id: UUID, seq: int, body: bytes) -> Message | bool:
        async with self._db.write() as uow:
            hook = await queries.lease(uow.session, webhook_id, self._worker, uow.now, LEASE)
            if hook is None or hook.last_seq >= seq:
                return False
            row = WebhookDelivery(
                webhook_id=webhook_id,
                event_seq=seq,
                body=body.decode(),
                attempts=0,
                created_at=uow.now,
            )
            hook.last_seq = seq - 1
            uow.session.add(row)
            await uow.session.flush()
            return Message.of(hook, row)

    async def _skip(self, webhook_id: UUID, seq: int) -> bool:
        async with self._db.write() as uow:
            hook = await queries.lease(uow.session, webhook_id, self._worker, uow.now, LEASE)
            if hook is None:
                return False
            hook.last_seq = max(hook.last_seq, seq)
            return True

    async def _post(self, message: Message) -> Outcome:
        headers = sign(message.secret, f"msg_{message.id.hex}", self._db.clock(), message.body)
        return await self._send(message.url, headers, message.body)

    async def _finish(self, message: Message, outcome: Outcome) -> bool:
        """Record the outcome; returns True where the next event may follow."""
        async with self._db.write() as uow:
            hook = await queries.lock(uow.session, message.webhook_id)
            row = await queries.delivery(uow.session, message.id)
            if hook is None or row is None:
                return False
            _record_attempt(row, outcome)
            if not outcome.delivered and message.is_current(hook):
                _schedule_retry(uow, hook, outcome)
                return False
            if not outcome.delivered:  # the next attempt goes where the webhook leads now
                return hook.lease_owner == self._worker
            row.delivered_at = uow.now
            hook.last_seq, hook.failures = max(hook.last_seq, message.seq), 0
            return hook.lease_owner == self._worker


def _record_attempt(row: WebhookDelivery, outcome: Outcome) -> None:
    row.attempts += 1
    row.last_status, row.last_error = outcome.status, outcome.error
    row.latency_ms = outcome.milliseconds


def _schedule_retry(uow: UnitOfWork, hook: Webhook, outcome: Outcome) -> None:
    hook.failures += 1
    retry_at = None if outcome.final else next_attempt(hook.failures, uow.now)
    if retry_at is not None:
        hook.next_attempt_at = retry_at
    elif hook.active and outcome.final:
        _pause(uow, hook, f"The receiver wants no more events: {outcome.error}.")
    elif hook.active:
        _pause(uow, hook, f"{hook.failures} failures in a row, the last: {outcome.error}.")


def _pause(uow: UnitOfWork, hook: Webhook, reason: str) -> None:
    hook.active, hook.paused_reason = False, reason
    logger.warning("webhook %s is paused: %s", hook.id, reason)
    changes.record(uow, ACTOR, hook, "paused", reason=reason)
