"""Fields about silences (A28)."""

from functools import partial
from typing import Annotated

import strawberry

from schema.context import Info
from schema.pagination import (
    After,
    Before,
    Connection,
    First,
    Last,
    Page,
    connection,
    moment_cursor,
)
from schema.types.node import decode_id
from schema.types.silences import CreateSilenceInput, Silence, SilencePayload
from services.alerting import silences as service

NewSilenceArgument = Annotated[CreateSilenceInput, strawberry.argument(description="The silence.")]
Id = Annotated[strawberry.ID, strawberry.argument(description="The silence.")]
IncludePast = Annotated[bool, strawberry.argument(description="Include ended ones.")]


async def silences(
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    past: IncludePast = False,
) -> Connection[Silence]:
    """Silences that are in force or planned, newest first."""
    page, now = Page.of(first, after, last, before), info.context.now
    async with info.context.db.read() as session:
        rows = await service.page(session, page.moments(), now, with_past=past)
    wrap = partial(Silence.of, now=now)
    return connection(Connection[Silence], rows, page, cursor=moment_cursor, wrap=wrap)


async def create(info: Info, input: NewSilenceArgument) -> SilencePayload:
    """Create a silence for planned work: effects are recorded and marked, without alerts.

    What still fails when the silence ends is announced then.
    """
    async with info.context.db.write() as uow:
        silence = await service.create(uow, info.context.actor, input.command())
    return SilencePayload(silence=Silence.of(silence, info.context.now))


async def end(info: Info, id: Id) -> SilencePayload:
    """End a silence now, or cancel it. Repeating changes nothing."""
    key = decode_id(id, "Silence")
    async with info.context.db.write() as uow:
        silence = await service.end(uow, info.context.actor, key)
    return SilencePayload(silence=Silence.of(silence, info.context.now))
