"""Things to ask for, with one of each kind of field, and what a careless resolver makes of them."""

import asyncio
from collections.abc import Callable, Generator
from dataclasses import field
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import strawberry
from strawberry.types import ExecutionResult

from schema.results import SerializedFields


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
    serialized: strawberry.Private[SerializedFields] = field(default_factory=SerializedFields)


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


class Quiet(strawberry.Schema):
    """Logs no errors: they are what the tests are about."""

    def process_errors(self, *_: object, **__: object) -> None:
        """Nothing."""


def data_and_errors(result: ExecutionResult) -> object:
    errors = [error.formatted for error in result.errors or []]
    return result.data, errors
