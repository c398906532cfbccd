"""Measures response times; the time that a stream waits for an event does not count (L3)."""

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from time import perf_counter


class HeldBack:
    """Seconds for which a request was delayed on purpose, which response times exclude.

    Guessing of passwords is delayed. Counted as response time, that would let any visitor
    open an incident for slow answers (SEC12).
    """

    __slots__ = ("seconds",)

    def __init__(self) -> None:
        self.seconds = 0.0


def held_back() -> HeldBack:
    """Return the delays of this request or operation, shared with the tasks that it starts."""
    delays = _HELD_BACK.get()
    if delays is None:
        delays = HeldBack()
        _HELD_BACK.set(delays)
    return delays


def begin_request() -> HeldBack:
    """Start with no delays: an earlier request may have run in the same task."""
    delays = HeldBack()
    _HELD_BACK.set(delays)
    return delays


async def hold_back(seconds: float) -> None:
    """Sleep on purpose; response times do not include it."""
    delays = held_back()
    await asyncio.sleep(seconds)
    delays.seconds += seconds


_HELD_BACK: ContextVar[HeldBack | None] = ContextVar("held_back", default=None)


class ResponseTimer:
    """Measures one operation, until its first result or until its stream begins to wait."""

    __slots__ = ("_begin", "_held_back", "_held_before", "_report")

    def __init__(self, report: Callable[[float], None]) -> None:
        """`report` is called with the seconds when the stream starts to wait, once at most."""
        self._begin = perf_counter()
        self._held_back = held_back()
        self._held_before = self._held_back.seconds
        self._report: Callable[[float], None] | None = report
        _CURRENT.set(self)

    def stop(self) -> float:
        """Return the seconds until now; nothing is reported afterwards."""
        self._report = None
        delayed = self._held_back.seconds - self._held_before
        return perf_counter() - self._begin - delayed

    def wait(self) -> None:
        """Report the time: the stream is subscribed and waits for an event."""
        report = self._report
        if report is not None:
            report(self.stop())


_CURRENT: ContextVar[ResponseTimer | None] = ContextVar("response_timer", default=None)


def begins_to_wait() -> None:
    """Note that the current stream starts to wait for an event."""
    timer = _CURRENT.get()
    if timer is not None:
        timer.wait()
