"""How long callers wait for this server; waiting for an event is not response time (L3)."""

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from time import perf_counter


class HeldBack:
    """Seconds for which a request was held back on purpose: they are no slowness of ours.

    Whoever guesses passwords is slowed down. Counted as response time, that would let any visitor
    open an incident for slow answers (SEC12).
    """

    __slots__ = ("seconds",)

    def __init__(self) -> None:
        self.seconds = 0.0


def held_back() -> HeldBack:
    """That of this request or operation, shared with the tasks that it starts."""
    found = _HELD_BACK.get()
    if found is None:
        found = HeldBack()
        _HELD_BACK.set(found)
    return found


def begin_request() -> HeldBack:
    """A new one for a request whose predecessor may have run in the same task."""
    found = HeldBack()
    _HELD_BACK.set(found)
    return found


async def hold_back(seconds: float) -> None:
    """Sleep on purpose; response times are measured without it."""
    found = held_back()
    await asyncio.sleep(seconds)
    found.seconds += seconds


_HELD_BACK: ContextVar[HeldBack | None] = ContextVar("held_back", default=None)


class ResponseTimer:
    """Measures one operation, until its first result or until its stream begins to wait."""

    __slots__ = ("_begin", "_held_back", "_held_before", "_report")

    def __init__(self, report: Callable[[float], None]) -> None:
        """`report` takes the seconds when the stream begins to wait; it is called once at most."""
        self._begin = perf_counter()
        self._held_back = held_back()
        self._held_before = self._held_back.seconds
        self._report: Callable[[float], None] | None = report
        _CURRENT.set(self)

    def stop(self) -> float:
        """The seconds until now; later waits are reported to nobody."""
        self._report = None
        held = self._held_back.seconds - self._held_before
        return perf_counter() - self._begin - held

    def wait(self) -> None:
        """The stream is subscribed: what it waits for now has not happened yet."""
        report = self._report
        if report is not None:
            report(self.stop())


_CURRENT: ContextVar[ResponseTimer | None] = ContextVar("response_timer", default=None)


def begins_to_wait() -> None:
    """Whoever waits for an event on behalf of a stream says so before."""
    timer = _CURRENT.get()
    if timer is not None:
        timer.wait()
