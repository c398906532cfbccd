"""Lists in filters: each value once, and not too many of them (SEC8, D13)."""

import inspect
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from strawberry.extensions.field_extension import AsyncExtensionResolver, FieldExtension

from domain.errors import Invalid
from schema.context import Info

MAX_FILTER_VALUES = 500
# The place of each counts: the answer has one item for each, and the resolver its own limit.
_POSITIONAL = frozenset({"ids"})

T = TypeVar("T", bound=Hashable)


def distinct(values: Sequence[T], argument: str) -> list[T]:
    """Each value once, in their order; raises Invalid, naming the argument, for too many."""
    found = list(dict.fromkeys(values))
    if len(found) > MAX_FILTER_VALUES:
        message = f"{argument} holds {len(found)} values; at most {MAX_FILTER_VALUES} are allowed."
        raise Invalid(message, path=(argument,))
    return found


async def resolved(result: object) -> object:
    """What a resolver gave, awaited; a subscription's generator is passed through."""
    return await result if inspect.isawaitable(result) else result


class DistinctLists(FieldExtension):
    """Gives a resolver its lists without what is in them twice."""

    async def resolve_async(
        self,
        next_: AsyncExtensionResolver,
        source: object,
        info: Info,
        **kwargs: object,
    ) -> object:
        """Make each list shorter, then go on."""
        for name, value in kwargs.items():
            if isinstance(value, list) and name not in _POSITIONAL:
                kwargs[name] = distinct(value, name)
        return await resolved(next_(source, info, **kwargs))


def list_filters(resolver: Callable[..., object]) -> list[FieldExtension]:
    """What the field of a resolver needs, by its parameters."""
    parameters = inspect.signature(resolver).parameters.values()
    takes_lists = any("list[" in str(parameter.annotation) for parameter in parameters)
    return [DistinctLists()] if takes_lists else []
