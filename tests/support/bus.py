"""How tests of the bus read it, and the timing that they give it."""

import asyncio

from subscriptions.bus import BusMessage, Event, Timing
from subscriptions.fanout import Subscription
from tests.support.clock import PATIENCE

TIMING = Timing(deadline=0.5, heartbeat=0.2, silence=1.0, backoff_base=0.02, backoff_cap=0.1)


async def read(subscription: Subscription[BusMessage]) -> BusMessage:
    """Return the next message."""
    async with asyncio.timeout(PATIENCE):
        return await anext(subscription)


async def read_texts(subscription: Subscription[BusMessage], number: int) -> list[str]:
    """Return the texts among the next messages."""
    messages = [await read(subscription) for _ in range(number)]
    return [message.message for message in messages if isinstance(message, Event)]
