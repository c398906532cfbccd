"""The inputs and payload of incidents, and the commands that they become (S27)."""

from typing import cast

import strawberry
from strawberry import UNSET

from domain.errors import LaunchError
from schema.enums import IncidentStatus, Severity
from schema.types.errors import Error
from schema.types.incidents import Incident
from schema.types.node import decode_id, decode_optional_id
from schema.types.provided import provided_fields, refuse_null
from services.incidents.incident_edits import IncidentPatch
from services.incidents.incidents import IncidentDraft, OpenedIncident


@strawberry.input(description="An incident to report.")
class CreateIncidentInput:
    """The input of `createIncident`."""

    type: str = strawberry.field(description="Its kind, such as `payment_failure`.")
    severity: Severity = strawberry.field(description="The severity.")
    title: str = strawberry.field(description="A summary in one line.")
    description: str | None = strawberry.field(description="What is known.", default=None)
    affected_features: list[str] | None = strawberry.field(
        description="The keys of the affected flags.", default=None
    )
    user_impact: str | None = strawberry.field(description="What users notice.", default=None)
    phase_id: strawberry.ID | None = strawberry.field(
        description="The phase that it belongs to.", default=None
    )
    dedup_key: str | None = strawberry.field(
        description="The key of the cause: while an incident with it is open, this one is counted "
        "there.",
        default=None,
    )
    idempotency_key: str | None = strawberry.field(
        description="For 24 hours, repeating the request with the same key returns the original "
        "result.",
        default=None,
    )

    def command(self) -> IncidentDraft:
        """Return the command for the service."""
        return IncidentDraft(
            type=self.type,
            severity=self.severity,
            title=self.title,
            description=self.description,
            affected_features=tuple(self.affected_features or ()),
            user_impact=self.user_impact,
            phase_id=decode_optional_id(self.phase_id, "LaunchPhase", "input", "phaseId"),
            dedup_key=self.dedup_key or None,
        )


@strawberry.input(description="Changes of an incident; omitted fields stay unchanged.")
class UpdateIncidentInput:
    """The input of `updateIncident`."""

    id: strawberry.ID = strawberry.field(description="The incident.")
    severity: Severity | None = strawberry.field(description="The severity.", default=UNSET)
    title: str | None = strawberry.field(description="A summary in one line.", default=UNSET)
    description: str | None = strawberry.field(description="What is known.", default=UNSET)
    affected_features: list[str] | None = strawberry.field(
        description="The keys of the affected flags.", default=UNSET
    )
    user_impact: str | None = strawberry.field(description="What users notice.", default=UNSET)
    status: IncidentStatus | None = strawberry.field(
        description="INVESTIGATING acknowledges it, OPEN withdraws that; other statuses have "
        "mutations.",
        default=UNSET,
    )
    assignee_id: strawberry.ID | None = strawberry.field(
        description="The assignee, one of the launch team; null is nobody.", default=UNSET
    )
    note: str | None = strawberry.field(description="A note for the timeline.", default=None)
    expected_version: int | None = strawberry.field(
        description="Rejected with VERSION_CONFLICT if the current version differs.", default=None
    )

    def patch(self) -> IncidentPatch:
        """Return the provided fields. Raises Required for a field that cannot be null."""
        names = {name: name for name in IncidentPatch.__annotations__}
        values = provided_fields(self, names)
        refuse_null(values, "severity", "title", "status", "affected_features")
        assignee = values.get("assignee_id")
        if isinstance(assignee, str):
            values["assignee_id"] = decode_id(assignee, "User", "input", "assigneeId")
        return cast("IncidentPatch", values)


@strawberry.type(description="An incident after a mutation.")
class IncidentPayload:
    """The payload of mutations of incidents."""

    incident: Incident | None = strawberry.field(description="The incident.", default=None)
    merged: bool = strawberry.field(
        description="It was counted as one more occurrence of an open incident.", default=False
    )
    errors: list[Error] = strawberry.field(
        description="Expected failures; empty on success.", default_factory=list
    )

    @classmethod
    def of(cls, done: OpenedIncident) -> "IncidentPayload":
        """Build the object from a result."""
        return cls(incident=Incident.of(done.row), merged=done.merged)

    @classmethod
    def failed(cls, error: LaunchError) -> "IncidentPayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))
