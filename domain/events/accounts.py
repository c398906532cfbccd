"""Events of accounts. They hold ids and roles only, because the log outlives people's data."""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event, Subject
from domain.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChanged(Event):
    """An account was confirmed, changed, disabled or deleted; `detail` is a role or a reason."""

    TYPE = "account.changed"
    SUBJECT = Subject.USER
    user_id: UserId
    action: str
    detail: str | None = None

    @property
    def subject_id(self) -> UUID | None:
        return self.user_id

    @property
    def summary(self) -> str:
        return f"An account: {self.action}{f' ({self.detail})' if self.detail else ''}"


ACCOUNT_EVENTS: tuple[type[Event], ...] = (AccountChanged,)
