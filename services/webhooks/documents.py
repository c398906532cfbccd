"""The interface to GraphQL documents. Services do not import the schema: processes inject it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from domain.actors import Actor
from domain.events import RecordedEvent


@dataclass(frozen=True, slots=True)
class Following:
    """The kinds of events that a document follows, after a sequence number if it names one."""

    field: str
    kinds: tuple[str, ...]
    after: int | None = None


class Documents(Protocol):
    """Checks and renders subscription documents."""

    def check(self, document: str, actor: Actor) -> Following:
        """Return what a document follows; raises Invalid for a bad one, Forbidden without rights.

        Both errors name the argument `document`.
        """
        ...

    async def render(self, document: str, actor: Actor, item: RecordedEvent) -> bytes | None:
        """Render the body for an event as the actor sees it; None where nothing is to be sent.

        Raises DependencyDown or RateLimited where it cannot be rendered now.
        """
        ...


# Returns the same object each time. The first call may take a second, as it loads the schema.
OpenDocuments: TypeAlias = Callable[[], Awaitable[Documents]]
