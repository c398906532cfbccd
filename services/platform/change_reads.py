"""Reads the audit of a launch (A4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.events import Change
from db.queries import changes
from db.queries.pages import Numbers
from domain.overview.changes import SUBJECTS, ChangeKind, ChangeSubject


@dataclass(frozen=True, slots=True)
class ChangeFilter:
    """The filter of a list of changes; None matches all."""

    subjects: Sequence[ChangeSubject] | None = None
    since: datetime | None = None
    until: datetime | None = None
    kinds: Sequence[ChangeKind] | None = None
    actions: Sequence[str] | None = None
    actors: Sequence[str] | None = None  # ids of people and tokens, or labels


async def page(session: AsyncSession, filters: ChangeFilter, part: Numbers) -> list[Change]:
    """Return a page of changes of phases, flags and tokens, newest first."""
    shown = list(ChangeSubject) if filters.subjects is None else filters.subjects
    subjects = [SUBJECTS[item] for item in shown]
    where = changes.conditions(subjects, filters.actions, filters.since, filters.until)
    query = select(Change).where(*where)
    if filters.kinds is not None:
        query = changes.of_kinds(query, filters.kinds)
    if filters.actors is not None:
        query = changes.by_actors(query, filters.actors)
    return await changes.latest(session, query, part)
