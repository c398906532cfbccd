"""The worker process: jobs of the queue, and periodic tasks."""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from datetime import timedelta
from functools import partial
from uuid import UUID

from domain.health.heartbeats import WORKER
from jobs.alerts import follow_incident
from jobs.bulk_invitations import resume_bulk, send_bulk
from jobs.kinds import KINDS, JobKind
from jobs.launch_checks import check_launch
from jobs.link_requests import send_new_link
from jobs.mail import retry_mail, send_mail
from jobs.messages import email_unread_message
from jobs.notifications import mail_notifications
from jobs.onboarding import alert_support, check_stalled, notify_recovery
from jobs.parts import Parts, open_parts
from jobs.phases import count_impact, ramp
from jobs.queue import Payload
from jobs.rehearsals import rehearse
from jobs.routing import (
    ALERT_SUPPORT,
    CHECK_STALLED,
    COUNT_IMPACT,
    DELIVER,
    EMAIL_UNREAD_MESSAGE,
    FOLLOW_INCIDENT,
    MAIL_NOTIFICATIONS,
    NOTIFY_RECOVERY,
    RAMP,
    REDELIVER,
    REHEARSE,
    SEND_BULK,
    SEND_MAIL,
    SEND_NEW_LINK,
)
from jobs.runner import DEFAULT_TIMING, JobRunner, QueueTiming
from jobs.schedule import intervals
from jobs.ticker import Claims, Task, Ticker
from jobs.webhooks import deliver, wake
from services.journeys import journeys
from services.marketplace.invitation_changes import expire_overdue
from services.marketplace.invitation_reminders import remind_due
from services.metrics import metric_rollups
from services.overview import retention
from services.phases.pacing import load_pacing_context
from services.phases.rehearsals import end_overdue
from services.propagation.propagation import settle
from services.webhooks.documents import OpenDocuments
from settings import Settings

logger = logging.getLogger(__name__)

Beside = Callable[[Parts, JobRunner, Ticker], AbstractAsyncContextManager[None]]


WorkerHandler = Callable[[Parts, Payload], Awaitable[None]]


async def _ramp(parts: Parts, payload: Payload) -> None:
    await ramp(parts.db, partial(load_pacing_context, parts.health, parts.settings), payload)


async def _count_impact(parts: Parts, payload: Payload) -> None:
    await count_impact(parts.db, payload)


async def _check_launch(parts: Parts) -> None:
    await check_launch(parts.db, parts.health, parts.settings)


async def _send_mail(parts: Parts, payload: Payload) -> None:
    await send_mail(parts.db, parts.settings, UUID(str(payload["mail_id"])))


async def _rehearse(parts: Parts, payload: Payload) -> None:
    await rehearse(parts.db, parts.redis, UUID(str(payload["run_id"])))


async def _follow_incident(parts: Parts, payload: Payload) -> None:
    await follow_incident(parts.db, parts.alerts, UUID(str(payload["incident_id"])))


async def _deliver(parts: Parts, payload: Payload) -> None:
    assert parts.webhooks is not None
    await deliver(parts.webhooks, UUID(str(payload["webhook_id"])))


async def _redeliver(parts: Parts, payload: Payload) -> None:
    assert parts.webhooks is not None
    await parts.webhooks.redeliver(UUID(str(payload["delivery_id"])))


async def _check_stalled(parts: Parts, payload: Payload) -> None:
    await check_stalled(parts.db, parts.settings, payload)


async def _notify_recovery(parts: Parts, payload: Payload) -> None:
    await notify_recovery(parts.db, parts.settings, UUID(str(payload["incident_id"])))


async def _alert_support(parts: Parts, payload: Payload) -> None:
    key = UUID(str(payload["onboarding_id"]))
    await alert_support(parts.db, parts.settings, parts.alerts, key)


async def _send_bulk(parts: Parts, payload: Payload) -> None:
    await send_bulk(parts.db, parts.settings, UUID(str(payload["bulk_id"])))


async def _email_unread_message(parts: Parts, payload: Payload) -> None:
    await email_unread_message(parts.db, parts.settings, payload)


async def _mail_notifications(parts: Parts, payload: Payload) -> None:
    await mail_notifications(parts.db, parts.settings, payload)


async def _send_new_link(parts: Parts, payload: Payload) -> None:
    await send_new_link(parts.db, parts.settings, UUID(str(payload["invitation_id"])))


HANDLERS: Mapping[str, WorkerHandler] = {
    ALERT_SUPPORT: _alert_support,
    CHECK_STALLED: _check_stalled,
    MAIL_NOTIFICATIONS: _mail_notifications,
    NOTIFY_RECOVERY: _notify_recovery,
    FOLLOW_INCIDENT: _follow_incident,
    RAMP: _ramp,
    COUNT_IMPACT: _count_impact,
    REHEARSE: _rehearse,
    SEND_BULK: _send_bulk,
    SEND_MAIL: _send_mail,
    SEND_NEW_LINK: _send_new_link,
    EMAIL_UNREAD_MESSAGE: _email_unread_message,
}
# For workers that were given the documents of the graph.
WEBHOOK_HANDLERS: Mapping[str, WorkerHandler] = {DELIVER: _deliver, REDELIVER: _redeliver}


def _periodic(parts: Parts) -> Mapping[str, Callable[[], Awaitable[object]]]:
    webhooks = {"webhooks": partial(wake, parts.db)} if parts.webhooks else {}
    return {
        **webhooks,
        "health": parts.health.tick,
        "heartbeat": partial(parts.heartbeats.beat, WORKER),
        "heartbeat-mail": parts.heartbeats.beat_for_mail,
        "alerts": parts.alerts.sweep,
        "guards": partial(_check_launch, parts),
        "journeys": partial(journeys.fold, parts.db),
        "mail": partial(retry_mail, parts.db, parts.settings),
        "metrics": parts.collect,
        "metrics-late": partial(metric_rollups.roll_late, parts.db),
        "retention": partial(
            retention.sweep_if_clock_agrees,
            parts.db,
            deliveries_kept=timedelta(days=parts.settings.webhook_deliveries_kept_days),
        ),
        "invitations": partial(expire_overdue, parts.db),
        "invitations-remind": partial(remind_due, parts.db, parts.settings),
        "invitations-bulk": partial(resume_bulk, parts.db),
        "propagation": partial(settle, parts.db, parts.redis),
        "rehearsals": partial(end_overdue, parts.db),
    }


async def run_worker(
    settings: Settings,
    *,
    handlers: Mapping[str, WorkerHandler] = HANDLERS,
    timing: QueueTiming = DEFAULT_TIMING,
    kinds: Mapping[str, JobKind] = KINDS,
    every: Mapping[str, float] | None = None,
    documents: OpenDocuments | None = None,
    beside: Beside | None = None,
) -> None:
    """Work until SIGTERM or SIGINT, then stop within eight seconds.

    `every` overrides intervals of periodic tasks, in seconds by name. Without `documents`, which
    this package may not import, it delivers no webhooks. `beside` runs while the worker does. Any
    number of workers may run on any number of machines. Without PostgreSQL or Redis a worker goes
    on with what is possible and resumes the rest by itself.
    """
    stop = _stop_signal()
    name = f"{socket.gethostname()}:{os.getpid()}"
    if documents is not None:
        handlers = {**handlers, **WEBHOOK_HANDLERS}
    async with open_parts(settings, name, documents) as parts:
        runner = JobRunner(
            parts.db.url,
            {entrypoint: partial(handler, parts) for entrypoint, handler in handlers.items()},
            timing,
            kinds,
        )
        seconds = {**intervals(settings), **(every or {})}
        ticker = Ticker(
            Claims(parts.redis, parts.db, name),
            [Task(task, seconds[task], run) for task, run in _periodic(parts).items()],
            parts.db.clock,
        )
        logger.info("worker %s started", name, extra={"worker": name, "jobs": sorted(handlers)})
        async with beside(parts, runner, ticker) if beside else nullcontext():
            await _until_stopped(runner, ticker, stop)
        logger.info("worker %s stopped", name, extra={"worker": name})


async def _until_stopped(runner: JobRunner, ticker: Ticker, stop: asyncio.Event) -> None:
    jobs = asyncio.create_task(runner.run(stop), name="jobs")
    ticks = asyncio.create_task(ticker.run(), name="ticker")
    stopped = asyncio.create_task(stop.wait())
    try:
        # Neither ends by itself: if one does, the process must end and be restarted.
        await asyncio.wait({jobs, ticks, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        ticks.cancel()
        await asyncio.wait({jobs, ticks})
    finally:
        stopped.cancel()
        jobs.cancel()
    with suppress(asyncio.CancelledError):
        ticks.result()
    jobs.result()


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop
