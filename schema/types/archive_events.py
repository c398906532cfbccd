"""Archives of the event log in the feed (ADR 43)."""

from datetime import datetime

import strawberry

from domain.events.archives import LogArchived
from schema.types.event_fields import CommonFields, LaunchEvent


@strawberry.type(description="Old events were moved to an archive.")
class ArchiveEvent(LaunchEvent):
    """One archive."""

    archived_before: datetime = strawberry.field(description="The events were recorded before it.")
    events: int = strawberry.field(description="The number of archived events.")
    file_name: str = strawberry.field(description="The name of the file, without its folder.")
    sha256: str = strawberry.field(description="The checksum of the content of the file.")

    @classmethod
    def archived(cls, event: LogArchived, common: CommonFields) -> "ArchiveEvent":
        """Build the object from an event."""
        return cls(
            archived_before=event.archived_before,
            events=event.events,
            file_name=event.file_name,
            sha256=event.sha256,
            **common,
        )
