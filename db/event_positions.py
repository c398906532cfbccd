"""Where events stand in the log: the one module that gives out positions (ADR 1, ADR 26).

Readers rely on three properties and on nothing else: positions are dense, they grow in the order
in which commits become visible, and no event is visible without its position. Inside the
transaction that writes an event nothing may depend on its position: use its id.
"""

from sqlalchemy import ScalarSelect, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.events import EventCounter
from domain.ids import EventSeq

_TAKE = text("UPDATE launch_event_counter SET seq = seq + :n RETURNING seq")


async def take(session: AsyncSession, count: int) -> EventSeq:
    """The first of so many new positions; holds the counter's row lock until the commit."""
    last: int = (await session.execute(_TAKE, {"n": count})).scalar_one()
    return EventSeq(last - count + 1)


def head() -> ScalarSelect[int]:
    """The position of the newest event, to be used in a statement; 0 before the first."""
    return select(EventCounter.seq).scalar_subquery()
