"""Spans for a collector. Without one, a span costs one check of a variable.

`services/platform/otlp.py` installs the tracer; nothing below knows OpenTelemetry.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from enum import Enum, auto
from typing import Protocol

Attributes = Mapping[str, str | int | bool]


class Kind(Enum):
    """The kind of work that a span measures."""

    INSIDE = auto()
    REQUEST = auto()
    JOB = auto()


class Span(Protocol):
    """A span: a piece of work that is measured."""

    def describe(self, name: str, attributes: Attributes, *, failed: bool) -> None:
        """Set name, attributes and outcome of the span."""
        ...


class Tracer(Protocol):
    """Creates spans."""

    def span(
        self, name: str, kind: Kind, attributes: Attributes, parent: Mapping[str, str] | None
    ) -> AbstractContextManager[Span]:
        """Open a span for the duration of the block, as a child of `parent` if that is set."""
        ...

    def headers(self) -> dict[str, str]:
        """Return the `traceparent` header of the current span; empty without one."""
        ...

    def ids(self) -> Mapping[str, str]:
        """Return `trace_id` and `span_id` of the current span; empty without one."""
        ...


class _NoSpan:
    def describe(self, name: str, attributes: Attributes, *, failed: bool) -> None:
        """Do nothing: there is no tracer."""


NO_SPAN: Span = _NoSpan()
_NO_IDS: Mapping[str, str] = {}
_tracer: Tracer | None = None


def install(tracer: Tracer | None) -> None:
    """Set the tracer of the process; None removes it."""
    global _tracer  # noqa: PLW0603 - one a process, and set before anything runs
    _tracer = tracer


def is_on() -> bool:
    """Whether a tracer is installed."""
    return _tracer is not None


def span(
    name: str,
    kind: Kind = Kind.INSIDE,
    attributes: Attributes | None = None,
    parent: Mapping[str, str] | None = None,
) -> AbstractContextManager[Span]:
    """Open a span for the duration of the block."""
    if _tracer is None:
        return nullcontext(NO_SPAN)
    return _tracer.span(name, kind, attributes or {}, parent)


def headers() -> dict[str, str]:
    """Return the headers with which the span of a job becomes a child of this one."""
    return {} if _tracer is None else _tracer.headers()


def ids() -> Mapping[str, str]:
    """Return the fields of a log line for the current span."""
    return _NO_IDS if _tracer is None else _tracer.ids()
