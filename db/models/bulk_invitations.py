"""Bulk invitations and the items in them (M10)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Moment, UuidKey, enum_column, reference
from domain.marketplace.bulk_invitations import BulkItemStatus

_ACTIVE = "stopped_at IS NULL AND finished_at IS NULL"


class BulkInvitation(Base):
    """A bulk invitation; each supplier has at most one active. `next_at`: when a job continues it.

    `held_by`: why nothing is sent at present, such as an unconfirmed e-mail address. `block`: the
    IP address block of the request, for the limits of invitations.
    """

    __tablename__ = "bulk_invitations"
    __table_args__ = (
        Index(
            "uq_bulk_invitations_supplier_id_active",
            "supplier_id",
            unique=True,
            postgresql_where=text(_ACTIVE),
        ),
        Index(None, "supplier_id", "created_at", "id"),
        Index(None, "created_by"),
        Index("ix_bulk_invitations_due", "next_at", postgresql_where=text(_ACTIVE)),
    )

    id: Mapped[UuidKey]
    supplier_id: Mapped[UUID] = mapped_column(reference("suppliers"))
    created_by: Mapped[UUID | None] = mapped_column(reference("users", ondelete="SET NULL"))
    created_at: Mapped[Moment]
    block: Mapped[str | None]
    expires_in_days: Mapped[int | None]
    next_at: Mapped[datetime]
    held_by: Mapped[str | None]
    stopped_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class BulkInvitationItem(Base):
    """One client of a bulk invitation; `reason` says why it is not sent, or not yet."""

    __tablename__ = "bulk_invitation_items"
    __table_args__ = (
        Index(None, "bulk_id", "status", "position"),
        Index(None, "client_id"),
        Index(None, "invitation_id"),
    )

    bulk_id: Mapped[UUID] = mapped_column(reference("bulk_invitations"), primary_key=True)
    client_id: Mapped[UUID] = mapped_column(reference("clients"), primary_key=True)
    position: Mapped[int]
    status: Mapped[BulkItemStatus] = mapped_column(
        enum_column(BulkItemStatus), server_default="waiting"
    )
    reason: Mapped[str | None]
    not_before: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    invitation_id: Mapped[UUID | None] = mapped_column(
        reference("invitations", ondelete="SET NULL")
    )
