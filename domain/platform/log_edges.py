"""The error for events that were moved to an archive (ADR 43)."""

from collections.abc import Sequence
from datetime import datetime

from domain.errors import ErrorCode, LaunchError


class EventsArchived(LaunchError):
    """The events that this needs were archived."""

    code = ErrorCode.EVENTS_ARCHIVED

    def __init__(self, archived_before: datetime, *, path: Sequence[str] = ()) -> None:
        """`archived_before`: the edge; every event that is kept was recorded at or after it."""
        super().__init__(
            f"Events before {archived_before:%Y-%m-%d %H:%M:%S} UTC were archived. Ask for a later "
            "moment or read from the first event that is kept; `launch archive --show FILE` prints "
            "the archived ones.",
            path=path,
        )
        self.archived_before = archived_before
