"""Feature flags and what they evaluate to (S2, A1, A2, A22)."""

from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from weakref import WeakKeyDictionary

import strawberry

from db.models import flags as rows
from db.reads import phases as reads
from domain.actors import Scope
from domain.events import Subject
from domain.flags import flags as domain
from domain.flags.exposures import Exposure
from domain.flags.guarded_operations import guards_of
from domain.flags.staleness import staleness
from schema.context import Info
from schema.directives import CostDirective
from schema.enums import BucketBy, Staleness, TimeRange
from schema.pagination import MAX_BIGINT, After, Before, Connection, First, Last, Page, connection
from schema.planned import TOTAL_COUNT, column, computed, kill_lookup, read_rows
from schema.results import SharedResults
from schema.scalars import Percent
from schema.types.changes import Change, ChangeConnection, encode_change_cursor
from schema.types.flag_exposures import FlagExposure
from schema.types.kills import FlagKill
from schema.types.node import Node, node_id
from services.flags import flag_reads
from services.flags.flag_reads import FlagFilter
from services.flags.flag_sets import FlagSet as Flags
from services.flags.kill_switch import KillSwitch

if TYPE_CHECKING:
    from schema.types.phases import LaunchPhase, PhaseRun

_FLAGS_READ = (Scope.FLAGS_READ,)


def _kill(key: str, kills: KillSwitch) -> FlagKill | None:
    record = kills.find(key)
    return FlagKill.of(record, kills) if record else None


@strawberry.type(
    description="A feature flag: on or off, for a percentage of users, for target groups."
)
class FeatureFlag(Node):
    """A flag, as operators see it."""

    key: str = strawberry.field(
        description="Its name in code; never changes.", metadata=column(rows.FeatureFlag.flag_key)
    )
    name: str = strawberry.field(
        description="Its name for people.", metadata=column(rows.FeatureFlag.flag_name)
    )
    description: str | None = strawberry.field(
        description="What the flag controls.", metadata=column(rows.FeatureFlag.description)
    )
    enabled: bool = strawberry.field(
        description="Whether it is on: the run's switch if it has one, else the owner's. Off is off"
        " for everybody.",
        metadata=column(rows.FeatureFlag.enabled_in_force),
    )
    rollout_percentage: Percent = strawberry.field(
        description="The share of users inside now: the smallest of target, step and ceiling of "
        "the run that holds the flag, else the owner's percentage.",
        metadata=column(rows.FeatureFlag.percentage_in_force),
    )
    owner_enabled: bool = strawberry.field(
        description="The owner's switch; no launch writes it.",
        metadata=column(rows.FeatureFlag.enabled),
    )
    owner_percentage: Percent = strawberry.field(
        description="The percentage that the owner set; no launch writes it.",
        metadata=column(rows.FeatureFlag.rollout_percentage),
    )
    owner_chose_zero: bool = strawberry.field(
        description="True where the owner's 0 % was set by somebody: switching the flag on, or "
        "activating a phase without a target for it, then leaves it at 0.",
        metadata=column(rows.FeatureFlag.zero_chosen),
    )
    target_groups: list[str] = strawberry.field(
        description="Who may be inside: names such as `supplier` or `photographer`, `user:ID` "
        "lets one user in whatever the percentage, `!user:ID` keeps one out; global ids are stored "
        "as the ids of their rows. Empty: everybody.",
        metadata=column(rows.FeatureFlag.target_groups),
    )
    bucket_by: BucketBy = strawberry.field(
        description="Whose id decides which users are included.",
        metadata=column(rows.FeatureFlag.bucket_by),
    )
    client_visible: bool = strawberry.field(
        description="Whether viewerFlags shows it.",
        metadata=column(rows.FeatureFlag.client_visible),
    )
    cohort: str | None = strawberry.field(
        description="The cohort that decides who is inside, shared with the flags of a phase.",
        metadata=column(rows.FeatureFlag.cohort_salt),
    )
    version: int = strawberry.field(
        description="Increases with every change.", metadata=column(rows.FeatureFlag.version)
    )
    created_at: datetime = strawberry.field(
        description="When it was made.", metadata=column(rows.FeatureFlag.created_at)
    )
    updated_at: datetime = strawberry.field(
        description="When it last changed.", metadata=column(rows.FeatureFlag.updated_at)
    )
    flag: strawberry.Private[domain.Flag]
    results: strawberry.Private[SharedResults] = field(default_factory=SharedResults)

    @strawberry.field(
        description="The run that holds the flag, or the last one that left something with it; "
        "null where only the owner's values count.",
        metadata=read_rows(reads.RUN_OF_FLAG),
    )
    async def run(
        self, info: Info
    ) -> Annotated["PhaseRun", strawberry.lazy("schema.types.phases")] | None:
        """Load the run that holds the flag: the one without an outcome (D2)."""
        from schema.types.phases import PhaseRun  # noqa: PLC0415 - the types refer to each other

        hold = self.flag.wanted.hold
        row = await info.context.loaders.run.load(hold.run_id) if hold else None
        return PhaseRun.of(row) if row else None

    @strawberry.field(
        description="The phase that introduced it.",
        metadata=read_rows(reads.OF_FLAG),
    )
    async def phase(
        self, info: Info
    ) -> Annotated["LaunchPhase", strawberry.lazy("schema.types.phases")] | None:
        """Load it only if it is selected."""
        from schema.types.phases import LaunchPhase  # noqa: PLC0415 - the types refer to each other

        if self.flag.phase_id is None:
            return None
        row = await info.context.loaders.phase.load(self.flag.phase_id)
        return LaunchPhase.of(row) if row else None

    @strawberry.field(
        description="The kill switch that forces it off for everybody, whatever `enabled` says; "
        "null: none.",
        metadata=kill_lookup(_kill, rows.FeatureFlag.flag_key),
    )
    async def kill(self, info: Info) -> FlagKill | None:
        """Return the kill in force in this process."""
        return _kill(self.flag.key, info.context.runtime.flags.kills)

    @strawberry.field(
        description="The operations, steps, pages and jobs that it guards, such as `mutation signUp"
        " (supplier)`. Empty: it guards nothing.",
        metadata=computed(guards_of, rows.FeatureFlag.flag_key),
    )
    def guards(self) -> list[str]:
        """Return the guarded operations of the flag (D8)."""
        return guards_of(self.key)

    @strawberry.field(
        description="When it was last evaluated for somebody, to the minute; null: never."
    )
    async def last_evaluated_at(self, info: Info) -> datetime | None:
        """Load it for all flags of a reply in one statement."""
        return await info.context.loaders.last_evaluated.load(self.flag.key)

    @strawberry.field(
        description="How often viewerFlags and OFREP have served it as on and as off. Values that "
        "an app caches are not counted."
    )
    async def exposure(
        self,
        info: Info,
        window: Annotated[
            TimeRange,
            strawberry.argument(description="The time range; 90 days are stored."),
        ] = TimeRange.LAST_24H,
    ) -> FlagExposure:
        """Load it for all flags of a reply in one statement."""
        exposure = await info.context.loaders.exposures.load((self.flag.key, window))
        return FlagExposure.of(exposure or Exposure())

    @strawberry.field(description="Whether it can be removed from the code.")
    async def staleness(self, info: Info) -> Staleness:
        """Derive staleness from the last evaluation and change (A23)."""
        evaluated = await info.context.loaders.last_evaluated.load(self.flag.key)
        return staleness(self.flag, evaluated, info.context.now)

    @strawberry.field(
        description="How many suppliers and couples see it now; with more than 100,000 of them, "
        "about that many, from a fixed sample.",
        directives=[CostDirective(weight=10)],
    )
    async def exposed_users(self, info: Info) -> int:
        """Count people by evaluating the flag for each; 0 while it is killed."""
        if info.context.runtime.flags.kills.find(self.flag.key):
            return 0
        async with info.context.db.read() as session:
            return await flag_reads.exposed_users(session, self.flag)

    @strawberry.field(description="Its changes, newest first.")
    async def changes(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> ChangeConnection:
        """Return one page of the audit."""
        page = Page.of(first, after, last, before)
        async with info.context.db.read() as session:
            rows = await flag_reads.history(
                session,
                Subject.FLAG,
                self.flag.id,
                page.numbers(at_most=MAX_BIGINT),
            )
        return connection(
            ChangeConnection,
            rows,
            page,
            cursor=encode_change_cursor,
            wrap=Change.of,
        )

    @classmethod
    def of(cls, flag: domain.Flag) -> "FeatureFlag":
        """Build the object from a flag."""
        return cls(
            id=node_id("FeatureFlag", flag.id),
            key=flag.key,
            name=flag.name,
            description=flag.description,
            enabled=flag.enabled,
            rollout_percentage=flag.rollout_percentage,
            owner_enabled=flag.wanted.owner.enabled,
            owner_percentage=flag.wanted.owner.percentage,
            owner_chose_zero=flag.wanted.zero_chosen,
            target_groups=list(flag.target_groups),
            bucket_by=flag.bucket_by,
            client_visible=flag.client_visible,
            cohort=flag.cohort,
            version=flag.version,
            created_at=flag.created_at,
            updated_at=flag.updated_at,
            flag=flag,
        )

    @classmethod
    def shared(cls, of: Flags, flag: domain.Flag) -> "FeatureFlag":
        """Return one object per flag of a set, shared by all streams."""
        shared = _flags.setdefault(of, {})
        result = shared.get(flag.key)
        if result is None:
            result = shared[flag.key] = cls.of(flag)
        return result


@strawberry.type(description="A page of flags.")
class FeatureFlagConnection(Connection[FeatureFlag]):
    """A page whose total is counted only if it is selected."""

    filters: strawberry.Private[FlagFilter]

    @strawberry.field(
        description="The number of flags that match the filter.",
        directives=[CostDirective(weight=5)],
        metadata=TOTAL_COUNT,
    )
    async def total_count(self, info: Info) -> int:
        """Count with one additional statement."""
        async with info.context.db.read() as session:
            return await flag_reads.count(session, self.filters)


_flags: WeakKeyDictionary[Flags, dict[str, FeatureFlag]] = WeakKeyDictionary()
