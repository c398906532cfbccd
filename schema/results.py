"""Results that payloads and objects cache, so that many subscribers share one execution (S108)."""

import asyncio
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import getitem
from typing import Any, Generic, TypeAlias, TypeVar, cast, overload

import orjson
from graphql import OperationDefinitionNode
from graphql.execution import ExecutionResult
from strawberry import types as strawberry

_MAX_BYTES = 500_000
MAX_DOCUMENTS = 64  # per payload, so that callers who vary the document cannot fill the memory

T = TypeVar("T")
Json: TypeAlias = Any  # a leaf of the response: text, number, boolean, or a list of them
FieldReaders = tuple[tuple[str, Callable[[object], Json]], ...]  # by response name


class SerializedFields:
    """The fields of an immutable object as they were last read, in its attribute `serialized`.

    They are shared between responses and must not be modified.
    """

    __slots__ = ("data", "encoded", "readers")

    def __init__(self) -> None:
        self.readers: FieldReaders | None = None
        self.data: dict[str, Json] = {}
        # JSON by the id of its readers; an entry holds the readers, so that the id is not reused.
        self.encoded: dict[int, tuple[FieldReaders, bytes]] = {}


class ItemPairs(Generic[T]):
    """Two shared objects for each place of a list."""

    __slots__ = ("__weakref__", "pairs")

    def __init__(self, pairs: Iterable[tuple[T, T]]) -> None:
        """`pairs` are in the order of the places."""
        self.pairs = tuple(pairs)


class ChosenItems(Sequence[T]):
    """A list that has one object of each pair, and takes no memory for them."""

    __slots__ = ("choice", "of")

    def __init__(self, of: ItemPairs[T], choice: bytes) -> None:
        """`choice` has 0 or 1 for each place."""
        self.of, self.choice = of, choice

    def __len__(self) -> int:
        return len(self.choice)

    def __iter__(self) -> Iterator[T]:
        return map(getitem, self.of.pairs, self.choice)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        return tuple(self)[index]


class SharedReply(strawberry.ExecutionResult):
    """A result without errors that is sent to many subscribers; it must not be modified."""

    def __init__(self, data: dict[str, Any]) -> None:
        """`data` is shared by all of them."""
        super().__init__(data, None, {})

    @cached_property
    def encoded(self) -> bytes:
        """The payload of a `next` message, encoded once."""
        return orjson.dumps({"data": self.data})


class FirstReply(SharedReply):
    """The first result of a shared stream: shared data with the extensions of one caller."""

    def __init__(self, reply: SharedReply, extensions: dict[str, Any]) -> None:
        """`extensions` report to one caller what the stream has cost."""
        super().__init__(cast("dict[str, Any]", reply.data))
        self.extensions = extensions
        self._reply = reply

    @cached_property
    def encoded(self) -> bytes:
        """The shared bytes, with the extensions inserted before their last brace."""
        return b'%b,"extensions":%b}' % (self._reply.encoded[:-1], orjson.dumps(self.extensions))


class FinalResult(ExecutionResult):
    """A result of graphql-core that carries the result strawberry would make of it."""

    __slots__ = ("reply",)

    def __init__(self, reply: strawberry.ExecutionResult) -> None:
        """`reply` goes to the transport unchanged."""
        super().__init__(reply.data, None)
        self.reply = reply


class SharedResult(FinalResult):
    """A stored result of a shared payload."""

    __slots__ = ()


ResultOrTask: TypeAlias = SharedResult | asyncio.Task[ExecutionResult]


@dataclass(slots=True)
class SharedResults:
    """Results of executing the fields below a payload that has this in its attribute `results`.

    The fields may depend only on the payload, their arguments and the rights of the caller. Fields
    that are awaited are exempt: their results are shared only while they are being awaited.
    """

    has_owned_rows: bool = True  # whether rows can be visible to their owner only
    entries: dict[Hashable, tuple[OperationDefinitionNode, ResultOrTask]] = field(
        default_factory=dict
    )
    # By serializer; empty until a second subscriber needs it, for most payloads have only one.
    encoded: dict[object, bytes] = field(default_factory=dict)
    size: int = 0  # of all entries, as JSON

    def find(
        self, visibility_key: Hashable, operation: OperationDefinitionNode
    ) -> ResultOrTask | None:
        """Return the stored result, or the task that computes it."""
        entry = self.entries.get(visibility_key)
        # The key contains the id of an operation, which may be reused: compare the operation too.
        return entry[1] if entry is not None and entry[0] is operation else None

    def store(
        self, visibility_key: Hashable, operation: OperationDefinitionNode, result: ExecutionResult
    ) -> ExecutionResult:
        """Store a result for others, unless it has errors, which name the id of one request."""
        if result.errors or result.data is None or len(self.entries) >= MAX_DOCUMENTS:
            return result
        reply = SharedReply(result.data)
        if self.size + len(reply.encoded) > _MAX_BYTES:
            return result
        self.size += len(reply.encoded)
        shared = SharedResult(reply)
        self.entries[visibility_key] = (operation, shared)
        return shared
