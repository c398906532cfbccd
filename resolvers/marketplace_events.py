"""Fields about events between suppliers and couples (M14)."""

from datetime import datetime
from typing import Annotated

import strawberry

from schema.context import Info
from schema.marketplace_event_enums import MarketplaceEventKind
from schema.pagination import MAX_BIGINT, After, Before, First, Last, Page, connection
from schema.types.event_fields import cursor_of
from schema.types.marketplace_events import MarketplaceEvent, MarketplaceEventConnection
from services.overview import marketplace_events as events

Kinds = Annotated[
    list[MarketplaceEventKind] | None,
    strawberry.argument(description="Only these; all by default."),
]
Since = Annotated[datetime | None, strawberry.argument(description="Only later events.")]
NewestFirst = Annotated[
    bool,
    strawberry.argument(description="Newest first; `after` then returns earlier events."),
]


async def marketplace_events(
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    kinds: Kinds = None,
    since: Since = None,
    newest_first: NewestFirst = False,
) -> MarketplaceEventConnection:
    """Events between suppliers and couples, oldest first unless `newestFirst` is true.

    The staff sees all with `directory:read`; suppliers and couples see their own.
    """
    page = Page.of(first, after, last, before)
    async with info.context.db.read() as session:
        part = page.numbers(at_most=MAX_BIGINT)
        rows = await events.page(
            session, info.context.actor, kinds, part, since, newest_first=newest_first
        )
    kind = MarketplaceEventConnection
    return connection(kind, rows, page, cursor=cursor_of, wrap=MarketplaceEvent.of)
