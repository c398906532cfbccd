"""Events of alerts: deliveries and silences (S99, S117, A28)."""

from dataclasses import dataclass
from uuid import UUID

from domain.alerting.silences import Silence
from domain.events import Event, Subject
from domain.ids import IncidentId
from domain.platform.text_format import moment


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSent(Event):
    """An alert was delivered to a channel or given up (S99, S117)."""

    TYPE = "alert.sent"
    SUBJECT = Subject.INCIDENT
    incident_id: IncidentId | None
    channel: str
    delivered: bool
    latency_ms: int | None
    title: str

    @property
    def subject_id(self) -> UUID | None:
        return self.incident_id

    @property
    def summary(self) -> str:
        done = "sent to" if self.delivered else "not sent to"
        return f"Alert {done} {self.channel}: {self.title}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceChanged(Event):
    """A silence was created or ended early. The event holds all of it."""

    TYPE = "silence.changed"
    SUBJECT = Subject.SILENCE
    silence: Silence

    @property
    def subject_id(self) -> UUID | None:
        return self.silence.id

    @property
    def summary(self) -> str:
        checks = ", ".join(self.silence.checks) or "all checks"
        until = moment(self.silence.ends_at)
        if self.silence.ended_early:
            return f"Silence of {checks} ended early: {self.silence.reason}"
        return f"Silence of {checks} until {until}: {self.silence.reason}"


ALERT_EVENTS: tuple[type[Event], ...] = (AlertSent, SilenceChanged)
