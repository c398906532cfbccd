"""Changes that may have caused an incident (X8)."""

from typing import Annotated

import strawberry

from db.models.incidents import IncidentEpisode, LaunchIncident
from schema.context import Info
from schema.types.changes import Change
from services.incidents import suspects

SuspectLimit = Annotated[
    int | None, strawberry.argument(description="The most to return, up to 20.")
]


@strawberry.type(description="A change that may have caused an incident.")
class SuspectChange:
    """A suspect of an incident, with its evidence (X8)."""

    change: Change = strawberry.field(description="The change, for revertChange.")
    score: float = strawberry.field(description="How suspicious it is, from 0 to 1.")
    why: list[str] = strawberry.field(description="The reasons, as sentences.")
    confirmed_cause: bool = strawberry.field(description="Whether its revert ended the incident.")

    @classmethod
    def of(cls, item: suspects.SuspectChange) -> "SuspectChange":
        """Build the object from a suspect."""
        return cls(
            change=Change.of(item.change),
            score=item.score,
            why=item.why,
            confirmed_cause=item.confirmed,
        )


async def load_suspects(
    info: Info, row: LaunchIncident, limit: int | None, episode: IncidentEpisode | None = None
) -> list[SuspectChange]:
    """Load the suspects of an episode; None means the current one."""
    query = suspects.SuspectQuery(row, 5 if limit is None else limit, episode)
    changes = await info.context.loaders.suspects.load(query) or []
    return [SuspectChange.of(item) for item in changes]
