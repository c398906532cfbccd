"""What webhooks need of the graph. Services do not know it: whoever wires a process hands it in."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from domain.actors import Actor
from domain.events import RecordedEvent


@dataclass(frozen=True, slots=True)
class Following:
    """What a document follows: these kinds of events, after a sequence where it says so."""

    field: str
    kinds: tuple[str, ...]
    after: int | None = None


class Documents(Protocol):
    """Reads subscription documents."""

    def check(self, document: str, actor: Actor) -> Following:
        """What it follows; raises Invalid for what is no such document, Forbidden without rights.

        Both name the argument `document`.
        """
        ...

    async def render(self, document: str, actor: Actor, item: RecordedEvent) -> bytes | None:
        """The body to send for an event, as the actor sees it; None where it does not concern.

        Raises DependencyDown or RateLimited where it cannot be told now.
        """
        ...


# Gives the same reader each time. Its first call may take a second: the graph is loaded then.
OpenDocuments: TypeAlias = Callable[[], Awaitable[Documents]]
