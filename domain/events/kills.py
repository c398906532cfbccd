"""Events of kill switches (L11)."""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event, Subject
from domain.flags.kills import EVERY_FLAG, KillRecord
from domain.ids import FlagId
from domain.platform.change_actions import ChangeAction

NO_FLAG = UUID(int=0)  # the subject of a change that concerns every flag


@dataclass(frozen=True, slots=True, kw_only=True)
class KillChanged(Event):
    """A flag was killed, or a kill was lifted. The event holds the whole record."""

    TYPE = "flag.kill_changed"
    SUBJECT = Subject.FLAG
    flag_id: FlagId | None  # None: every flag
    record: KillRecord

    @property
    def subject_id(self) -> UUID | None:
        return self.flag_id

    @property
    def action(self) -> str:
        """The action as the audit names it."""
        return ChangeAction.KILLED if self.record.killed else ChangeAction.KILL_LIFTED

    @property
    def summary(self) -> str:
        every = self.record.key == EVERY_FLAG
        subject = "Every flag" if every else f"Flag {self.record.key}"
        return f"{subject} {self.action}: {self.record.reason}"


KILL_EVENTS: tuple[type[Event], ...] = (KillChanged,)
