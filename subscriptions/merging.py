"""Merges several subscriptions into one stream."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from subscriptions.fanout import Subscription


async def merge_subscriptions(*sources: Subscription[Any]) -> AsyncGenerator[object, None]:
    """Yield the items of all subscriptions; end or fail with the first that does."""
    reads = {asyncio.ensure_future(anext(source, None)): source for source in sources}
    try:
        while True:
            done, _ = await asyncio.wait(reads, return_when=asyncio.FIRST_COMPLETED)
            for read in done:
                source, item = reads.pop(read), read.result()
                if item is None:
                    return
                reads[asyncio.ensure_future(anext(source, None))] = source
                yield item
    finally:
        for read in reads:
            read.cancel()
        await asyncio.gather(*reads, return_exceptions=True)
