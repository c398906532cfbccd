"""The audit log: who changed what, the values before and after, and why (A4)."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from db.models import events as rows
from db.reads import changes as reads
from domain.actors import ActorRef
from domain.ids import parse_global_id
from domain.overview.changes import ChangeKind, ChangeSubject, field_changes, kind_of
from schema.context import Info
from schema.enums import describe
from schema.pagination import Connection, encode_cursor
from schema.planned import column, computed, computed_list, one_of, read_rows
from schema.scalars import JSON
from schema.types.actors import Actor, load_actor
from schema.types.log_edges import ArchivedPart
from schema.types.node import Node, node_id
from schema.types.subjects import load_subject

if TYPE_CHECKING:
    from schema.types.phases import PhaseRun


describe(
    ChangeSubject,
    "The kind of the changed object.",
    PHASE="A phase of the launch.",
    FLAG="A feature flag.",
    TOKEN="An API token: created or revoked.",  # noqa: S106 - a description
)


describe(
    ChangeKind,
    "The kind of a change.",
    CREATED="It was made.",
    UPDATED="Its fields were edited.",
    SWITCHED_ON="A flag was switched on by hand.",
    SWITCHED_OFF="A flag was switched off by hand.",
    ACTIVATED="A phase went live, and its flags with it.",
    ADVANCED="The ramp moved to another step.",
    PAUSED="The ramp was paused.",
    RESUMED="The ramp was resumed.",
    COMPLETED="A phase was completed.",
    ROLLED_BACK="A phase was rolled back, and its flags with it.",
    REVERTED="An earlier change was reverted.",
    REVOKED="Access was revoked.",
    LIMIT_LIFTED="The limit of a flag within its run was lifted.",
    KILLED="A kill switch forced the flag off.",
    KILL_LIFTED="A kill switch was lifted.",
    OTHER="Any other action.",
)
_DIFF = "Use diff, which is typed and spelt like this graph; remove after 2027-06-30."


@strawberry.type(description="One field before and after a change.")
class FieldChange:
    """Values as text: `true`, `5`, `supplier, couple`."""

    field: str = strawberry.field(description="The path, such as `steps[0].holdSeconds`.")
    before: str | None = strawberry.field(description="The value before; null if it was not set.")
    after: str | None = strawberry.field(description="The value after; null if it is not set.")


def _to_json(value: object) -> JSON | None:
    return None if value is None else JSON(value)


@strawberry.type(description="One change of one object. Changes are never edited or deleted.")
class Change(Node):
    """An entry of the audit log."""

    at: datetime = strawberry.field(description="When.", metadata=column(rows.Change.at))
    action: str = strawberry.field(
        description="The action, such as `switched off`.", metadata=column(rows.Change.action)
    )
    kind: ChangeKind = strawberry.field(
        description="The kind of the action, for filters and counts.",
        metadata=computed(kind_of, rows.Change.action),
    )
    before: JSON | None = strawberry.field(
        description="The state before; null if it is new.",
        deprecation_reason=_DIFF,
        metadata=computed(_to_json, rows.Change.before),
    )
    after: JSON | None = strawberry.field(
        description="The state after.",
        deprecation_reason=_DIFF,
        metadata=computed(_to_json, rows.Change.after),
    )
    reason: str | None = strawberry.field(
        description="The reason, in the words of the author.", metadata=column(rows.Change.reason)
    )
    row: strawberry.Private[rows.Change]

    @strawberry.field(
        description="Every changed field, with the names of this schema.",
        metadata=computed_list(field_changes, rows.Change.before, rows.Change.after),
    )
    def diff(self) -> list[FieldChange]:
        """Compute it only if it is selected."""
        changes = field_changes(self.row.before, self.row.after)
        return [
            FieldChange(field=item.field, before=item.before, after=item.after) for item in changes
        ]

    @strawberry.field(
        description="Who did it.",
        metadata=one_of(
            ("User", reads.USER),
            ("ApiToken", reads.TOKEN),
            otherwise=("SystemActor", {"component": rows.Change.actor_label}),
        ),
    )
    async def actor(self, info: Info) -> Actor:
        """Load it only if it is selected."""
        row = self.row
        return await load_actor(info, ActorRef(row.actor_kind, row.actor_id, row.actor_label))

    @strawberry.field(
        description="The changed object; null if it no longer exists.",
        metadata=one_of(
            ("FeatureFlag", reads.FLAG),
            ("LaunchPhase", reads.PHASE),
            ("ApiToken", reads.SUBJECT_TOKEN),
        ),
    )
    async def subject(self, info: Info) -> Node | None:
        """Load it only if it is selected."""
        return await load_subject(info, self.row.subject_kind, self.row.subject_id)

    @strawberry.field(description="The run that it belongs to.", metadata=read_rows(reads.RUN))
    async def run(
        self, info: Info
    ) -> Annotated["PhaseRun", strawberry.lazy("schema.types.phases")] | None:
        """Load it only if it is selected."""
        from schema.types.phases import PhaseRun  # noqa: PLC0415 - the types refer to each other

        if self.row.run_id is None:
            return None
        run = await info.context.loaders.run.load(self.row.run_id)
        return PhaseRun.of(run) if run else None

    @strawberry.field(
        description="Whether revertChange would work now: nothing that it moved has changed since."
    )
    async def revertible(self, info: Info) -> bool:
        """Return false for all but changes of the state of a flag."""
        return await info.context.loaders.revertible.load(self.row) or False

    @strawberry.field(description="The earlier change that this one reverted.")
    async def reverts(self, info: Info) -> Annotated["Change", strawberry.lazy(__name__)] | None:
        """Load it only if it is selected."""
        if self.row.reverts_id is None:
            return None
        row = await info.context.loaders.change.load(self.row.reverts_id)
        return Change.of(row) if row else None

    @classmethod
    def of(cls, row: rows.Change) -> "Change":
        """Build the object from a database row."""
        return cls(
            id=node_id("Change", row.id),
            at=row.at,
            action=row.action,
            kind=kind_of(row.action),
            before=_to_json(row.before),
            after=_to_json(row.after),
            reason=row.reason,
            row=row,
        )


@strawberry.type(description="A page of changes, the newest first.")
class ChangeConnection(ArchivedPart, Connection[Change]):
    """A page that says where the audit begins."""


def encode_change_cursor(row: rows.Change) -> str:
    """Encode the cursor of a change."""
    return encode_cursor(row.event_id)


def decode_actor(text: str) -> str:
    """Decode the global id of an actor; any other text is a name and returned unchanged."""
    parts = parse_global_id(text)
    return parts[1] if parts and parts[0] in ("User", "ApiToken") else text
