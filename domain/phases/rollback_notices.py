"""What the places say that a rollback plan names (S56; L22)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from domain.alerting.alert_deliveries import Delivery
from domain.alerting.alerts import AlertKind
from domain.incidents.incidents import Severity
from domain.mail.email import Email, MailKind
from domain.mail.email_layout import Words, one_line, write
from domain.platform.platforms import Platform
from domain.platform.text_format import moment


@dataclass(frozen=True, slots=True)
class RollbackNotice:
    """A rollback, as recipients see it."""

    phase_name: str
    run_id: UUID
    actor: str
    reason: str
    flags: tuple[str, ...]
    at: datetime
    incident_id: UUID | None
    incident_number: int | None

    @property
    def title(self) -> str:
        """In one line."""
        return f"Phase {one_line(self.phase_name)} was rolled back"

    @property
    def lines(self) -> tuple[str, ...]:
        """What happened, who did it and why."""
        flags = ", ".join(self.flags) or "none"
        incident_lines = (f"Incident: #{self.incident_number}",) if self.incident_number else ()
        done = f"{one_line(self.actor)} rolled it back at {moment(self.at)}: {self.reason}"
        return (done, f"Its flags: {flags}", *incident_lines)


def message_of(notice: RollbackNotice, channel: str) -> Delivery:
    """The message to one alert channel, without a lease: any process may send it."""
    return Delivery(
        id=uuid5(NAMESPACE_URL, f"launch:rollback:{notice.run_id}:{channel}"),
        alert_key=f"rollback-notice:{notice.run_id}",
        kind=AlertKind.FIRING,
        channel=channel,
        severity=Severity.HIGH,
        title=f"[ROLLBACK] {notice.title}",
        body="\n".join(notice.lines),
        first_bad_at=notice.at,
        created_at=notice.at,
        lease_until=notice.at,
        incident_id=notice.incident_id,
    )


def email_of(notice: RollbackNotice, recipient: str) -> Email:
    """The e-mail to one address."""
    return write(MailKind.OTHER, Platform.WEDSYNC, recipient, Words(notice.title, notice.lines))
