"""List arguments of filters: duplicates are removed, and their length is limited (SEC8, D13)."""

import inspect
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from strawberry.extensions.field_extension import AsyncExtensionResolver, FieldExtension

from domain.errors import Invalid
from schema.context import Info

MAX_FILTER_VALUES = 500
# The result has one item per value, in the same order; the resolver has its own limit.
_POSITIONAL = frozenset({"ids"})

T = TypeVar("T", bound=Hashable)


def distinct(values: Sequence[T], argument: str) -> list[T]:
    """Return each value once, in order. Raises Invalid, naming the argument, for too many."""
    unique = list(dict.fromkeys(values))
    if len(unique) > MAX_FILTER_VALUES:
        message = f"{argument} holds {len(unique)} values; at most {MAX_FILTER_VALUES} are allowed."
        raise Invalid(message, path=(argument,))
    return unique


async def await_result(result: object) -> object:
    """Await the result of a resolver; the generator of a subscription is returned as it is."""
    return await result if inspect.isawaitable(result) else result


class DistinctLists(FieldExtension):
    """Removes duplicates from the list arguments of a resolver."""

    async def resolve_async(
        self,
        next_: AsyncExtensionResolver,
        source: object,
        info: Info,
        **kwargs: object,
    ) -> object:
        """Remove duplicates, then run the resolver."""
        for name, value in kwargs.items():
            if isinstance(value, list) and name not in _POSITIONAL:
                kwargs[name] = distinct(value, name)
        return await await_result(next_(source, info, **kwargs))


def list_filters(resolver: Callable[..., object]) -> list[FieldExtension]:
    """Return the extension for the field of a resolver, if it has a list argument."""
    parameters = inspect.signature(resolver).parameters.values()
    takes_lists = any("list[" in str(parameter.annotation) for parameter in parameters)
    return [DistinctLists()] if takes_lists else []
