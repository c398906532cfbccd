"""One execution for all who ask the same of the same payload (S108)."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import strawberry

from domain.actors import ANONYMOUS, Actor, system_actor
from schema.results import SharedResults
from server.cost.document_limits import DocumentLimits
from server.execution.shared_executor import SharedExecutor


@strawberry.type
class News:
    """A payload that counts how often it is looked at."""

    looks: strawberry.Private[list[str]] = field(default_factory=list)
    results: strawberry.Private[SharedResults] = field(default_factory=SharedResults)

    @strawberry.field
    def text(self) -> str:
        self.looks.append("text")
        if len(self.looks) > 100:
            raise ValueError("looked at too often")
        return "news"


@dataclass(frozen=True)
class Asker:
    """A context."""

    payload: News
    actor: Actor = ANONYMOUS


@strawberry.type
class Query:
    """Schemas have one."""

    nothing: int = 0


@strawberry.type
class Subscription:
    """One stream with one payload."""

    @strawberry.subscription
    async def news(self, info: strawberry.Info[Asker, None]) -> AsyncIterator[News]:
        yield info.context.payload


SCHEMA = strawberry.Schema(
    Query,
    subscription=Subscription,
    extensions=[DocumentLimits],  # which parses a document once
    execution_context_class=SharedExecutor,
)
TEXT = "subscription ($no: Boolean = false) { news { text @skip(if: $no) __typename } }"


async def ask(asker: Asker, query: str = TEXT, **variables: object) -> Any:  # noqa: ANN401 - JSON
    """The first result of the stream."""
    stream: Any = await SCHEMA.subscribe(query, variables, context_value=asker)
    async with aclosing(stream):
        result = await anext(stream)
    return result.data["news"] if result.data else result.errors


async def test_the_same_is_executed_once() -> None:
    news = News()
    results = [await ask(Asker(news)) for _ in range(3)]
    assert results == [{"text": "news", "__typename": "News"}] * 3
    assert news.looks == ["text"]


async def test_sharing_depends_on_payload_document_switch_and_scope() -> None:
    news = News()
    await ask(Asker(news))
    await ask(Asker(news), TEXT + " ")
    await ask(Asker(news, system_actor("test")))
    assert len(news.looks) == 3
    assert await ask(Asker(news), no=True) == {"__typename": "News"}
    other = News()
    await ask(Asker(other))
    assert len(other.looks) == 1


async def test_errors_are_not_shared() -> None:
    news = News(looks=["text"] * 100)
    first = await ask(Asker(news))
    second = await ask(Asker(news))
    assert "too often" in str(first)
    assert first is not second
    assert len(news.looks) == 102


async def test_a_payload_remembers_only_so_many_documents() -> None:
    news = News()
    for index in range(90):
        await ask(Asker(news), TEXT + " " * index)
    assert len(news.results.entries) == 64
