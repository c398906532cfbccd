"""Events of the log itself (ADR 43)."""

from dataclasses import dataclass
from datetime import datetime

from domain.events import Event, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class LogArchived(Event):
    """A range of positions was written to a file, whose rows are deleted from now on.

    Its subject is the system as a whole, which no row stands for. `sha256` is that of the
    uncompressed content of the file.
    """

    TYPE = "log.archived"
    SUBJECT = Subject.HEALTH
    archived_before: datetime
    first_seq: int
    last_seq: int
    events: int
    changes: int
    file_name: str
    sha256: str

    @property
    def summary(self) -> str:
        return f"{self.events} events before {self.archived_before:%Y-%m-%d} were archived"


ARCHIVE_EVENTS: tuple[type[Event], ...] = (LogArchived,)
