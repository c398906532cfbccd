"""Results that a payload keeps, so that many subscribers share one execution (S108)."""

import asyncio
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias, cast

import orjson
from graphql import OperationDefinitionNode
from graphql.execution import ExecutionResult
from strawberry import types as strawberry

_MAX_BYTES = 500_000
MAX_DOCUMENTS = 64  # of one payload; a caller who varies the document gains nothing

Json: TypeAlias = Any  # what a leaf is in the answer: text, number, boolean, or a list of them
Plan = tuple[tuple[str, Callable[[object], Json]], ...]


class Drawn:
    """The last answer that was made of an object: one that has it as `drawn` never changes.

    The answer is shared by all who ask the same: read it, never change it.
    """

    __slots__ = ("data", "plan", "texts")

    def __init__(self) -> None:
        self.plan: Plan | None = None
        self.data: dict[str, Json] = {}
        # As JSON, by the ids of plans; each keeps its plan, so that no other gets its id.
        self.texts: dict[int, tuple[Plan, bytes]] = {}


class Reply(strawberry.ExecutionResult):
    """A result without errors that many are sent: read it, never change it."""

    def __init__(self, data: dict[str, Any]) -> None:
        """`data` belongs to all of them."""
        super().__init__(data, None, {})

    @cached_property
    def encoded(self) -> bytes:
        """The payload of a `next` message, made once."""
        return orjson.dumps({"data": self.data})


class Opening(Reply):
    """The first result of a stream that is shared: one's own extensions beside everybody's data."""

    def __init__(self, reply: Reply, extensions: dict[str, Any]) -> None:
        """`extensions` tell one caller what the stream has cost."""
        super().__init__(cast("dict[str, Any]", reply.data))
        self.extensions = extensions
        self._reply = reply

    @cached_property
    def encoded(self) -> bytes:
        """The shared bytes, with the extensions put before their last brace."""
        return b'%b,"extensions":%b}' % (self._reply.encoded[:-1], orjson.dumps(self.extensions))


class Answer(ExecutionResult):
    """A result of graphql-core that has what strawberry makes of it already."""

    __slots__ = ("reply",)

    def __init__(self, reply: strawberry.ExecutionResult) -> None:
        """`reply` goes to the transport as it is."""
        super().__init__(reply.data, None)
        self.reply = reply


class SharedResult(Answer):
    """What a payload gave whose results are shared; its data belongs to all who asked."""

    __slots__ = ()


Known: TypeAlias = SharedResult | asyncio.Task[ExecutionResult]


@dataclass(slots=True)
class Results:
    """What executing the rest of an operation gave; a payload that has it as `results` is shared.

    Its fields depend on nothing but the payload itself, their arguments and who may see what, but
    for those that have to be waited for: these are shared only by who asks at the same time.
    """

    is_owned: bool = True  # whether somebody's own rows can be among them
    found: dict[Hashable, tuple[OperationDefinitionNode, Known]] = field(default_factory=dict)
    sent: dict[object, bytes] = field(default_factory=dict)  # by renderer
    size: int = 0  # of all that was found, as JSON

    def known(self, audience: Hashable, operation: OperationDefinitionNode) -> Known | None:
        """What was found, or is being found, for the same audience."""
        known = self.found.get(audience)
        # Ids of documents that are gone may come again.
        return known[1] if known is not None and known[0] is operation else None

    def keep(
        self, audience: Hashable, operation: OperationDefinitionNode, result: ExecutionResult
    ) -> ExecutionResult:
        """Keep a result for others. Not one with errors: they name a request."""
        if result.errors or result.data is None or len(self.found) >= MAX_DOCUMENTS:
            return result
        reply = Reply(result.data)
        if self.size + len(reply.encoded) > _MAX_BYTES:
            return result
        self.size += len(reply.encoded)
        shared = SharedResult(reply)
        self.found[audience] = (operation, shared)
        return shared
