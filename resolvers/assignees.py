"""Fields about the people an incident can be assigned to (A31)."""

from typing import Annotated

import strawberry

from domain.actors import check_sees_private_data
from domain.platform.search import check_search
from schema.context import Info
from schema.pagination import After, Before, First, Last, Page, connection, moment_cursor
from schema.types.actors import User
from schema.types.incidents import AssigneeConnection
from services.incidents import assignees

Search = Annotated[
    str | None,
    strawberry.argument(description="Only those whose e-mail address contains this text."),
]


async def incident_assignees(
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    search: Search = None,
) -> AssigneeConnection:
    """People who can be assigned to incidents, newest first, without disabled accounts."""
    page, text = Page.of(first, after, last, before), check_search(search)
    if text is not None:
        check_sees_private_data(info.context.actor, "search")
    async with info.context.db.read() as session:
        rows = await assignees.page(session, text, page.moments())
    return connection(AssigneeConnection, rows, page, cursor=moment_cursor, wrap=User.of)
