"""Reading the audit of a launch (SPEC A4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.events import Change
from db.queries import changes
from domain.changes import SUBJECTS, ChangeSubject


@dataclass(frozen=True, slots=True)
class ChangeFilter:
    """Which changes a list shows; None is all."""

    subjects: Sequence[ChangeSubject] | None = None
    since: datetime | None = None
    until: datetime | None = None


async def page(
    session: AsyncSession, wanted: ChangeFilter, limit: int, after: int | None
) -> list[Change]:
    """Changes of phases, flags and tokens, newest first; nothing that suppliers or couples did."""
    shown = list(ChangeSubject) if wanted.subjects is None else wanted.subjects
    kinds = [SUBJECTS[item] for item in shown]
    return await changes.latest(
        session, kinds, limit, after=after, since=wanted.since, until=wanted.until
    )
