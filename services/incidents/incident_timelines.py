"""What happened in and around incidents (A33)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries import timelines as queries
from db.queries.pages import Numbers
from domain.events import RecordedEvent
from domain.incidents.suspects import WINDOW


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """A page of the events of one incident."""

    incident_id: UUID
    part: Numbers


async def of_incidents(
    session: AsyncSession, wanted: Sequence[TimelinePage]
) -> Mapping[TimelinePage, list[RecordedEvent]]:
    """Their events, oldest first: one statement for all that want the same page.

    They begin 15 minutes before the incident: what was changed then may be its cause.
    """
    alike: dict[Numbers, list[TimelinePage]] = defaultdict(list)
    for item in wanted:
        alike[item.part].append(item)
    found: dict[TimelinePage, list[RecordedEvent]] = {}
    for part, pages in alike.items():
        ids = [page.incident_id for page in pages]
        timelines = await queries.of_incidents(session, ids, part, lead=WINDOW)
        found |= {page: timelines[page.incident_id] for page in pages}
    return found
