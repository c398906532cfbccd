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
from tests.factories.alerts import Desk, see, snapshot
from tests.support.clock import Clock
from tests.support.receivers import HttpReceiver, MailReceiver, until
from tests.support.servers import dead_port

CRITICAL, HEALTHY = HealthStatus.CRITICAL, HealthStatus.HEALTHY
PERSON = Actor(ActorKind.USER, UUID(int=7), "ann@wedsync.com")
FIRED, ENDED = "[CRITICAL] Database check is critical", "[RESOLVED] Database check is critical"


async def hang(_channel: Channel, _message: Delivery) -> None:
    """A process that is killed, or stopped, while it sends."""
    await asyncio.sleep(3600)


async def test_a_failing_channel_is_tried_again(
    desk: Desk, clock: Clock, receiver: HttpReceiver
) -> None:
    """S117: three times 500, then taken; the log says how often and why."""
    receiver.statuses = [500, 500]
    await see(desk.process(), clock, CRITICAL)
    (row,) = await desk.deliveries()
    assert (row.attempts, receiver.calls, len(receiver.messages)) == (3, 3, 1)
    assert row.sent_at is not None
    assert "500" in (row.last_error or "")


async def test_a_dead_channel_delays_no_other(
    settings: Settings, db: Database, redis: Redis, clock: Clock, receiver: HttpReceiver
) -> None:
    """S117: each channel for itself; the dead one is given up, its secret kept."""
    dead = f"json://user:pa55word@127.0.0.1:{dead_port()}/s3cr3t-path"
    patient = settings.model_copy(update={"alert_retry_seconds": 1.0})
    desk = Desk(patient, db, redis, dead, receiver.url)
    await see(desk.process(), clock, CRITICAL)
    lost, sent = sorted(await desk.deliveries(), key=lambda row: row.channel)
    assert (lost.sent_at, sent.sent_at is not None) == (None, True)
    assert lost.finished_at is not None
    assert "pa55word" not in str(lost.last_error) + lost.channel
    assert "s3cr3t" not in str(lost.last_error) + lost.channel
    assert [event.delivered for event in await desk.events()] in ([True, False], [False, True])


async def test_no_end_without_a_beginning(
    settings: Settings, db: Database, redis: Redis, clock: Clock, receiver: HttpReceiver
) -> None:
    """A25: a channel that never took the alert is not told that it is over."""
    impatient = settings.model_copy(update={"alert_retry_seconds": 0.5})
    desk = Desk(impatient, db, redis, receiver.url)
    receiver.statuses = [500, 500]
    center = desk.process()
    await see(center, clock, CRITICAL)
    await see(center, clock, HEALTHY)
    assert receiver.titles == []
    fired, ended = await desk.deliveries()
    assert (fired.attempts, ended.attempts) == (2, 0)
    assert "never took" in (ended.last_error or "")


async def test_the_end_waits_for_the_beginning(
    desk: Desk, clock: Clock, receiver: HttpReceiver
) -> None:
    """S117: a channel that was away reads them in their order."""
    receiver.statuses = [500]
    center = desk.process()
    await center.observe(snapshot(clock(), CRITICAL))
    await center.observe(snapshot(clock(), HEALTHY))
    await center.idle()
    assert [title.partition(" (")[0] for title in receiver.titles] == [FIRED, ENDED]


async def test_a_lost_message_is_picked_up(
    desk: Desk, clock: Clock, receiver: HttpReceiver
) -> None:
    """A26: killed before its channel took it; another process sends it after the lease."""
    await desk.process(send=hang).observe(snapshot(clock(), CRITICAL))
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


async def test_a_message_in_the_database_alone_is_picked_up(
    desk: Desk, clock: Clock, receiver: HttpReceiver, no_redis: Redis
) -> None:
    """A26: Redis was away when the process was killed, and is back."""
    await desk.process(send=hang, redis=no_redis).observe(snapshot(clock(), CRITICAL))
    clock.advance(60)
    other = desk.process()
    await other.sweep()
    await other.idle()
    assert receiver.titles == [FIRED]


async def test_a_stopped_process_hands_over_at_once(
    desk: Desk, clock: Clock, receiver: HttpReceiver
) -> None:
    """A26: what it carries is not kept until its lease ends."""
    receiver.statuses = [500]
    leaving = desk.process()
    await leaving.observe(snapshot(clock(), CRITICAL))
    await until(lambda: receiver.calls == 1)
    await leaving.stop()
    other = desk.process()
    await other.sweep()
    await other.idle()
    assert receiver.titles == [FIRED]


async def test_mail_and_severity(
    settings: Settings, db: Database, redis: Redis, receiver: HttpReceiver, mails: MailReceiver
) -> None:
    """S117: a mail arrives; who wants only CRITICAL does not hear of HIGH."""
    desk = Desk(settings, db, redis, mails.url, f"critical+{receiver.url}")
    center = desk.process()
    await center.raise_now("one", "Something", "bad", Severity.HIGH)
    await center.idle()
    (mail,) = mails.mails
    assert (mail["subject"], receiver.titles) == ("[HIGH] Something", [])
    (row,) = await desk.deliveries()
    assert row.channel == "mailto://127.0.0.1"


async def test_a_trial_tells_of_each_channel(
    settings: Settings, db: Database, redis: Redis, receiver: HttpReceiver
) -> None:
    """X2: sent once, outcome and log for each; nothing is tried again."""
    desk = Desk(settings, db, redis, receiver.url, f"json://127.0.0.1:{dead_port()}/x")
    good, bad = await desk.process().test()
    assert (good.sent_at is not None, bad.sent_at) == (True, None)
    assert (good.last_error, bad.last_error is not None) == (None, True)
    rows = await desk.deliveries()
    assert [(row.kind, row.attempts) for row in rows] == [(AlertKind.TEST, 1)] * 2
    assert len(await desk.events()) == 2


async def test_the_log_of_the_process_shows_no_secret(
    desk: Desk, clock: Clock, receiver: HttpReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    """S117: not even with everything logged."""
    caplog.set_level(logging.DEBUG)
    receiver.statuses = [500]
    await see(desk.process(), clock, CRITICAL)
    assert "alert not sent to json://127.0.0.1" in caplog.text
    assert "s3cr3t" not in caplog.text
