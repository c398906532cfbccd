"""The short way gives what the long way gives, errors included."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import pytest
import strawberry
from graphql.execution import Executor
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types import ExecutionResult

from schema.plain import Drawn, PlainExecutor


@strawberry.enum
class Colour(Enum):
    """Names differ from values."""

    RED = "r"
    GREEN = "g"


@strawberry.type
class Lamp:
    """One of each kind of field; `of` and `late` are no plain attributes."""

    name: str = "one"
    watts: int = 5
    lit: bool = True
    colour: Colour = Colour.GREEN
    colours: list[Colour] = strawberry.field(default_factory=lambda: [Colour.RED, Colour.GREEN])
    tags: list[str | None] | None = None
    note: str | None = None
    bought: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    @strawberry.field
    def louder(self, text: str = "!") -> str:
        return self.name.upper() + text

    @strawberry.field
    async def late(self) -> int:
        return 1


@strawberry.type
class Stone:
    """Never changes."""

    name: str = "stone"
    weight: int = 1
    drawn: strawberry.Private[Drawn] = field(default_factory=Drawn)


class Later:
    """Can be awaited, and need not be."""

    def __await__(self) -> Generator[None, None, str]:
        return asyncio.sleep(0, "later").__await__()


class DeskLamp(Lamp):
    """Another class that passes for one."""


# What a careless resolver may put into an attribute.
ODD: dict[str, Callable[[], Any]] = {
    "as it should be": Lamp,
    "null in the list": lambda: Lamp(tags=["a", None]),
    "null where none may be": lambda: Lamp(name=None),  # type: ignore[arg-type]
    "no such member": lambda: Lamp(colour="blue"),  # type: ignore[arg-type]
    "a value for a member": lambda: Lamp(colour="r"),  # type: ignore[arg-type]
    "no list": lambda: Lamp(colours=Colour.RED),  # type: ignore[arg-type]
    "another sequence": lambda: Lamp(tags=("a", "b")),  # type: ignore[arg-type]
    "too big": lambda: Lamp(watts=2**40),
    "an exception": lambda: Lamp(note=ValueError("odd")),  # type: ignore[arg-type]
    "no lamp": lambda: None,
    "an exception for a lamp": lambda: ValueError("odd"),
    "another class": DeskLamp,
    "something else": lambda: "a text",
    "something to await": lambda: Lamp(name=Later()),  # type: ignore[arg-type]
}
QUERIES = (
    "{ lamps { name watts lit colour colours tags note bought __typename } }",
    "query ($no: Boolean = true) { lamps { n: name name @skip(if: $no) ...F } }"
    " fragment F on Lamp { c: colour watts }",
    '{ lamps { louder(text: "?") name late } }',
    "{ maybe { name note watts } lamps { name } }",
    "{ maybe { __typename } lamps { __typename } }",
)


@strawberry.type
class Query:
    """The same lamp alone, where it may be null, and in a list."""

    @strawberry.field
    def lamps(self, info: strawberry.Info[Any, None]) -> list[Lamp]:
        return [info.context(), Lamp()]

    @strawberry.field
    def stones(self, info: strawberry.Info[Any, None]) -> list[Stone]:
        stone: Stone = info.context()
        return [stone, stone]

    @strawberry.field
    def maybe(self, info: strawberry.Info[Any, None]) -> Lamp | None:
        lamp: Lamp = info.context()
        return lamp


@strawberry.type
class Subscription:
    """A stream of some lamps."""

    @strawberry.subscription
    async def lamps(self) -> AsyncIterator[list[Lamp]]:
        for _ in range(3):
            yield [Lamp()]


@dataclass
class Seen:
    """Which fields went the long way, and what a stream remembered before each event."""

    names: list[str]
    remembered: list[int]


SEEN = Seen([], [])


class Watched(PlainExecutor):
    """Notes each field that is resolved by itself."""

    def build_per_event_executor(self, payload: Any) -> Executor[Any]:  # noqa: ANN401 - as the base
        SEEN.remembered.append(len(self._plans) + len(self._relevant_sub_fields))
        return super().build_per_event_executor(payload)

    def execute_field(self, *args: Any) -> Any:  # noqa: ANN401 - as the base
        SEEN.names.append(args[2][0].node.name.value)
        return super().execute_field(*args)


class Shout(SchemaExtension):
    """Wants to see every field."""

    async def resolve(self, _next: Any, root: Any, info: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        result = _next(root, info, *args, **kwargs)
        if isinstance(result, Coroutine):
            result = await result
        return result.upper() if isinstance(result, str) else result


class Quiet(strawberry.Schema):
    """Logs no errors: they are what the tests are about."""

    def process_errors(self, *_: object, **__: object) -> None:
        """Nothing."""


LONG = Quiet(Query, execution_context_class=StrawberryGraphQLCoreExecutionContext)
SHORT = Quiet(Query, subscription=Subscription, execution_context_class=Watched)
SHOUTING = Quiet(Query, execution_context_class=Watched, extensions=[Shout])


def told(result: ExecutionResult) -> object:
    errors = [error.formatted for error in result.errors or []]
    return result.data, errors


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("lamp", ODD.values(), ids=ODD)
async def test_it_answers_as_the_long_way(lamp: Callable[[], Any], query: str) -> None:
    long = await LONG.execute(query, context_value=lamp)
    short = await SHORT.execute(query, context_value=lamp)
    assert told(short) == told(long)


async def test_the_order_of_fields_is_that_of_the_document() -> None:
    result = await SHORT.execute("{ lamps { watts name lit } }", context_value=Lamp)
    assert result.data is not None
    assert list(result.data["lamps"][0]) == ["watts", "name", "lit"]


async def test_plain_objects_take_the_short_way() -> None:
    SEEN.names.clear()
    await SHORT.execute(QUERIES[0], context_value=Lamp)
    assert SEEN.names == ["lamps"]


async def test_only_what_is_odd_takes_the_long_way() -> None:
    SEEN.names.clear()
    await SHORT.execute("{ lamps { name watts } }", context_value=ODD["something to await"])
    assert SEEN.names == ["lamps", "name", "watts"]


async def test_an_extension_that_watches_fields_sees_all_of_them() -> None:
    result = await SHOUTING.execute("{ lamps { name } }", context_value=Lamp)
    assert result.data == {"lamps": [{"name": "ONE"}, {"name": "ONE"}]}


async def test_a_stream_remembers_nothing_of_its_events() -> None:
    stream: Any = await SHORT.subscribe("subscription { lamps { name watts } }")
    found = [result.data["lamps"] async for result in stream]
    assert found == [[{"name": "one", "watts": 5}]] * 3
    assert SEEN.remembered == [0, 0, 0]


async def test_the_answer_of_what_never_changes_is_made_once_for_each_selection() -> None:
    stone = Stone()
    queries = ("{ stones { name } }", "{ stones { name weight } }", "{ stones { name } }")
    found = [await SHORT.execute(query, context_value=lambda: stone) for query in queries]
    long = [await LONG.execute(query, context_value=lambda: stone) for query in queries]
    assert [told(item) for item in found] == [told(item) for item in long]
    again = await SHORT.execute(queries[-1], context_value=lambda: stone)
    assert again.data is not None
    assert again.data["stones"][0] is again.data["stones"][1] is found[-1].data["stones"][0]  # type: ignore[index]
