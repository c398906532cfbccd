"""Reads flags, their history and how many people see one (S21, A22)."""

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
    """The filter of a list of flags."""

    enabled: bool | None = None
    phase_id: UUID | None = None
    search: str | None = None


async def page(session: AsyncSession, filters: FlagFilter, part: Moments) -> list[Flag]:
    """Return a page of flags in the order of their creation."""
    return await flags.page(session, part, _where(filters))


async def count(session: AsyncSession, filters: FlagFilter) -> int:
    """Count the flags that match a filter."""
    return await flags.count(session, _where(filters))


async def find(session: AsyncSession, key: str) -> Flag | None:
    """Return one flag by its key, or None."""
    return (await flags.by_key(session, [key])).get(key)


async def history(
    session: AsyncSession,
    kind: Subject,
    subject_id: UUID,
    part: Numbers,
) -> list[Change]:
    """Return a page of the changes of a subject, newest first."""
    return await changes.page(session, kind, subject_id, part)


async def exposed_users(session: AsyncSession, flag: Flag) -> int:
    """Count the suppliers and couples for whom a flag is on; they are hashed in a thread.

    With more than 100,000 people the count is scaled from a fixed sample.
    """
    sample = await people.sample(session)
    return await asyncio.to_thread(
        lambda: sample.scaled(sum(evaluate(flag, person.context).value for person in sample.people))
    )


def _where(filters: FlagFilter) -> Sequence[ColumnElement[bool]]:
    return flags.conditions(
        enabled=filters.enabled, phase_id=filters.phase_id, search=filters.search
    )
