"""Domain events: frozen facts from which jobs, streams and the audit follow."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from domain.actors import ActorRef, Scope, UserType
from domain.flags.flags import FlagState, difference
from domain.health.health import CheckType, HealthStatus
from domain.ids import (
    EventId,
    EventSeq,
    FlagId,
    IncidentId,
    MailId,
    PhaseId,
    RunId,
    TokenId,
    UserId,
)
from domain.incidents.incidents import IncidentStatus, Severity
from domain.phases.phases import PhaseStatus


class Subject(StrEnum):
    """What kind of object an event or a change is about."""

    PHASE = "phase"
    FLAG = "flag"
    HEALTH = "health"
    INCIDENT = "incident"
    SILENCE = "silence"
    USER = "user"
    TOKEN = "token"  # noqa: S105 - a kind, not a secret
    CLIENT = "client"
    INVITATION = "invitation"
    PARTNERSHIP = "partnership"
    ONBOARDING = "onboarding"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A domain event. `TYPE` is its name in the event log and never changes."""

    TYPE: ClassVar[str]
    SUBJECT: ClassVar[Subject]
    phase_id: PhaseId | None = None

    @property
    def subject_id(self) -> UUID | None:
        """The id of the object that it is about."""
        return None

    @property
    def summary(self) -> str:
        """One line for the event feed."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseChanged(Event):
    """A phase was created, edited or moved to another status or step."""

    TYPE = "phase.changed"
    SUBJECT = Subject.PHASE
    key: str
    name: str
    action: str
    before: PhaseStatus | None
    after: PhaseStatus
    version: int
    run_id: RunId | None = None
    step_index: int | None = None
    next_step_at: datetime | None = None
    reason: str | None = None

    @property
    def subject_id(self) -> UUID | None:
        return self.phase_id

    @property
    def summary(self) -> str:
        because = f": {self.reason}" if self.reason else ""
        return f"Phase {self.name} {self.action}{because}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagChanged(Event):
    """A flag was created or changed. `before` of a new flag is off at version 0."""

    TYPE = "flag.changed"
    SUBJECT = Subject.FLAG
    flag_id: FlagId
    key: str
    action: str
    before: FlagState
    after: FlagState
    run_id: RunId | None = None
    reason: str | None = None
    set_version: int | None = None  # of all flags; known on commit

    @property
    def subject_id(self) -> UUID | None:
        return self.flag_id

    @property
    def summary(self) -> str:
        because = f": {self.reason}" if self.reason else ""
        return f"Flag {self.key} {difference(self.before, self.after) or self.action}{because}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthChanged(Event):
    """A check changed its status."""

    TYPE = "health.changed"
    SUBJECT = Subject.HEALTH
    check: CheckType
    before: HealthStatus
    after: HealthStatus
    error: str | None = None

    @property
    def summary(self) -> str:
        because = f": {self.error}" if self.error else ""
        return f"Health of {self.check} went from {self.before} to {self.after}{because}"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentChanged(Event):
    """An incident was opened or changed."""

    TYPE = "incident.changed"
    SUBJECT = Subject.INCIDENT
    incident_id: IncidentId
    number: int
    title: str
    action: str
    severity: Severity
    before: IncidentStatus | None
    after: IncidentStatus
    note: str | None = None

    @property
    def subject_id(self) -> UUID | None:
        return self.incident_id

    @property
    def summary(self) -> str:
        return f"Incident {self.number} {self.action}: {self.title}"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSignedUp(Event):
    """An account was created."""

    TYPE = "user.signed_up"
    SUBJECT = Subject.USER
    user_id: UserId
    user_type: UserType

    @property
    def subject_id(self) -> UUID | None:
        return self.user_id

    @property
    def summary(self) -> str:
        return f"A {self.user_type} signed up"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRevoked(Event):
    """A session or an API token ended: its open streams must end too (S31, A49)."""

    TYPE = "access.revoked"
    SUBJECT = Subject.TOKEN
    credential_id: UUID

    @property
    def subject_id(self) -> UUID | None:
        return self.credential_id

    @property
    def summary(self) -> str:
        return "Access revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenCreated(Event):
    """An API token was created (A41)."""

    TYPE = "token.created"
    SUBJECT = Subject.TOKEN
    token_id: TokenId
    name: str
    scopes: tuple[Scope, ...]

    @property
    def subject_id(self) -> UUID | None:
        return self.token_id

    @property
    def summary(self) -> str:
        return f"API token {self.name} made"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailQueued(Event):
    """An e-mail was queued in the outbox."""

    TYPE = "mail.queued"
    SUBJECT = Subject.USER
    mail_id: MailId

    @property
    def summary(self) -> str:
        return "A mail is on its way"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailCancelled(Event):
    """An e-mail was cancelled before it was sent."""

    TYPE = "mail.cancelled"
    SUBJECT = Subject.USER
    mail_id: MailId

    @property
    def summary(self) -> str:
        return "A mail was taken back"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownEvent(Event):
    """An event of a newer release: keeps its position and is never shown."""

    TYPE = "unknown"
    SUBJECT = Subject.USER
    kind: str

    @property
    def summary(self) -> str:
        return f"Unknown event {self.kind}"


ALL_EVENTS: tuple[type[Event], ...] = (
    PhaseChanged,
    FlagChanged,
    HealthChanged,
    IncidentChanged,
    UserSignedUp,
    AccessRevoked,
    TokenCreated,
    MailQueued,
    MailCancelled,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenEvent:
    """An event as its transaction knows it: with an id, without a position.

    `occurred_at` is when it happened and decides the state at a moment. `recorded_at` is when the
    transaction wrote it, never earlier.
    """

    id: EventId
    occurred_at: datetime
    recorded_at: datetime
    actor: ActorRef
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedEvent(WrittenEvent):
    """An event as readers see it. `seq`, its position, is dense and in commit order."""

    seq: EventSeq
