"""The alert center: turns what checks and incidents report into messages (S67, S99, S111)."""

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from redis.asyncio import Redis

from db.session import Database
from domain.alerting.alert_causes import IncidentFacts, cause_of, causes_of, silenced_until
from domain.alerting.alert_channels import Channel, channels_of
from domain.alerting.alert_deliveries import Delivery, deliveries_of
from domain.alerting.alert_texts import Briefing, as_it_is, body, headline, trial_text
from domain.alerting.alerts import (
    Alert,
    AlertKind,
    AlertRules,
    AlertSource,
    Cause,
    Step,
    follow,
    pass_time,
)
from domain.alerting.escalation import delays_of, escalate
from domain.alerting.silences import Silence, covering
from domain.health.health import HealthSnapshot
from domain.incidents.incidents import Severity
from domain.marketplace import assistance
from services.alerting import incident_sync, senders
from services.alerting.dispatcher import NotificationDispatcher
from services.alerting.senders import Sender
from services.alerting.silence_cache import SilenceCache
from services.alerting.store import DATABASE_SECONDS, AlertStore
from services.alerting.timeouts import run_with_timeout
from settings import Settings

logger = logging.getLogger(__name__)

TEST_KEY = "test"
ALERT_SWEEP_SECONDS = 10.0
_STOP_SECONDS = 1.0
_MAX_TEXT = 2_000


class AlertCenter:
    """Decides on alerts in one process, web or worker. PostgreSQL, Redis or both may be down."""

    def __init__(
        self, settings: Settings, db: Database, redis: Redis, send: Sender = senders.send
    ) -> None:
        """Read the channels from the settings. Tests pass their own `send` instead of Apprise."""
        urls = [url.get_secret_value() for url in settings.alert_urls]
        support = [url.get_secret_value() for url in settings.support_urls]
        every = channels_of([*urls, *support])
        self.channels: Sequence[Channel] = every[: len(urls)]
        self.support: Sequence[Channel] = every[len(urls) :] or self.channels  # S44
        self.silences = SilenceCache(db, redis)
        if every:
            senders.load()
        self._db = db
        self._clock = db.clock
        self._link = settings.base_url
        self._rules = AlertRules(remind_after=timedelta(seconds=settings.alert_reminder_seconds))
        self._alert_store = AlertStore(db, redis)
        retry_for = timedelta(seconds=settings.alert_retry_seconds)
        self._dispatcher = NotificationDispatcher(
            every, send, self._alert_store, self._log_message, db.clock, retry_for
        )
        self._synced_revisions: dict[str, int] = {}
        self._announcing: set[asyncio.Task[None]] = set()

    @property
    def names(self) -> list[str]:
        """The names of the channels, without their secrets."""
        return [channel.name for channel in self.channels]

    async def observe(self, snapshot: HealthSnapshot) -> None:
        """Update the alerts of the health checks, before anything is stored (decision 7)."""
        await self._update(causes_of(snapshot))

    async def follow_incident(self, incident: IncidentFacts) -> None:
        """Update the alert of a severe incident. One that health opened follows its check."""
        await self._update([cause_of(incident)])

    async def raise_now(
        self,
        key: str,
        title: str,
        text: str,
        severity: Severity = Severity.CRITICAL,
        since: datetime | None = None,
    ) -> bool:
        """Alert people; returns True if this call did.

        For callers without a worker and perhaps without a database, such as the watchdog (X16).
        Many processes may call it, and repeatedly: `key` is the cause, and a cause with an open
        alert is not announced again; reminders are sent automatically. No incident is opened. The
        alert ends with `resolve_now`, or when an incident with this dedup key is resolved.
        """
        now = self._clock()
        text, since = text[:_MAX_TEXT], since or now
        cause = Cause(key, AlertSource.RAISED, True, severity, title, text, since, at=now)
        return await self._update([cause])

    async def resolve_now(self, key: str, text: str = "It is over.") -> bool:
        """End an alert of `raise_now`; returns True if this call ended it."""
        now, text = self._clock(), text[:_MAX_TEXT]
        cause = Cause(key, AlertSource.RAISED, False, Severity.LOW, key, text, now, at=now)
        return await self._update([cause])

    async def sweep(self) -> None:
        """Do what is due: reminders, ends of flapping, missing incidents and orphaned messages."""
        alerts, silences = await asyncio.gather(self._alert_store.alerts(), self.silences.current())
        for alert in list(alerts.values()):
            step = self._pass_time(alert, silences)
            if step is not None:
                await self._apply_step(step)
        await self._sync_incidents()
        now = self._clock()
        self._dispatcher.dispatch(
            await self._alert_store.claim_orphans(now, self._dispatcher.in_delivery)
        )

    async def test(self) -> list[Delivery]:
        """Send a test to every channel and wait ten seconds at most. The outcome is logged.

        Channels that only receive requests for help are tested as well (M15).
        """
        now = self._clock()
        channels = dict.fromkeys((*self.channels, *self.support))
        deliveries = await asyncio.gather(*(self._test(channel, now) for channel in channels))
        await run_with_timeout(DATABASE_SECONDS, self._log_all(deliveries), "logging tests")
        return deliveries

    async def is_silenced(self) -> bool:
        """Whether a silence of all checks is in force."""
        return covering(await self.silences.current(), None, self._clock()) is not None

    async def idle(self) -> None:
        """Wait until every message is sent or given up, and is logged."""
        while self._announcing:
            await asyncio.wait(list(self._announcing))
        await self._dispatcher.idle()

    async def stop(self) -> None:
        """Finish running announcements, and release the remaining messages to other processes."""
        if self._announcing:
            await asyncio.wait(list(self._announcing), timeout=_STOP_SECONDS)
        await self._dispatcher.stop()

    async def _update(self, causes: Sequence[Cause]) -> bool:
        alerts, silences = await asyncio.gather(self._alert_store.alerts(), self.silences.current())
        has_changed = False
        for cause in causes:
            now = self._clock()
            step = follow(
                alerts.get(cause.key),
                cause,
                now,
                self._rules,
                silent=self._is_silent(cause.key, cause.severity),
                silenced_until=silenced_until(silences, cause.key, cause.source, now),
            )
            if step is not None:
                has_changed = await self._apply_step(step) or has_changed
        return has_changed

    def _pass_time(self, alert: Alert, silences: Sequence[Silence]) -> Step | None:
        now = self._clock()
        until = silenced_until(silences, alert.key, alert.source, now)
        silent = self._is_silent(alert.key, alert.severity)
        step = pass_time(alert, now, self._rules, silent=silent, silenced_until=until)
        silenced = until is not None
        return step or escalate(
            alert, now, delays_of(self._channels_for(alert.key)), silenced=silenced
        )

    def _is_silent(self, key: str, severity: Severity) -> bool:
        """Whether no channel of this process wants the alert; another process may have one."""
        return not any(channel.wants(severity) for channel in self._channels_for(key))

    def _channels_for(self, key: str) -> Sequence[Channel]:
        """Return the support channels for requests for help, and the team's for all else."""
        return self.support if key.startswith(assistance.KEY) else self.channels

    async def _apply_step(self, step: Step) -> bool:
        """Store a step of an alert; only the process that stores it announces it (A30)."""
        now = self._clock()
        messages = []
        if step.notification is not None:
            channels = self._channels_for(step.alert.key)
            messages = deliveries_of(step.alert, step.notification, channels, self._link, now)
            logger.warning("alert %s %s: %s", step.alert.key, step.notification, step.alert.title)
        if not await self._alert_store.compare_and_set(step.alert, messages):
            return False
        self._run_in_background(self._announce(step, messages))
        return True

    async def _announce(self, step: Step, messages: Sequence[Delivery]) -> None:
        briefing = await run_with_timeout(
            DATABASE_SECONDS, self._brief(step.alert), "asking the database"
        )
        context = briefing or Briefing(away=True)
        self._dispatcher.dispatch(self._render(step, context, message) for message in messages)
        await self._alert_store.store(step.alert)

    def _render(self, step: Step, briefing: Briefing, message: Delivery) -> Delivery:
        alert, now = as_it_is(step.alert, briefing), self._clock()
        title = headline(alert, message.kind, now)
        return replace(
            message, title=title, body=body(alert, message.kind, briefing, self._link, now)
        )

    async def _brief(self, alert: Alert) -> Briefing:
        async with self._db.write() as uow:
            return await incident_sync.brief(uow, alert)

    async def _sync_incidents(self) -> None:
        """Store the incidents of alerts that were raised during an outage of the database (S68)."""
        for alert in list((await self._alert_store.alerts()).values()):
            is_done = self._synced_revisions.get(alert.key) == alert.revision
            if alert.source is AlertSource.HEALTH and not is_done:
                await run_with_timeout(
                    DATABASE_SECONDS, self._sync_incident(alert), "storing an incident"
                )

    async def _sync_incident(self, alert: Alert) -> None:
        async with self._db.write() as uow:
            await incident_sync.sync_incident(uow, alert)
        self._synced_revisions[alert.key] = alert.revision

    async def _log_message(self, message: Delivery) -> bool:
        work = self._log_all([message])
        return await run_with_timeout(DATABASE_SECONDS, work, "logging a message") is True

    async def _log_all(self, messages: Sequence[Delivery]) -> bool:
        async with self._db.write() as uow:
            for message in messages:
                await incident_sync.log_delivery(
                    uow, message, self._alert_store.cached(message.alert_key)
                )
        return True

    async def _test(self, channel: Channel, now: datetime) -> Delivery:
        message = Delivery(
            id=uuid4(),
            alert_key=TEST_KEY,
            kind=AlertKind.TEST,
            channel=channel.name,
            severity=Severity.LOW,
            title="[TEST] Alerts of WedSync Launch",
            body=trial_text(now, self._link),
            first_bad_at=now,
            created_at=now,
            lease_until=now,
        )
        delivery = await self._dispatcher.try_once(message)
        return replace(delivery, finished_at=delivery.finished_at or self._clock())

    def _run_in_background(self, work: Coroutine[object, object, None]) -> None:
        """Run in the background: the next check of the caller must not wait for a channel."""
        task = asyncio.create_task(work, name="announce")
        self._announcing.add(task)
        task.add_done_callback(self._announcing.discard)
