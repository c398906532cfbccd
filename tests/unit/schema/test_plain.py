"""The short way gives what the long way gives, errors included."""

from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import pytest
import strawberry
from graphql.execution import Executor
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from server.execution.fast_executor import FastPathExecutor
from tests.unit.schema.lamps import ODD, Lamp, Quiet, Stone, data_and_errors

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


class Watched(FastPathExecutor):
    """Notes each field that is resolved by itself."""

    def build_per_event_executor(self, payload: Any) -> Executor[Any]:  # noqa: ANN401 - as the base
        SEEN.remembered.append(len(self._readers) + len(self._relevant_sub_fields))
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


LONG = Quiet(Query, execution_context_class=StrawberryGraphQLCoreExecutionContext)
SHORT = Quiet(Query, subscription=Subscription, execution_context_class=Watched)
SHOUTING = Quiet(Query, execution_context_class=Watched, extensions=[Shout])


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("lamp", ODD.values(), ids=ODD)
async def test_the_fast_executor_answers_like_the_full_one(
    lamp: Callable[[], Any], query: str
) -> None:
    long = await LONG.execute(query, context_value=lamp)
    short = await SHORT.execute(query, context_value=lamp)
    assert data_and_errors(short) == data_and_errors(long)


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
    results = [result.data["lamps"] async for result in stream]
    assert results == [[{"name": "one", "watts": 5}]] * 3
    assert SEEN.remembered == [0, 0, 0]


async def test_the_answer_of_what_never_changes_is_made_once_for_each_selection() -> None:
    stone = Stone()
    queries = ("{ stones { name } }", "{ stones { name weight } }", "{ stones { name } }")
    results = [await SHORT.execute(query, context_value=lambda: stone) for query in queries]
    long = [await LONG.execute(query, context_value=lambda: stone) for query in queries]
    assert [data_and_errors(item) for item in results] == [data_and_errors(item) for item in long]
    repeated = await SHORT.execute(queries[-1], context_value=lambda: stone)
    assert repeated.data is not None
    assert repeated.data["stones"][0] is repeated.data["stones"][1] is results[-1].data["stones"][0]  # type: ignore[index]
