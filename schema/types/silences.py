"""Silences: planned work, during which nobody is told of what it breaks (A28)."""

from datetime import datetime
from uuid import UUID

import strawberry

from domain.actors import ActorRef
from domain.alerting import silences as domain
from domain.errors import LaunchError
from schema.alert_enums import SilenceStatus
from schema.context import Info
from schema.enums import CheckType
from schema.types.actors import Actor, load_actor
from schema.types.errors import Error
from schema.types.node import Node, node_id
from services.alerting.silences import SilenceDraft


@strawberry.type(description="Planned work: while it is in force nobody is told of these checks.")
class Silence(Node):
    """A silence as it was made. Samples go on being taken, and are marked."""

    starts_at: datetime = strawberry.field(description="When it begins.")
    ends_at: datetime = strawberry.field(description="When it ends.")
    reason: str = strawberry.field(description="What is being done.")
    checks: list[CheckType] = strawberry.field(description="Which checks; empty: all of them.")
    holds_criteria: bool = strawberry.field(
        description="Success criteria and limits are not judged meanwhile."
    )
    ended_early: bool = strawberry.field(description="Somebody ended it before its time.")
    created_at: datetime = strawberry.field(description="When it was made.")
    status: SilenceStatus = strawberry.field(description="Where it stands now.")
    maker: strawberry.Private[ActorRef]

    @strawberry.field(description="Who made it.")
    async def created_by(self, info: Info) -> Actor:
        """Resolved only where it is asked for."""
        return await load_actor(info, self.maker)

    @classmethod
    def of(cls, silence: domain.Silence, now: datetime) -> "Silence":
        """A silence as the graph shows it."""
        return cls(
            id=node_id("Silence", silence.id),
            starts_at=silence.starts_at,
            ends_at=silence.ends_at,
            reason=silence.reason,
            checks=list(silence.checks),
            holds_criteria=silence.holds_criteria,
            ended_early=silence.ended_early,
            created_at=silence.created_at,
            status=silence.status(now),
            maker=silence.created_by,
        )


@strawberry.input(description="A silence to be made.")
class CreateSilenceInput:
    """What createSilence takes."""

    ends_at: datetime = strawberry.field(description="When it ends: after 7 days at most.")
    reason: str = strawberry.field(description="What is being done; everybody sees it.")
    starts_at: datetime | None = strawberry.field(
        description="When it begins; left out or past: now.", default=None
    )
    checks: list[CheckType] | None = strawberry.field(
        description="Which checks; left out or empty: all of them.", default=None
    )
    holds_criteria: bool | None = strawberry.field(
        description="Whether success criteria and limits wait meanwhile.", default=True
    )

    def command(self) -> SilenceDraft:
        """What the service takes; null is the default."""
        return SilenceDraft(
            ends_at=self.ends_at,
            reason=self.reason,
            starts_at=self.starts_at,
            checks=tuple(self.checks or ()),
            holds_criteria=self.holds_criteria is not False,
        )


@strawberry.type(description="A silence after a mutation.")
class SilencePayload:
    """What the mutations of silences give."""

    silence: Silence | None = strawberry.field(description="The silence.", default=None)
    errors: list[Error] = strawberry.field(
        description="Expected failures; empty where it worked.", default_factory=list
    )

    @classmethod
    def failed(cls, error: LaunchError) -> "SilencePayload":
        """An expected failure."""
        return cls(errors=Error.every(error))


async def load_silence(info: Info, key: UUID) -> Silence | None:
    """The silence with this row id; None where there is none."""
    found = await info.context.loaders.silence.load(key)
    return Silence.of(found, info.context.now) if found else None
