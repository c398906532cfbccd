"""Reads the timelines of incidents (A33)."""

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
    session: AsyncSession, requests: Sequence[TimelinePage]
) -> Mapping[TimelinePage, list[RecordedEvent]]:
    """Return the events of each incident, oldest first, with one statement for each page size.

    A timeline begins 15 minutes before its incident: a change made then may be the cause.
    """
    by_part: dict[Numbers, list[TimelinePage]] = defaultdict(list)
    for item in requests:
        by_part[item.part].append(item)
    events: dict[TimelinePage, list[RecordedEvent]] = {}
    for part, pages in by_part.items():
        ids = [page.incident_id for page in pages]
        timelines = await queries.of_incidents(session, ids, part, lead=WINDOW)
        events |= {page: timelines[page.incident_id] for page in pages}
    return events
