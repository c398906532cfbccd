"""Limits how long alerts wait for a store that may be down (decision 7)."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import TypeVar

from services.platform.timeouts import finishes_within

logger = logging.getLogger(__name__)

T = TypeVar("T")


async def run_with_timeout(
    seconds: float, work: Coroutine[object, object, T], what: str
) -> T | None:
    """Return the result, or None where `work` failed or took too long; `what` names it in the log.

    Cancelling work on a server that hangs can hang too, so its end is not awaited. The work may
    still have been done: it must be safe to repeat.
    """
    task = asyncio.ensure_future(work)
    if not await finishes_within(seconds, task):
        logger.warning("alerts: %s: no answer within %g s", what, seconds)
        return None
    error = None if task.cancelled() else task.exception()
    if error is None:
        return None if task.cancelled() else task.result()
    logger.warning("alerts: %s: %r", what, error)
    return None
