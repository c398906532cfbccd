"""A request for help sends one alert to the support and resolves by itself (S44)."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from pydantic import SecretStr

from db.session import Database
from domain.actors import ANONYMOUS, Role
from jobs.onboarding import alert_support
from services.alerting import AlertCenter
from services.journeys import onboarding
from tests.factories.alerts import AlertCenters
from tests.factories.user_sessions import create_session, newest_user
from tests.support.receivers import HttpReceiver


@pytest.fixture
async def team() -> AsyncIterator[HttpReceiver]:
    """Where alerts go, beside the support, which is `receiver`."""
    receiver = HttpReceiver()
    await receiver.start()
    yield receiver
    await receiver.stop()


@pytest.fixture
async def supplier(db: Database) -> UUID:
    await create_session(db, Role.SUPPLIER)
    return await newest_user(db)


def center(desk: AlertCenters, *support: str) -> AlertCenter:
    urls = tuple(SecretStr(url) for url in support)
    desk.settings = desk.settings.model_copy(update={"support_urls": urls})
    return desk.process()


async def ask(db: Database, user_id: UUID, message: str | None) -> UUID:
    async with db.write() as uow:
        row = await onboarding.request_assistance(uow, ANONYMOUS, user_id, message)
        return row.id


async def follow(desk: AlertCenters, alerts: AlertCenter, key: UUID) -> None:
    await alert_support(desk.db, desk.settings, alerts, key)
    await alerts.idle()


async def test_help_requests_reach_only_the_support_channels(
    desk: AlertCenters, team: HttpReceiver, receiver: HttpReceiver, supplier: UUID
) -> None:
    """A repeated request sends one alert; every delivery is logged."""
    desk.settings = desk.settings.model_copy(update={"alert_urls": (SecretStr(team.url),)})
    alerts = center(desk, receiver.url)
    key = await ask(desk.db, supplier, "I cannot add a client")
    for _ in range(2):
        await follow(desk, alerts, key)
    (message,) = receiver.messages
    assert "needs help" in message["title"]
    assert "I cannot add a client" in message["message"]
    assert "Business Information" in message["message"]
    assert team.messages == []
    assert [item.alert_key for item in await desk.deliveries()] == [f"assistance:{key}"]


async def test_answering_resolves_the_help_alert(
    desk: AlertCenters, receiver: HttpReceiver, supplier: UUID
) -> None:
    """Without SUPPORT_URLS the channels of ALERT_URLS get the alert."""
    alerts = center(desk)
    key = await ask(desk.db, supplier, None)
    await follow(desk, alerts, key)
    async with desk.db.write() as uow:
        await onboarding.answer_assistance(uow, ANONYMOUS, key)
    await follow(desk, alerts, key)
    assert [item.kind.value for item in await desk.deliveries()] == ["firing", "resolved"]
    assert len(receiver.messages) == 2


async def test_a_late_job_for_a_withdrawn_request_sends_nothing(
    desk: AlertCenters, receiver: HttpReceiver, supplier: UUID
) -> None:
    """The job runs after the request was withdrawn."""
    alerts = center(desk)
    key = await ask(desk.db, supplier, "Help")
    async with desk.db.write() as uow:
        await onboarding.answer_assistance(uow, ANONYMOUS, key)
    await follow(desk, alerts, key)
    assert receiver.messages == []


async def test_test_alerts_reach_support_channels(
    desk: AlertCenters, team: HttpReceiver, receiver: HttpReceiver
) -> None:
    """M15: SUPPORT_URLS are tested like ALERT_URLS, and each channel once."""
    desk.settings = desk.settings.model_copy(update={"alert_urls": (SecretStr(team.url),)})
    both = await center(desk, receiver.url).test()
    assert [message.sent_at is not None for message in both] == [True, True]
    assert (len(team.messages), len(receiver.messages)) == (1, 1)
    assert len(await center(desk).test()) == 1  # without them the support is the same channel
