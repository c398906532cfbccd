"""Fields about the audit log (A4)."""

from datetime import datetime
from typing import Annotated

import strawberry

from domain.actors import check_sees_private_data
from domain.overview.changes import ChangeKind, ChangeSubject
from schema.context import Info
from schema.pagination import MAX_BIGINT, After, Before, First, Last, Page, connection
from schema.types.changes import Change, ChangeConnection, decode_actor, encode_change_cursor
from services.platform import change_reads
from services.platform.change_reads import ChangeFilter

Subjects = Annotated[
    list[ChangeSubject] | None, strawberry.argument(description="Only of these; all by default.")
]
Since = Annotated[datetime | None, strawberry.argument(description="Only from this moment on.")]
Until = Annotated[datetime | None, strawberry.argument(description="Only up to this moment.")]

Kinds = Annotated[
    list[ChangeKind] | None, strawberry.argument(description="Only of these kinds; all by default.")
]
Actions = Annotated[
    list[str] | None,
    strawberry.argument(description="Only these exact actions; all by default."),
]
Actors = Annotated[
    list[str] | None,
    strawberry.argument(
        description="Only by these: the id of a User or an ApiToken, or a name as `Actor` shows it,"
        " such as an e-mail or `guard`; all by default. An e-mail needs `people:read`."
    ),
]


async def changes(  # noqa: PLR0913, PLR0917 - the arguments of the field
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    subject: Subjects = None,
    since: Since = None,
    until: Until = None,
    kind: Kinds = None,
    action: Actions = None,
    actor: Actors = None,
) -> ChangeConnection:
    """The audit of phases, flags and tokens: author, difference and reason; newest first."""
    page = Page.of(first, after, last, before)
    actors = None if actor is None else [decode_actor(item) for item in actor]
    if any("@" in item for item in actors or ()):
        check_sees_private_data(info.context.actor, "actor")
    change_filter = ChangeFilter(subject, since, until, kind, action, actors)
    async with info.context.db.read() as session:
        rows = await change_reads.page(session, change_filter, page.numbers(at_most=MAX_BIGINT))
    return connection(
        ChangeConnection,
        rows,
        page,
        cursor=encode_change_cursor,
        wrap=Change.of,
    )
