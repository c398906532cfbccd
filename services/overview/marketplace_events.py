"""Reads marketplace events (M14)."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries import marketplace_events as queries
from db.queries.pages import Numbers
from domain.actors import Actor
from domain.events import RecordedEvent
from domain.overview.marketplace_events import MarketplaceEventKind
from domain.platform.row_scope import readable


async def page(
    session: AsyncSession,
    actor: Actor,
    kinds: Collection[MarketplaceEventKind] | None,
    part: Numbers,
    since: datetime | None = None,
    *,
    newest_first: bool = False,
) -> Sequence[RecordedEvent]:
    """Return a page of the events that the caller may see; `kinds` None: of every kind."""
    return await queries.page(
        session,
        tuple(MarketplaceEventKind) if kinds is None else kinds,
        readable(actor),
        part,
        since,
        newest_first=newest_first,
    )
