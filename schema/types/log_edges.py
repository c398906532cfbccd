"""What pages of the event log and of the audit say about archived events (ADR 43)."""

from datetime import datetime

import strawberry

from schema.context import Info
from services.platform import log_edges


async def _read_archived_before(info: Info) -> datetime | None:
    """Read it only if it is selected."""
    async with info.context.db.read() as session:
        return await log_edges.archived_before(session)


@strawberry.type
class ArchivedPart:
    """The field that connections of archived rows share."""

    archived_before: datetime | None = strawberry.field(
        resolver=_read_archived_before,
        description="Everything before this moment was moved to an archive: lists end there, and "
        "older cursors are refused with EVENTS_ARCHIVED. Null if nothing was archived.",
    )
