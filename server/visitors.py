"""Frees visitors of documents at once, without a garbage collection (SEC7).

A visitor of graphql-core caches its own bound methods. This reference cycle keeps the visitor, and
all that it has seen of the document, until a collection, which counts objects and not bytes: it
let some hundred documents of a visitor wait for it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from graphql import Visitor

_created: list[Visitor] | None = None
_initialize = Visitor.__init__


def _initialize_and_note(visitor: Visitor) -> None:
    _initialize(visitor)
    if _created is not None:
        _created.append(visitor)


Visitor.__init__ = _initialize_and_note  # type: ignore[assignment, method-assign] # the library creates them


@contextmanager
def releasing_visitors() -> Iterator[None]:
    """Free all visitors that the block creates when it ends; it must not await anything."""
    global _created  # noqa: PLW0603 - a block runs at once, and visitors are created anywhere
    outer, _created = _created, []
    try:
        yield
    finally:
        for visitor in _created:
            visitor.enter_leave_map.clear()
        _created = outer
