"""Messages on their way to real HTTP and SMTP receivers (S117, A25, A26, X2)."""

import asyncio
import logging
from uuid import UUID

import pytest
from redis.asyncio import Redis

from db.session import Database
from domain.actors import Actor, ActorKind
from domain.alerting.alert_channels import Channel
from domain.alerting.alert_deliveries import Delivery
from domain.alerting.alerts import AlertKind
from domain.health.health import HealthStatus
from domain.incidents.incidents import Severity
from settings import Settings
from tests.factories.alerts import AlertCenters, database_snapshot, process_round
from tests.support.clock import Clock
from tests.support.receivers import HttpReceiver, MailReceiver
from tests.support.servers import dead_port
from tests.support.waiting import until

CRITICAL, HEALTHY = HealthStatus.CRITICAL, HealthStatus.HEALTHY
PERSON = Actor(ActorKind.USER, UUID(int=7), "ann@wedsync.com")
FIRED, ENDED = "[CRITICAL] Database check is critical", "[RESOLVED] Database check is critical"


async def hang(_channel: Channel, _message: Delivery) -> None:
    """A process that is killed, or stopped, while it sends."""
    await asyncio.sleep(3600)


async def test_failed_messages_are_retried(
    desk: AlertCenters, clock: Clock, receiver: HttpReceiver
) -> None:
    """S117: three times 500, then taken; the log says how often and why."""
    receiver.statuses = [500, 500]
    await process_round(desk.process(), clock, CRITICAL)
    (row,) = await desk.deliveries()
    assert (row.attempts, receiver.calls, len(receiver.messages)) == (3, 3, 1)
    assert row.sent_at is not None
    assert "500" in (row.last_error or "")


async def test_a_dead_channel_does_not_delay_others(
    settings: Settings, db: Database, redis: Redis, clock: Clock, receiver: HttpReceiver
) -> None:
    """S117: each channel for itself; the dead one is given up, its secret kept."""
    dead = f"json://user:pa55word@127.0.0.1:{dead_port()}/s3cr3t-path"
    patient = settings.model_copy(update={"alert_retry_seconds": 1.0})
    desk = AlertCenters(patient, db, redis, dead, receiver.url)
    await process_round(desk.process(), clock, CRITICAL)
    lost, sent = sorted(await desk.deliveries(), key=lambda row: row.channel)
    assert (lost.sent_at, sent.sent_at is not None) == (None, True)
    assert lost.finished_at is not None
    assert "pa55word" not in str(lost.last_error) + lost.channel
    assert "s3cr3t" not in str(lost.last_error) + lost.channel
    assert [event.delivered for event in await desk.events()] in ([True, False], [False, True])


async def test_channels_without_the_alert_get_no_resolution(
    settings: Settings, db: Database, redis: Redis, clock: Clock, receiver: HttpReceiver
) -> None:
    """A25: a channel that never took the alert is not told that it is over."""
    impatient = settings.model_copy(update={"alert_retry_seconds": 0.5})
    desk = AlertCenters(impatient, db, redis, receiver.url)
    receiver.statuses = [500, 500]
    center = desk.process()
    await process_round(center, clock, CRITICAL)
    await process_round(center, clock, HEALTHY)
    assert receiver.titles == []
    fired, ended = await desk.deliveries()
    assert (fired.attempts, ended.attempts) == (2, 0)
    assert "never took" in (ended.last_error or "")


async def test_the_resolution_is_sent_after_the_alert(
    desk: AlertCenters, clock: Clock, receiver: HttpReceiver
) -> None:
    """S117: a channel that was away reads them in their order."""
    receiver.statuses = [500]
    center = desk.process()
    await center.observe(database_snapshot(clock(), CRITICAL))
    await center.observe(database_snapshot(clock(), HEALTHY))
    await center.idle()
    assert [title.partition(" (")[0] for title in receiver.titles] == [FIRED, ENDED]


async def test_messages_of_a_killed_process_are_sent_after_their_lease(
    desk: AlertCenters, clock: Clock, receiver: HttpReceiver
) -> None:
    """A26: killed before its channel took it; another process sends it after the lease."""
    await desk.process(send=hang).observe(database_snapshot(clock(), CRITICAL))
    other = desk.process()
    await other.sweep()
    await other.idle()
    assert receiver.titles == []
    clock.advance(60)
    for _ in range(2):
        await other.sweep()
        await other.idle()
    assert receiver.titles == [FIRED]
    (row,) = await desk.deliveries()
    assert row.attempts == 1


async def test_messages_missing_in_redis_are_sent_from_the_database(
    desk: AlertCenters, clock: Clock, receiver: HttpReceiver, no_redis: Redis
) -> None:
    """A26: Redis was away when the process was killed, and is back."""
    await desk.process(send=hang, redis=no_redis).observe(database_snapshot(clock(), CRITICAL))
    clock.advance(60)
    other = desk.process()
    await other.sweep()
    await other.idle()
    assert receiver.titles == [FIRED]


async def test_a_stopping_process_releases_its_messages_at_once(
    desk: AlertCenters, clock: Clock, receiver: HttpReceiver
) -> None:
    """A26: what it carries is not kept until its lease ends."""
    receiver.statuses = [500]
    leaving = desk.process()
    await leaving.observe(database_snapshot(clock(), CRITICAL))
    await until(lambda: receiver.calls == 1)
    await leaving.stop()
    other = desk.process()
    await other.sweep()
    await other.idle()
    assert receiver.titles == [FIRED]


async def test_email_channels_filter_by_severity(
    settings: Settings, db: Database, redis: Redis, receiver: HttpReceiver, mails: MailReceiver
) -> None:
    """S117: a mail arrives; who wants only CRITICAL does not hear of HIGH."""
    desk = AlertCenters(settings, db, redis, mails.url, f"critical+{receiver.url}")
    center = desk.process()
    await center.raise_now("one", "Something", "bad", Severity.HIGH)
    await center.idle()
    (mail,) = mails.mails
    assert (mail["subject"], receiver.titles) == ("[HIGH] Something", [])
    (row,) = await desk.deliveries()
    assert row.channel == "mailto://127.0.0.1"


async def test_a_test_reports_the_result_of_each_channel(
    settings: Settings, db: Database, redis: Redis, receiver: HttpReceiver
) -> None:
    """X2: sent once, outcome and log for each; nothing is tried again."""
    desk = AlertCenters(settings, db, redis, receiver.url, f"json://127.0.0.1:{dead_port()}/x")
    good, bad = await desk.process().test()
    assert (good.sent_at is not None, bad.sent_at) == (True, None)
    assert (good.last_error, bad.last_error is not None) == (None, True)
    rows = await desk.deliveries()
    assert [(row.kind, row.attempts) for row in rows] == [(AlertKind.TEST, 1)] * 2
    assert len(await desk.events()) == 2


async def test_process_logs_contain_no_channel_secrets(
    desk: AlertCenters, clock: Clock, receiver: HttpReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    """S117: not even with everything logged."""
    caplog.set_level(logging.DEBUG)
    receiver.statuses = [500]
    await process_round(desk.process(), clock, CRITICAL)
    assert "alert not sent to json://127.0.0.1" in caplog.text
    assert "s3cr3t" not in caplog.text
