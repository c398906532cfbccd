"""What is known of an operation before it is asked: statements, their parameters and writers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

from db.reads.base import Places
from db.reads.connections import Question
from db.reads.statement import Statement
from domain.actors import Actor, Scope
from domain.platform.keyset import Keyset
from domain.platform.row_scope import readable
from schema.pagination import MAX_BIGINT, MAX_INTEGER, Page
from server.execution.variables import Get, Values
from services.flags.kill_switch import KillSwitch


class Here(NamedTuple):
    """What answers depend on beside rows."""

    now: datetime
    kills: KillSwitch


class Shown(NamedTuple):
    """A page that is asked for, with the places of its rows."""

    page: Page
    keyset: Keyset[Any]


@dataclass(slots=True)
class PageRequest:
    """The arguments of a page. `looks_further`: whether it has to say if there are more rows."""

    given: Mapping[str, Get]
    places: Places
    looks_further: bool = False

    def shown(self, values: Values) -> Shown:
        """Raises Invalid as the resolver does."""
        first, after, last, before = (
            get(values) if (get := self.given.get(name)) else None
            for name in ("first", "after", "last", "before")
        )
        page = Page.of(first, after, last, before)
        return Shown(page, self._keyset(page))

    def _keyset(self, page: Page) -> Keyset[Any]:
        if self.places is Places.MOMENTS:
            return page.moments()
        is_long = self.places is Places.LONG_NUMBERS
        return page.numbers(at_most=MAX_BIGINT if is_long else MAX_INTEGER)

    def limit(self, shown: Shown) -> int:
        """How many rows are read."""
        return shown.keyset.limit if self.looks_further else shown.page.size


Parameter = Callable[[Values, Sequence[Shown]], Any]


class Asked(NamedTuple):
    """A statement, and how to get the values of its parameters."""

    text: str
    parameters: tuple[Parameter, ...]

    @classmethod
    def of(cls, found: Statement, parameters: Mapping[str, Parameter]) -> "Asked":
        """Of all parameters, those of one statement."""
        return cls(found.text, tuple(parameters[name] for name in found.parameters))

    def question(self, values: Values, pages: Sequence[Shown]) -> Question:
        """With the values of one request; raises as resolvers do."""
        return Question(self.text, tuple([get(values, pages) for get in self.parameters]))


class Root(NamedTuple):
    """A root field: its statement, and one that counts. Without any it is always the same."""

    name: str
    rows: Asked | None
    total: Asked | None
    write: Callable[[Any, Any, Any, Here], Any]  # rows, total, pages, here

    def questions(self, values: Values, pages: Sequence[Shown]) -> Iterator[Question]:
        """In the order in which `write` takes their answers."""
        for asked in (self.rows, self.total):
            if asked is not None:
                yield asked.question(values, pages)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """One shape of one operation. `scopes`: one of each is needed."""

    roots: tuple[Root, ...]
    pages: tuple[PageRequest, ...]
    scopes: tuple[tuple[Scope, ...], ...]
    needs_everything: bool
    size: int

    def may(self, actor: Actor) -> bool:
        """Whether nothing of it is refused, and no row is out of reach."""
        if self.needs_everything and not readable(actor).everything:
            return False
        return all(actor.allows(scopes) for scopes in self.scopes)

    def questions(self, values: Values) -> tuple[list[Shown], list[Question]]:
        """What is to be asked for one request."""
        pages = [item.shown(values) for item in self.pages]
        return pages, [one for root in self.roots for one in root.questions(values, pages)]

    def written(
        self, answers: Sequence[Sequence[Any]], pages: Sequence[Shown], here: Here
    ) -> dict[str, Any]:
        """The data; raises whatever for what only the executor can say."""
        following = iter(answers)
        data = {}
        for root in self.roots:
            rows = next(following) if root.rows else ()
            total = next(following)[0][0] if root.total else None
            data[root.name] = root.write(rows, total, pages, here)
        return data


def stored(value: Any) -> Any:  # noqa: ANN401 - of an argument
    """A value as PostgreSQL takes it."""
    if isinstance(value, Enum):
        return value.value
    return tuple(map(stored, value)) if isinstance(value, list) else value
