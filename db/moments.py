"""The moment of the running unit of work, for columns whose writer gives none (D6).

Rows, events and decisions of one transaction carry one moment, that of the injected clock. The
column's default in the database serves SQL that bypasses the application, such as `psql`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_NOW: ContextVar[datetime | None] = ContextVar("unit_of_work_now", default=None)


@contextmanager
def at(now: datetime) -> Iterator[None]:
    """Within the block, `current` returns this moment."""
    before = _NOW.get()
    _NOW.set(now)
    try:
        yield
    finally:
        _NOW.set(before)


def move(now: datetime) -> None:
    """From here to the end of the block of `at`, `current` returns this moment."""
    _NOW.set(now)


def current() -> datetime:
    """The moment of the unit of work; the time of the system outside of one."""
    return _NOW.get() or datetime.now(UTC)
