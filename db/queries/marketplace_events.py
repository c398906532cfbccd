"""Marketplace events in the log (M14)."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db import log_edge
from db.event_rows import recorded
from db.models.events import LaunchEvent
from db.queries.pages import Numbers, ordered
from domain.events import RecordedEvent, Subject, UserSignedUp
from domain.overview.marketplace_events import STORED, TYPES, MarketplaceEventKind
from domain.platform.row_scope import RowScope


async def page(
    session: AsyncSession,
    kinds: Collection[MarketplaceEventKind],
    row_scope: RowScope,
    part: Numbers,
    since: datetime | None = None,
    *,
    newest_first: bool = False,
) -> list[RecordedEvent]:
    """Read a page of events of these kinds that belong to the caller, ordered by position."""
    where = [
        LaunchEvent.seq > log_edge.SEQ,
        *log_edge.cursors_are_kept(part, log_edge.SEQ),
        LaunchEvent.kind.in_(TYPES),
        or_(false(), *map(_is_of_kind, kinds)),
    ]
    if not row_scope.reaches_all:
        where.append(_belongs_to(row_scope))
    if since is not None:
        where.append(LaunchEvent.occurred_at >= since)
    query = ordered(
        select(LaunchEvent).where(*where), part, LaunchEvent.seq, descending=newest_first
    )
    return [recorded(row) for row in await session.scalars(query)]


def _is_of_kind(kind: MarketplaceEventKind) -> ColumnElement[bool]:
    stored = STORED[kind]
    return and_(
        LaunchEvent.kind == stored.type.TYPE,
        LaunchEvent.payload[stored.field].astext == stored.value,
    )


def _belongs_to(row_scope: RowScope) -> ColumnElement[bool]:
    """Each part has an index (0091); a caller without any id sees nothing."""
    own: list[ColumnElement[bool]] = [false()]
    if row_scope.user_id is not None:
        is_own_user = and_(
            LaunchEvent.subject_kind == Subject.USER, LaunchEvent.subject_id == row_scope.user_id
        )
        own.append(and_(LaunchEvent.kind == UserSignedUp.TYPE, is_own_user))
    if row_scope.supplier_id is not None:
        own.append(LaunchEvent.payload["supplier_id"].astext == str(row_scope.supplier_id))
    if row_scope.couple_id is not None:
        own.append(LaunchEvent.payload["couple_id"].astext == str(row_scope.couple_id))
    return or_(*own)
