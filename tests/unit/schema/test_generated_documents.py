"""Whatever is asked: the short ways answer what graphql-core answers by itself (S108)."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import strawberry
from hypothesis import given, settings
from hypothesis import strategies as st
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from domain.actors import ANONYMOUS, Actor
from schema.results import SharedResults
from server.cost.document_limits import DocumentLimits
from server.execution.shared_executor import SharedExecutor
from tests.unit.schema.lamps import ODD, Lamp, Quiet, Stone, data_and_errors

FIELDS = (
    "name", "watts", "lit", "colour", "colours", "tags", "note", "bought", "__typename",
    'louder(text: "?")', "louder(text: $text)", "late",
)  # fmt: skip
SWITCHES = ("", "", "", " @include(if: $yes)", " @skip(if: $yes)", " @skip(if: true)")
DECLARED = ("$yes: Boolean = true", '$text: String = "!"')


@strawberry.type
class Shelf:
    """A payload that all streams are sent."""

    number: int = 1
    lamps: list[Lamp] = strawberry.field(default_factory=lambda: [Lamp(), Lamp(name="two")])
    first: Lamp | None = strawberry.field(default_factory=Lamp)
    stones: list[Stone] = strawberry.field(default_factory=lambda: [Stone()] * 2)
    results: strawberry.Private[SharedResults] = field(default_factory=SharedResults)


@dataclass(frozen=True)
class Asker:
    """A context: who asks, and what they are sent."""

    shelf: Shelf
    actor: Actor = ANONYMOUS


@strawberry.type
class Query:
    """The payload by itself."""

    @strawberry.field
    def shelf(self, info: strawberry.Info[Asker, None]) -> Shelf:
        return info.context.shelf


@strawberry.type
class Subscription:
    """The payload, twice."""

    @strawberry.subscription
    async def shelf(self, info: strawberry.Info[Asker, None]) -> AsyncIterator[Shelf]:
        yield info.context.shelf
        yield info.context.shelf


LONG = Quiet(Query, subscription=Subscription, extensions=[DocumentLimits],
             execution_context_class=StrawberryGraphQLCoreExecutionContext)  # fmt: skip
SHORT = Quiet(Query, subscription=Subscription, extensions=[DocumentLimits],
              execution_context_class=SharedExecutor)  # fmt: skip


@st.composite
def selections(draw: st.DrawFn, depth: int = 2) -> str:
    """Some fields of a lamp, with aliases, switches and fragments."""
    parts = []
    for _ in range(draw(st.integers(1, 4))):
        alias = draw(st.sampled_from(("", "", "a: ", "b: ")))
        parts.append(alias + draw(st.sampled_from(FIELDS)) + draw(st.sampled_from(SWITCHES)))
    if depth and draw(st.booleans()):
        on = draw(st.sampled_from(("on Lamp", "")))
        switch = draw(st.sampled_from(SWITCHES))
        parts.append(f"... {on}{switch} {{ {draw(selections(depth - 1))} }}")
    if draw(st.booleans()):
        parts.append("...F" + draw(st.sampled_from(SWITCHES)))
    return " ".join(parts)


@st.composite
def bodies(draw: st.DrawFn) -> tuple[str, str]:
    """What is asked of a shelf, and the fragment that it uses."""
    parts = ["number", f"lamps {{ {draw(selections())} }}"]
    if draw(st.booleans()):
        parts.append(f"first {{ {draw(selections())} }}")
    if draw(st.booleans()):
        parts.append("stones { name }" if draw(st.booleans()) else "stones { weight n: name }")
    draw(st.randoms()).shuffle(parts)
    fields = draw(st.lists(st.sampled_from(FIELDS[:9]), min_size=1, max_size=4))
    return f"{{ shelf {{ {' '.join(parts)} }} }}", f"fragment F on Lamp {{ {' '.join(fields)} }}"


VARIABLES = st.fixed_dictionaries({}, optional={"yes": st.booleans(), "text": st.text(max_size=3)})


def document(kind: str, body: tuple[str, str]) -> str:
    """With the variables that it uses: others would make it invalid."""
    selection, fragment = body
    whole = selection + (f" {fragment}" if "...F" in selection else "")
    declared = [item for item in DECLARED if item.partition(":")[0] in whole]
    return f"{kind} ({', '.join(declared)}) {whole}" if declared else f"{kind} {whole}"


async def streamed(
    schema: strawberry.Schema,
    query: str,
    asker: Asker,
    variables: Any,  # noqa: ANN401 - JSON
) -> list[object]:
    stream: Any = await schema.subscribe(query, variables, context_value=asker)
    if not hasattr(stream, "__aiter__"):
        return [data_and_errors(stream)]
    async with aclosing(stream):
        return [data_and_errors(result) async for result in stream]


@settings(max_examples=150, deadline=None)
@given(bodies(), VARIABLES, st.sampled_from(list(ODD)))
async def test_a_query(body: tuple[str, str], variables: dict[str, Any], odd: str) -> None:
    query = document("query", body)
    asker = Asker(Shelf(lamps=[Lamp(), ODD[odd](), Lamp(name="two")], first=ODD[odd]()))
    long = await LONG.execute(query, variables, context_value=asker)
    assert data_and_errors(
        await SHORT.execute(query, variables, context_value=asker)
    ) == data_and_errors(long)


@settings(max_examples=60, deadline=None)
@given(st.lists(bodies(), min_size=1, max_size=2), st.lists(VARIABLES, min_size=2, max_size=3))
async def test_streams_that_share_a_payload(
    operations: list[tuple[str, str]], variable_sets: list[dict[str, Any]]
) -> None:
    """In any order, twice over: nobody is sent what another asked for."""
    shared = Asker(Shelf())
    for variables in [*variable_sets, *reversed(variable_sets)]:
        for query in (document("subscription", body) for body in operations):
            alone = await streamed(LONG, query, Asker(Shelf()), variables)
            assert await streamed(SHORT, query, shared, variables) == alone
