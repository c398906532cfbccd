"""Reads the log of alerts and tests the channels (S99, S117, X2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.incidents import AlertDelivery
from db.queries import alerts as queries
from db.queries.alerts import ChannelHistory
from db.queries.pages import Moments
from domain.alerting.alert_channels import Channel
from domain.alerting.alert_deliveries import Delivery, latency_of
from domain.errors import Invalid
from domain.incidents.incidents import Severity
from services.alerting import AlertCenter
from services.platform.rate_limits import RateLimiter

_TEST_RATE = (6, 60.0)  # tests, seconds
_NO_HISTORY = ChannelHistory(None, None, None, None)


@dataclass(frozen=True, slots=True)
class ChannelState:
    """A channel with the history of its deliveries."""

    name: str
    minimum: Severity
    after: float | None
    history: ChannelHistory


async def page(
    session: AsyncSession,
    part: Moments,
    incident_id: UUID | None,
) -> list[AlertDelivery]:
    """Return a page of messages, newest first."""
    return await queries.page(session, part, incident_id)


async def channels(session: AsyncSession, configured: Sequence[Channel]) -> list[ChannelState]:
    """Return the configured channels in their order."""
    histories = await queries.histories(session, [channel.name for channel in configured])
    return [
        ChannelState(item.name, item.minimum, item.after, histories.get(item.name, _NO_HISTORY))
        for item in configured
    ]


async def test(alerts: AlertCenter, limits: RateLimiter) -> list[Delivery]:
    """Send a test message to every channel; raises Invalid where there is none."""
    if not alerts.channels:
        raise Invalid("No alert channel is configured. Set ALERT_URLS.")
    await limits.take("alerts:test", *_TEST_RATE)
    return await alerts.test()


def latency(row: AlertDelivery) -> int | None:
    """Return the latency of a message in milliseconds, from the first bad sample (S99)."""
    return latency_of(row.kind, row.first_bad_at, row.created_at, row.sent_at)
