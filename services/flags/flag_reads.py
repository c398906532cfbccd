"""Reading flags: pages, one, how many people see one (S21, A22)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.events import Change
from db.queries import changes, flags, people
from db.queries.pages import Moments, Numbers
from domain.events import Subject
from domain.flags.flags import Flag, evaluate


@dataclass(frozen=True, slots=True)
class FlagFilter:
    """Which flags a list shows."""

    enabled: bool | None = None
    phase_id: UUID | None = None
    search: str | None = None


async def page(session: AsyncSession, wanted: FlagFilter, part: Moments) -> list[Flag]:
    """Flags in the order they were made."""
    return await flags.page(session, part, _where(wanted))


async def count(session: AsyncSession, wanted: FlagFilter) -> int:
    """How many flags a filter finds."""
    return await flags.count(session, _where(wanted))


async def find(session: AsyncSession, key: str) -> Flag | None:
    """One flag by its key."""
    return (await flags.by_key(session, [key])).get(key)


async def history(
    session: AsyncSession,
    kind: Subject,
    subject_id: UUID,
    part: Numbers,
) -> list[Change]:
    """The changes of a thing, newest first."""
    return await changes.page(session, kind, subject_id, part)


async def exposed_users(session: AsyncSession, flag: Flag) -> int:
    """How many suppliers and couples see the flag now; hashed off the event loop.

    Of more than 100,000 people it is scaled from a fixed sample.
    """
    sample = await people.sample(session)
    return await asyncio.to_thread(
        lambda: sample.scaled(sum(evaluate(flag, person.context).value for person in sample.people))
    )


def _where(wanted: FlagFilter) -> Sequence[ColumnElement[bool]]:
    return flags.conditions(enabled=wanted.enabled, phase_id=wanted.phase_id, search=wanted.search)
