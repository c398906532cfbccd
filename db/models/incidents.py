"""Incidents, their episodes, and the alerts about them (S6, S14, S55, S68)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Identity,
    Index,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Moment, Timestamps, UuidKey, enum_column, reference
from domain.actors import ActorKind
from domain.alerting.alerts import AlertKind
from domain.incidents.incidents import IncidentStatus, Severity


class LaunchIncident(Timestamps, Base):
    """Something that goes wrong in a launch; there is one open incident per `dedup_key`.

    Title, description, severity, phase, run and end are those of its current episode. `explains`
    and `follows_from` are its place in the order of causes (`domain.incidents.incident_causes`).
    `cause_gone_at` is set when its cause has ended while a person still works on it, and at once
    for a rollback.
    """

    __tablename__ = "launch_incidents"
    __table_args__ = (
        Index(
            "uq_launch_incidents_dedup_key_open",
            "dedup_key",
            unique=True,
            postgresql_where=text("status IN ('open', 'investigating')"),
        ),
        Index(None, "status", "created_at"),
        Index(None, "phase_id"),
        Index(None, "run_id"),
        Index(None, "assignee_id"),
        Index(None, "explains", postgresql_using="gin"),
        Index(None, "follows_from", postgresql_using="gin"),
        CheckConstraint(
            "(status IN ('resolved', 'closed')) = (resolved_at IS NOT NULL)", name="resolved_at"
        ),
    )

    id: Mapped[UuidKey]
    number: Mapped[int] = mapped_column(Identity(always=True), unique=True)
    incident_type: Mapped[str]
    severity: Mapped[Severity] = mapped_column(enum_column(Severity))
    title: Mapped[str]
    description: Mapped[str | None]
    affected_features: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default=text("'{}'"))
    user_impact: Mapped[str | None]
    status: Mapped[IncidentStatus] = mapped_column(
        enum_column(IncidentStatus), server_default="open"
    )
    phase_id: Mapped[UUID | None] = mapped_column(reference("launch_phases", ondelete="SET NULL"))
    run_id: Mapped[UUID | None] = mapped_column(reference("phase_runs", ondelete="SET NULL"))
    dedup_key: Mapped[str | None]
    explains: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default=text("'{}'"))
    follows_from: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default=text("'{}'"))
    cause_gone_at: Mapped[datetime | None]
    occurrences: Mapped[int] = mapped_column(server_default=text("1"))
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by_kind: Mapped[ActorKind | None] = mapped_column(enum_column(ActorKind))
    acknowledged_by_id: Mapped[UUID | None]
    acknowledged_by_label: Mapped[str | None]
    assignee_id: Mapped[UUID | None] = mapped_column(reference("users", ondelete="SET NULL"))
    resolution_notes: Mapped[str | None]
    resolved_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class IncidentEpisode(Base):
    """One period of an incident, from its first bad sample until it was resolved (D5).

    An open incident has exactly one episode without an end: the last one. `worsened_at`: when it
    became HIGH or CRITICAL, if it was not from the start. `words_edited`: a person edited its title
    or description, so reports no longer change them.
    """

    __tablename__ = "incident_episodes"
    __table_args__ = (
        UniqueConstraint("incident_id", "number"),
        Index(
            "uq_incident_episodes_open",
            "incident_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(None, "phase_id"),
        Index(None, "run_id"),
        CheckConstraint("first_bad_at <= detected_at", name="first_bad_at"),
    )

    id: Mapped[UuidKey]
    incident_id: Mapped[UUID] = mapped_column(reference("launch_incidents"))
    number: Mapped[int]
    title: Mapped[str]
    description: Mapped[str | None]
    severity: Mapped[Severity] = mapped_column(enum_column(Severity))
    phase_id: Mapped[UUID | None] = mapped_column(reference("launch_phases", ondelete="SET NULL"))
    run_id: Mapped[UUID | None] = mapped_column(reference("phase_runs", ondelete="SET NULL"))
    first_bad_at: Mapped[datetime | None]
    detected_at: Mapped[datetime]
    worsened_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    resolution_notes: Mapped[str | None]
    explanation: Mapped[str | None]
    value: Mapped[float | None]
    unit: Mapped[str] = mapped_column(server_default=text("''"))
    observed_at: Mapped[datetime | None]
    words_edited: Mapped[bool] = mapped_column(server_default=text("false"))

    @hybrid_property
    def began_at(self) -> datetime:
        """Return the time of the first bad sample, or of the detection if no sample is known."""
        return self.first_bad_at or self.detected_at

    @began_at.inplace.expression
    @classmethod
    def _began_at(cls) -> ColumnElement[datetime]:
        return func.coalesce(cls.first_bad_at, cls.detected_at)


class IncidentDependent(Base):
    """A problem that follows from the cause of an incident and has no incident of its own (L17).

    `draft` opens one if the problem outlives that cause.
    """

    __tablename__ = "incident_dependents"
    __table_args__ = (
        UniqueConstraint("episode_id", "key"),
        Index("ix_incident_dependents_open", "key", postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[UuidKey]
    episode_id: Mapped[UUID] = mapped_column(reference("incident_episodes"))
    key: Mapped[str]
    title: Mapped[str]
    severity: Mapped[Severity] = mapped_column(enum_column(Severity))
    explanation: Mapped[str | None]
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    draft: Mapped[dict[str, object]] = mapped_column(JSONB)


class LaunchAlert(Base):
    """The state of the alert of a cause, so that a restart neither repeats nor forgets it (A26).

    `incident_opened_for` and `incident_closed_for` name the opening that its incident knows of.
    """

    __tablename__ = "launch_alerts"
    __table_args__ = (Index(None, "incident_id"), Index(None, "updated_at"))

    key: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int]
    is_open: Mapped[bool]
    document: Mapped[dict[str, object]] = mapped_column(JSONB)
    updated_at: Mapped[Moment]
    incident_id: Mapped[UUID | None] = mapped_column(
        reference("launch_incidents", ondelete="SET NULL")
    )
    incident_opened_for: Mapped[datetime | None]
    incident_closed_for: Mapped[datetime | None]


class AlertDelivery(Base):
    """A message to a channel and its delivery time (S99); unfinished ones remain to be sent."""

    __tablename__ = "alert_deliveries"
    __table_args__ = (
        Index(None, "incident_id"),
        Index(None, "created_at"),
        Index(None, "channel", "created_at"),
        Index(
            "ix_alert_deliveries_unfinished",
            "lease_until",
            postgresql_where=text("finished_at IS NULL"),
        ),
    )

    id: Mapped[UuidKey]
    incident_id: Mapped[UUID | None] = mapped_column(reference("launch_incidents"))
    alert_key: Mapped[str]
    kind: Mapped[AlertKind] = mapped_column(enum_column(AlertKind))
    channel: Mapped[str]
    severity: Mapped[Severity] = mapped_column(enum_column(Severity))
    title: Mapped[str]
    body: Mapped[str]
    first_bad_at: Mapped[datetime]
    created_at: Mapped[Moment]
    lease_until: Mapped[datetime]
    revision: Mapped[int]
    sent_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    last_error: Mapped[str | None]
    after_id: Mapped[UUID | None]
