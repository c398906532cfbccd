"""How long callers wait for this server; waiting for an event is not response time (L3)."""

from collections.abc import Callable
from contextvars import ContextVar
from time import perf_counter


class ResponseTimer:
    """Measures one operation, until its first result or until its stream begins to wait."""

    __slots__ = ("_begin", "_report")

    def __init__(self, report: Callable[[float], None]) -> None:
        """`report` takes the seconds when the stream begins to wait; it is called once at most."""
        self._begin = perf_counter()
        self._report: Callable[[float], None] | None = report
        _CURRENT.set(self)

    def stop(self) -> float:
        """The seconds until now; later waits are reported to nobody."""
        self._report = None
        return perf_counter() - self._begin

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
