"""Reading what became of alerts, and testing the channels (S99, S117, X2)."""

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

_TESTS = (6, 60.0)  # at most so many, in so many seconds
_NEVER = ChannelHistory(None, None, None, None)


@dataclass(frozen=True, slots=True)
class ChannelState:
    """A channel and how it has done."""

    name: str
    minimum: Severity
    after: float | None
    history: ChannelHistory


async def page(
    session: AsyncSession,
    part: Moments,
    incident_id: UUID | None,
) -> list[AlertDelivery]:
    """Messages, newest first."""
    return await queries.page(session, part, incident_id)


async def channels(session: AsyncSession, configured: Sequence[Channel]) -> list[ChannelState]:
    """The configured channels, in their order."""
    found = await queries.histories(session, [channel.name for channel in configured])
    return [
        ChannelState(item.name, item.minimum, item.after, found.get(item.name, _NEVER))
        for item in configured
    ]


async def test(alerts: AlertCenter, limits: RateLimiter) -> list[Delivery]:
    """Really send a test to every channel; raises Invalid where there is none."""
    if not alerts.channels:
        raise Invalid("No channel is configured: set ALERT_URLS.")
    await limits.take("alerts:test", *_TESTS)
    return await alerts.test()


def latency(row: AlertDelivery) -> int | None:
    """In milliseconds, from the first bad sample on (S99)."""
    return latency_of(row.kind, row.first_bad_at, row.created_at, row.sent_at)
