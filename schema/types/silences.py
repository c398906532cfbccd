"""Silences: planned work, during which no alerts are sent (A28)."""

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


@strawberry.type(
    description="A silence: alerts of these checks are suppressed during planned work."
)
class Silence(Node):
    """A silence; samples are still recorded during it, and marked."""

    starts_at: datetime = strawberry.field(description="When it begins.")
    ends_at: datetime = strawberry.field(description="When it ends.")
    reason: str = strawberry.field(description="The silence.")
    checks: list[CheckType] = strawberry.field(description="The silenced checks; empty: all.")
    holds_criteria: bool = strawberry.field(
        description="Whether success criteria and limits are suspended meanwhile."
    )
    ended_early: bool = strawberry.field(description="Whether it was ended early.")
    created_at: datetime = strawberry.field(description="When it was made.")
    status: SilenceStatus = strawberry.field(description="Its current status.")
    maker: strawberry.Private[ActorRef]

    @strawberry.field(description="Who made it.")
    async def created_by(self, info: Info) -> Actor:
        """Load it only if it is selected."""
        return await load_actor(info, self.maker)

    @classmethod
    def of(cls, silence: domain.Silence, now: datetime) -> "Silence":
        """Build the object from a silence."""
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


@strawberry.input(description="A new silence.")
class CreateSilenceInput:
    """The input of `createSilence`."""

    ends_at: datetime = strawberry.field(description="When it ends: after 7 days at most.")
    reason: str = strawberry.field(description="The planned work; everybody can read it.")
    starts_at: datetime | None = strawberry.field(
        description="When it begins; now by default, or if it is past.", default=None
    )
    checks: list[CheckType] | None = strawberry.field(
        description="The silenced checks; all by default.", default=None
    )
    holds_criteria: bool | None = strawberry.field(
        description="Whether success criteria and limits are suspended meanwhile.", default=True
    )

    def command(self) -> SilenceDraft:
        """Return the command for the service; null means the default."""
        return SilenceDraft(
            ends_at=self.ends_at,
            reason=self.reason,
            starts_at=self.starts_at,
            checks=tuple(self.checks or ()),
            holds_criteria=self.holds_criteria is not False,
        )


@strawberry.type(description="A silence after a mutation.")
class SilencePayload:
    """The payload of mutations of silences."""

    silence: Silence | None = strawberry.field(description="The silence.", default=None)
    errors: list[Error] = strawberry.field(
        description="Expected failures; empty on success.", default_factory=list
    )

    @classmethod
    def failed(cls, error: LaunchError) -> "SilencePayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))


async def load_silence(info: Info, key: UUID) -> Silence | None:
    """Load the silence with this row id, or None."""
    row = await info.context.loaders.silence.load(key)
    return Silence.of(row, info.context.now) if row else None
