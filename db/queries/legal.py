"""SQL about documents that people have accepted (M12)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.accounts import LegalAcceptance
from domain.accounts.legal import AcceptedDocument


async def accepted_by(
    session: AsyncSession, ids: Sequence[UUID]
) -> Mapping[UUID, frozenset[AcceptedDocument]]:
    """What people have accepted, by the id of their user."""
    rows = await session.scalars(select(LegalAcceptance).where(LegalAcceptance.user_id.in_(ids)))
    documents: dict[UUID, set[AcceptedDocument]] = {}
    for row in rows:
        documents.setdefault(row.user_id, set()).add(AcceptedDocument(row.kind, row.version))
    return {key: frozenset(value) for key, value in documents.items()}


async def add(
    session: AsyncSession, user_id: UUID, documents: Sequence[AcceptedDocument], now: datetime
) -> Sequence[AcceptedDocument]:
    """Record accepted documents of a user; returns those that were not accepted before."""
    values = [
        {"user_id": user_id, "kind": item.kind, "version": item.version, "accepted_at": now}
        for item in documents
    ]
    row = insert(LegalAcceptance).values(values).on_conflict_do_nothing()
    added = await session.execute(row.returning(LegalAcceptance.kind, LegalAcceptance.version))
    return [AcceptedDocument(kind, version) for kind, version in added]
