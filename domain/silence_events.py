"""What happens to silences (SPEC A28)."""

from dataclasses import dataclass
from uuid import UUID

from domain.alert_texts import moment
from domain.events import Event, Subject
from domain.silences import Silence


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceChanged(Event):
    """A silence was made or ended early. It holds the whole: whoever hears it need not ask."""

    TYPE = "silence.changed"
    SUBJECT = Subject.SILENCE
    silence: Silence

    @property
    def subject_id(self) -> UUID | None:
        return self.silence.id

    @property
    def summary(self) -> str:
        what = ", ".join(self.silence.checks) or "all checks"
        until = moment(self.silence.ends_at)
        if self.silence.ended_early:
            return f"Silence of {what} ended early: {self.silence.reason}"
        return f"Silence of {what} until {until}: {self.silence.reason}"


SILENCE_EVENTS: tuple[type[Event], ...] = (SilenceChanged,)
