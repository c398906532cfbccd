"""Delivers what a webhook is behind: each event once or more, in its order, by one worker (A46).

The cursor moves only when a receiver has taken an event. A body is made once and stored before
it is sent, so that every try sends the same under the same id.
"""

import logging
import time
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from db import event_log
from db.models.webhooks import Webhook, WebhookDelivery
from db.queries import webhooks as queries
from db.session import Database, UnitOfWork
from domain.actors import Actor, system_actor
from domain.errors import Forbidden, Invalid
from domain.events import RecordedEvent
from domain.webhooks.webhooks import Outcome, next_attempt, sign
from services.webhooks import changes
from services.webhooks.documents import Documents, OpenDocuments
from services.webhooks.makers import maker_of
from services.webhooks.sending import SEND_SECONDS, Send

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=3 * SEND_SECONDS)
TURN_SECONDS = 60.0  # then others get theirs
_PAGE = 100
ACTOR = system_actor("webhooks")


@dataclass(frozen=True, slots=True)
class Message:
    """A body on its way."""

    id: UUID
    webhook_id: UUID
    seq: int
    url: str
    secret: str = field(repr=False)
    body: bytes = field(repr=False)

    @classmethod
    def of(cls, hook: Webhook, row: WebhookDelivery) -> "Message":
        """A stored delivery, to be sent."""
        return cls(row.id, hook.id, row.event_seq, hook.url, hook.secret, row.body.encode())


@dataclass(frozen=True, slots=True)
class Behind:
    """Events that a webhook has not looked at, and in whose name it reads."""

    webhook_id: UUID
    document: str
    maker: Actor
    events: list[RecordedEvent]


class Deliverer:
    """One a worker."""

    def __init__(self, db: Database, documents: OpenDocuments, send: Send, worker: str) -> None:
        """`worker` names this process on leases."""
        self._db = db
        self._documents = documents
        self._send = send
        self._worker = worker

    async def run(self, webhook_id: UUID) -> None:
        """Deliver until nothing is left, something fails, or the turn is over."""
        until = time.monotonic() + TURN_SECONDS
        try:
            while time.monotonic() < until and await self._step(webhook_id):
                pass
        finally:
            async with self._db.write() as uow:
                await queries.release(uow.session, webhook_id, self._worker)

    async def again(self, delivery_id: UUID) -> None:
        """Send a delivery once more, out of order, because somebody asked for it."""
        async with self._db.read() as session:
            row = await queries.delivery(session, delivery_id)
            hook = await session.get(Webhook, row.webhook_id) if row else None
        if row is None or hook is None:
            return
        outcome = await self._post(Message.of(hook, row))
        async with self._db.write() as uow:
            found = await queries.delivery(uow.session, delivery_id)
            if found is not None:
                _note(found, outcome)

    async def _step(self, webhook_id: UUID) -> bool:
        """One event; False where there is nothing more to do now."""
        found = await self._next(webhook_id)
        if isinstance(found, Behind):
            found = await self._prepare(found)
        if not isinstance(found, Message):
            return found
        return await self._finish(found, await self._post(found))

    async def _next(self, webhook_id: UUID) -> Message | Behind | bool:
        """What to do next; False: nothing, or it is in other hands."""
        documents = await self._documents()  # the first time that takes seconds: before the row
        async with self._db.write() as uow:
            hook = await queries.lease(uow.session, webhook_id, self._worker, uow.now, LEASE)
            if hook is None:
                return False
            begun = await queries.waiting(uow.session, webhook_id)
            if begun is not None:
                return Message.of(hook, begun)
            head = await event_log.newest_seq(uow.session)
            events = await event_log.read_after(uow.session, hook.last_seq, _PAGE, kinds=hook.kinds)
            if not events:
                hook.last_seq = max(head, hook.last_seq)
                return False
            maker = await self._maker(uow, hook, documents)
            return False if maker is None else Behind(hook.id, hook.document, maker, events)

    async def _maker(self, uow: UnitOfWork, hook: Webhook, documents: Documents) -> Actor | None:
        """Who it reads for, with the rights of this moment; pauses it where they have none."""
        maker = await maker_of(uow.session, hook, uow.now)
        if maker is None:
            _pause(uow, hook, "The access of whoever made it has ended.")
            return None
        try:
            documents.check(hook.document, maker)
        except (Forbidden, Invalid) as error:
            _pause(uow, hook, error.message)
            return None
        return maker

    async def _prepare(self, behind: Behind) -> Message | bool:
        """The first event that concerns it, as a stored body; True where none of the page does."""
        documents = await self._documents()
        for item in behind.events:
            body = await documents.render(behind.document, behind.maker, item)
            if body is not None:
                return await self._store(behind.webhook_id, item.seq, body)
        return await self._skip(behind.webhook_id, behind.events[-1].seq)

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
        """Note what became of it; True where the next may follow."""
        async with self._db.write() as uow:
            hook = await queries.lock(uow.session, message.webhook_id)
            row = await queries.delivery(uow.session, message.id)
            if hook is None or row is None:
                return False
            _note(row, outcome)
            if not outcome.delivered:
                _put_off(uow, hook, outcome)
                return False
            row.delivered_at = uow.now
            hook.last_seq, hook.failures = max(hook.last_seq, message.seq), 0
            return hook.lease_owner == self._worker


def _note(row: WebhookDelivery, outcome: Outcome) -> None:
    row.attempts += 1
    row.last_status, row.last_error = outcome.status, outcome.error
    row.latency_ms = outcome.milliseconds


def _put_off(uow: UnitOfWork, hook: Webhook, outcome: Outcome) -> None:
    hook.failures += 1
    again = None if outcome.final else next_attempt(hook.failures, uow.now)
    if again is not None:
        hook.next_attempt_at = again
    elif hook.active:
        _pause(uow, hook, f"{hook.failures} failures in a row, the last: {outcome.error}.")


def _pause(uow: UnitOfWork, hook: Webhook, reason: str) -> None:
    hook.active, hook.paused_reason = False, reason
    logger.warning("webhook %s is paused: %s", hook.id, reason)
    changes.record(uow, ACTOR, hook, "paused", reason=reason)
