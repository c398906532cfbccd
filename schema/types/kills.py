"""Kill switches, which force flags off whatever their rows say (S53, A6; L11)."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

import strawberry

from domain.errors import LaunchError
from domain.flags import kills as domain
from schema.context import Info
from schema.enums import describe
from schema.types.actors import Actor, load_actor
from schema.types.errors import Error
from services.flags.kill_switch import KillSwitch
from services.flags.kills import ChangeKills

KEYS = "The flags' keys; `*` is every flag. At most 100."


class KillSource(StrEnum):
    """The source of a kill."""

    SWITCH = "switch"
    ENVIRONMENT = "environment"


describe(
    KillSource,
    "The source of a kill.",
    SWITCH="killFlags or `launch kill`: liftKills ends it.",
    ENVIRONMENT="FLAGS_KILLED of this server process; lasts until a restart without it.",
)


@strawberry.type(description="A flag that is forced off for everybody, or every flag.")
class FlagKill:
    """A kill that is in force."""

    key: str = strawberry.field(description="The flag's key; `*` is every flag.")
    source: KillSource = strawberry.field(description="The source of the kill.")
    at: datetime | None = strawberry.field(
        description="When it was killed; null for the environment."
    )
    reason: str | None = strawberry.field(
        description="The reason of its author; null for the environment."
    )
    is_recorded: bool = strawberry.field(
        description="Whether it is in the database; false while it applies without the database, "
        "and for the environment."
    )
    record: strawberry.Private[domain.KillRecord | None] = None

    @strawberry.field(description="The author; null for the environment.")
    async def by(self, info: Info) -> Actor | None:
        """Load it only if it is selected."""
        return await load_actor(info, self.record.by) if self.record else None

    @classmethod
    def of(cls, kill: domain.Kill, switch: KillSwitch) -> "FlagKill":
        """Build the object from a kill."""
        record = kill.record
        return cls(
            key=kill.key,
            source=KillSource.SWITCH if record else KillSource.ENVIRONMENT,
            at=record.at if record else None,
            reason=record.reason if record else None,
            is_recorded=record is not None and switch.is_written(record),
            record=record,
        )


def in_force(switch: KillSwitch) -> list[FlagKill]:
    """List the kills in force in this process, by key; those of the environment last."""
    made = [domain.Kill(key, record) for key, record in sorted(switch.kills.items())]
    fixed = [domain.Kill(key) for key in sorted(switch.environment)]
    return [FlagKill.of(kill, switch) for kill in (*made, *fixed)]


def _command(keys: Iterable[str], reason: str, *, killed: bool) -> ChangeKills:
    return ChangeKills(keys=tuple(keys), killed=killed, reason=reason)


@strawberry.input(description="Flags to force off for everybody.")
class KillFlagsInput:
    """The input of `killFlags`."""

    keys: list[str] = strawberry.field(description=KEYS)
    reason: str = strawberry.field(
        description="The reason; everybody who can read the flag sees it."
    )

    def command(self) -> ChangeKills:
        """Return the command for the service."""
        return _command(self.keys, self.reason, killed=True)


@strawberry.input(description="Kills to end: the flags' own settings apply again.")
class LiftKillsInput:
    """The input of `liftKills`."""

    keys: list[str] = strawberry.field(
        description=f"{KEYS} Lifting `*` leaves the kills of single flags in force."
    )
    reason: str = strawberry.field(description="The reason, for the audit.")

    def command(self) -> ChangeKills:
        """Return the command for the service."""
        return _command(self.keys, self.reason, killed=False)


@strawberry.type(description="The kills after a mutation.")
class KillPayload:
    """The payload of `killFlags` and `liftKills`."""

    kills: list[FlagKill] = strawberry.field(
        description="Every kill that is in force now.", default_factory=list
    )
    warnings: list[str] = strawberry.field(
        description="Possible mistakes, and effects that a server outage delays.",
        default_factory=list,
    )
    errors: list[Error] = strawberry.field(
        description="Expected failures; empty on success.", default_factory=list
    )

    @classmethod
    def failed(cls, error: LaunchError) -> "KillPayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))
