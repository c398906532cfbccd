"""Frees visitors of documents at once, without a garbage collection (SEC7).

A visitor of graphql-core caches its own bound methods. This reference cycle keeps the visitor, and
all that it has seen of the document, until a collection, which counts objects and not bytes: it
let some hundred documents of a visitor wait for it.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from graphql import Visitor


class _Created(threading.local):
    """The visitors that the block of a thread has created; None outside of a block."""

    visitors: list[Visitor] | None = None


_created = _Created()
_initialize = Visitor.__init__


def _initialize_and_note(visitor: Visitor) -> None:
    _initialize(visitor)
    if _created.visitors is not None:
        _created.visitors.append(visitor)


Visitor.__init__ = _initialize_and_note  # type: ignore[assignment, method-assign] # the library creates them


@contextmanager
def releasing_visitors() -> Iterator[None]:
    """Free all visitors that the block creates when it ends; it must not await anything."""
    outer, visitors = _created.visitors, list[Visitor]()
    _created.visitors = visitors
    try:
        yield
    finally:
        for visitor in visitors:
            visitor.enter_leave_map.clear()
        _created.visitors = outer
