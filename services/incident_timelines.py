"""What happened in and around incidents (SPEC A33)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries import timelines as queries
from domain.events import RecordedEvent
from domain.suspects import WINDOW


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """So many events of one incident, after a sequence."""

    incident_id: UUID
    limit: int
    after: int = 0


async def of_incidents(
    session: AsyncSession, wanted: Sequence[TimelinePage]
) -> Mapping[TimelinePage, list[RecordedEvent]]:
    """Their events, oldest first: one statement for all that want the same page.

    They begin 15 minutes before the incident: what was changed then may be its cause.
    """
    alike: dict[tuple[int, int], list[TimelinePage]] = defaultdict(list)
    for item in wanted:
        alike[item.limit, item.after].append(item)
    found: dict[TimelinePage, list[RecordedEvent]] = {}
    for (limit, after), pages in alike.items():
        ids = [page.incident_id for page in pages]
        timelines = await queries.of_incidents(session, ids, after=after, limit=limit, lead=WINDOW)
        found |= {page: timelines[page.incident_id] for page in pages}
    return found
