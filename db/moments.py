"""The time of the current unit of work, used as the default of timestamp columns (D6).

Rows, events and decisions of one transaction carry the same time, taken from the injected clock.
The server default of the columns serves SQL that bypasses the application, such as `psql`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_NOW: ContextVar[datetime | None] = ContextVar("unit_of_work_now", default=None)


@contextmanager
def at(now: datetime) -> Iterator[None]:
    """Make `current` return this time within the block."""
    before = _NOW.get()
    _NOW.set(now)
    try:
        yield
    finally:
        _NOW.set(before)


def move(now: datetime) -> None:
    """Make `current` return this time until the enclosing `at` block ends."""
    _NOW.set(now)


def current() -> datetime:
    """Return the time of the unit of work, or the system time outside of one."""
    return _NOW.get() or datetime.now(UTC)
