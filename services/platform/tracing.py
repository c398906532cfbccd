"""Spans, for whoever collects them. Where nobody does, a look at one variable is all it costs.

`services/platform/otlp.py` installs the tracer; nothing below knows OpenTelemetry.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from enum import Enum, auto
from typing import Protocol

Attributes = Mapping[str, str | int | bool]


class Kind(Enum):
    """What a span stands for."""

    INSIDE = auto()
    REQUEST = auto()
    JOB = auto()


class Span(Protocol):
    """A piece of work that is being measured."""

    def describe(self, name: str, attributes: Attributes, *, failed: bool) -> None:
        """Say what it turned out to be."""
        ...


class Tracer(Protocol):
    """Makes spans."""

    def span(
        self, name: str, kind: Kind, attributes: Attributes, parent: Mapping[str, str] | None
    ) -> AbstractContextManager[Span]:
        """A span for as long as the block lasts, below the parent's `traceparent` where given."""
        ...

    def headers(self) -> dict[str, str]:
        """The `traceparent` of the span under way, to be carried elsewhere; empty without one."""
        ...

    def ids(self) -> Mapping[str, str]:
        """`trace_id` and `span_id` of the span under way; empty without one."""
        ...


class _NoSpan:
    def describe(self, name: str, attributes: Attributes, *, failed: bool) -> None:
        """Nobody wants to know."""


NO_SPAN: Span = _NoSpan()
_NO_IDS: Mapping[str, str] = {}
_tracer: Tracer | None = None


def install(tracer: Tracer | None) -> None:
    """Use this tracer in the whole process; None ends it."""
    global _tracer  # noqa: PLW0603 - one a process, and set before anything runs
    _tracer = tracer


def is_on() -> bool:
    """Whether anybody wants spans."""
    return _tracer is not None


def span(
    name: str,
    kind: Kind = Kind.INSIDE,
    attributes: Attributes | None = None,
    parent: Mapping[str, str] | None = None,
) -> AbstractContextManager[Span]:
    """Measure the block."""
    if _tracer is None:
        return nullcontext(NO_SPAN)
    return _tracer.span(name, kind, attributes or {}, parent)


def headers() -> dict[str, str]:
    """What has to travel with a job so that its span hangs below this one."""
    return {} if _tracer is None else _tracer.headers()


def ids() -> Mapping[str, str]:
    """What a line of a log says about the span under way."""
    return _NO_IDS if _tracer is None else _tracer.ids()
