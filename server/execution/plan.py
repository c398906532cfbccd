"""The query plan of an operation: SQL statements, their parameters and a writer per root field."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

from db.reads.base import CursorKey
from db.reads.connections import BoundStatement
from db.reads.statement import Statement
from domain.actors import Actor, Scope
from domain.platform.keyset import Keyset
from domain.platform.row_scope import readable
from schema.pagination import MAX_BIGINT, MAX_INTEGER, Page
from server.execution.variables import ArgumentGetter, Values
from services.flags.kill_switch import KillSwitch


class RenderContext(NamedTuple):
    """What response data depends on besides rows."""

    now: datetime
    kills: KillSwitch


class ResolvedPage(NamedTuple):
    """The page that a request asks for, with its decoded cursors."""

    page: Page
    keyset: Keyset[Any]


@dataclass(slots=True)
class PageRequest:
    """The pagination arguments of one connection field.

    `reads_extra_row` is set where the selection needs to know whether more rows follow.
    """

    getters: Mapping[str, ArgumentGetter]
    cursor_key: CursorKey
    reads_extra_row: bool = False

    def resolve(self, values: Values) -> ResolvedPage:
        """Validate the arguments of one request. Raises Invalid as the resolver does."""
        first, after, last, before = (
            get(values) if (get := self.getters.get(name)) else None
            for name in ("first", "after", "last", "before")
        )
        page = Page.of(first, after, last, before)
        return ResolvedPage(page, self._keyset(page))

    def _keyset(self, page: Page) -> Keyset[Any]:
        if self.cursor_key is CursorKey.TIME_AND_ID:
            return page.moments()
        is_long = self.cursor_key is CursorKey.INT64
        return page.numbers(at_most=MAX_BIGINT if is_long else MAX_INTEGER)

    def limit(self, resolved: ResolvedPage) -> int:
        """Return the LIMIT of the statement."""
        return resolved.keyset.limit if self.reads_extra_row else resolved.page.size


Parameter = Callable[[Values, Sequence[ResolvedPage]], Any]


class PreparedStatement(NamedTuple):
    """SQL text, and a function for each of its parameters."""

    text: str
    parameters: tuple[Parameter, ...]

    @classmethod
    def of(cls, statement: Statement, parameters: Mapping[str, Parameter]) -> "PreparedStatement":
        """Select the parameters that the statement names, in its order."""
        return cls(statement.text, tuple(parameters[name] for name in statement.parameters))

    def bind(self, values: Values, pages: Sequence[ResolvedPage]) -> BoundStatement:
        """Compute the parameters for one request. Raises what the resolvers raise."""
        return BoundStatement(self.text, tuple([get(values, pages) for get in self.parameters]))


class RootPlan(NamedTuple):
    """A root field: the statement for its rows and the one for its `totalCount`.

    A field without a statement, such as `__typename`, is constant.
    """

    name: str
    rows: PreparedStatement | None
    total: PreparedStatement | None
    write: Callable[[Any, Any, Any, RenderContext], Any]  # rows, total, pages, context

    def bind(self, values: Values, pages: Sequence[ResolvedPage]) -> Iterator[BoundStatement]:
        """Bind the statements in the order in which `QueryPlan.render` takes their results."""
        for statement in (self.rows, self.total):
            if statement is not None:
                yield statement.bind(values, pages)


@dataclass(frozen=True, slots=True, eq=False)
class QueryPlan:
    """The plan of one operation for one shape.

    `scopes`: the caller needs at least one scope of each tuple. `size` is in bytes.
    """

    roots: tuple[RootPlan, ...]
    pages: tuple[PageRequest, ...]
    scopes: tuple[tuple[Scope, ...], ...]
    needs_all_rows: bool
    size: int

    def permits(self, actor: Actor) -> bool:
        """Return whether no field is refused to the actor and no row is out of their scope."""
        if self.needs_all_rows and not readable(actor).reaches_all:
            return False
        return all(actor.allows(scopes) for scopes in self.scopes)

    def bind(self, values: Values) -> tuple[list[ResolvedPage], list[BoundStatement]]:
        """Resolve the pages and bind the statements for one request."""
        pages = [item.resolve(values) for item in self.pages]
        return pages, [bound for root in self.roots for bound in root.bind(values, pages)]

    def render(
        self,
        results: Sequence[Sequence[Any]],
        pages: Sequence[ResolvedPage],
        context: RenderContext,
    ) -> dict[str, Any]:
        """Build the response data. Any exception means: fall back to the executor."""
        remaining = iter(results)
        data = {}
        for root in self.roots:
            rows = next(remaining) if root.rows else ()
            total = next(remaining)[0][0] if root.total else None
            data[root.name] = root.write(rows, total, pages, context)
        return data


def to_sql_value(value: Any) -> Any:  # noqa: ANN401 - of an argument
    """Convert an argument to what PostgreSQL compares: enum members to their values."""
    if isinstance(value, Enum):
        return value.value
    return tuple(map(to_sql_value, value)) if isinstance(value, list) else value
