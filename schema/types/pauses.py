"""Who paused a phase, and why (D3)."""

from datetime import datetime

import strawberry

from domain.actors import ActorRef
from domain.phases import pauses as domain
from schema.context import Info
from schema.guard_enums import PauseAuthor
from schema.types.actors import Actor, load_actor


@strawberry.type(description="A pause, which only a person ends.")
class PhasePause:
    """A pause; guards that roll back stay active during it."""

    author: PauseAuthor = strawberry.field(description="Who decided on it.")
    reason: str | None = strawberry.field(
        description="The reason; for a guard, the failed criteria with their values."
    )
    at: datetime = strawberry.field(description="When the phase was paused.")
    by: strawberry.Private[ActorRef]

    @strawberry.field(description="Who paused it.")
    async def actor(self, info: Info) -> Actor:
        """Load it only if it is selected."""
        return await load_actor(info, self.by)

    @classmethod
    def of(cls, pause: domain.Pause) -> "PhasePause":
        """Build the object from a pause."""
        return cls(author=pause.author, reason=pause.reason, at=pause.at, by=pause.actor)
