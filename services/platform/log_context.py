"""The context fields of log lines: the request, the operation, the job."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from secrets import token_hex

REQUEST_ID = "request_id"

_NONE: Mapping[str, object] = {}
_fields: ContextVar[Mapping[str, object]] = ContextVar("log_fields", default=_NONE)
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")


def fields() -> Mapping[str, object]:
    """Return the fields of the current task."""
    return _fields.get()


def bind(**more: object) -> Mapping[str, object]:
    """Add fields for the rest of this task, and of all tasks that it starts; returns those before.

    None removes a field.
    """
    before = _fields.get()
    merged = {**before, **more}
    _fields.set({name: value for name, value in merged.items() if value is not None})
    return before


def restore(before: Mapping[str, object]) -> None:
    """Restore the fields that `bind` returned. Unlike a token, they work in another task."""
    _fields.set(before)


@contextmanager
def bound(**more: object) -> Iterator[None]:
    """Add fields for the duration of the block."""
    before = bind(**more)
    try:
        yield
    finally:
        restore(before)


def request_id() -> str:
    """Return the id of the current request, or a new one."""
    return str(_fields.get().get(REQUEST_ID) or new_id())


def new_id() -> str:
    """Return a new unique id."""
    return token_hex(16)


def accepted_id(request_id: str | None) -> str:
    """Return the id that the caller sent, if it is safe in a log and a header, or a new one."""
    return request_id if request_id and _WELL_FORMED.fullmatch(request_id) else new_id()
