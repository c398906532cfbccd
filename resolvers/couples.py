"""Fields about couples (S38)."""

from functools import partial

from domain.platform.search import check_search
from schema.context import Info
from schema.pagination import After, Before, First, Last, Page, connection, moment_cursor
from schema.types.couples import Couple, CoupleConnection
from schema.types.suppliers import Search
from services.marketplace import directory


async def couples(
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    search: Search = None,
) -> CoupleConnection:
    """Couples, newest first; a search matches the beginnings of names, or a whole e-mail."""
    page, text = Page.of(first, after, last, before), check_search(search)
    async with info.context.db.read() as session:
        rows = await directory.page_of_couples(session, text, page.moments())
    return connection(
        partial(CoupleConnection, search=text),
        rows,
        page,
        cursor=moment_cursor,
        wrap=Couple.of,
    )
