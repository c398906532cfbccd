"""Couples and their partnerships with suppliers (S8, S11)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Moment, Timestamps, UuidKey, enum_column, reference
from domain.marketplace.clients import ConnectionMethod
from domain.marketplace.partner_blocks import PartnerSide


class Couple(Timestamps, Base):
    """Two people who get married, of whom one or both have an account.

    `user_id` is one of its members, kept for the release before 0088; read `CoupleMember`.
    """

    __tablename__ = "couples"
    __table_args__ = (
        Index(None, "created_at", "id"),
        Index(
            "ix_couples_words",
            text("launch_words(partner1_name, partner2_name)"),
            postgresql_using="gin",
        ),
    )

    id: Mapped[UuidKey]
    user_id: Mapped[UUID] = mapped_column(reference("users"), unique=True)
    partner1_name: Mapped[str | None]
    partner2_name: Mapped[str | None]
    wedding_date: Mapped[date | None]
    phone: Mapped[str | None]
    onboarding_completed: Mapped[bool] = mapped_column(server_default=text("false"))
    setup_progress: Mapped[dict[str, object]] = mapped_column(
        JSONB,
        server_default=text("""'{"steps_completed": [], "current_step": "basic_details"}'"""),
    )
    first_connection_made: Mapped[bool] = mapped_column(server_default=text("false"))
    first_connection_at: Mapped[datetime | None]


class CoupleMember(Base):
    """An account that sees and edits a couple. A couple has one or two, in seats 1 and 2."""

    __tablename__ = "couple_members"
    __table_args__ = (
        UniqueConstraint("couple_id", "seat"),
        CheckConstraint("seat IN (1, 2)", name="seat"),
    )

    user_id: Mapped[UUID] = mapped_column(reference("users"), primary_key=True)
    couple_id: Mapped[UUID] = mapped_column(reference("couples"))
    seat: Mapped[int] = mapped_column(SmallInteger)
    joined_at: Mapped[Moment]


class Partnership(Base):
    """A supplier and a couple who are or were connected."""

    __tablename__ = "supplier_couple_connections"
    __table_args__ = (UniqueConstraint("supplier_id", "couple_id"), Index(None, "couple_id"))

    id: Mapped[UuidKey]
    supplier_id: Mapped[UUID] = mapped_column(reference("suppliers"))
    couple_id: Mapped[UUID] = mapped_column(reference("couples"))
    connection_method: Mapped[ConnectionMethod] = mapped_column(
        enum_column(ConnectionMethod), server_default="invitation"
    )
    connected_at: Mapped[Moment]
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))


class PartnerBlock(Base):
    """A block by one side of an ended partnership; both sides may have one."""

    __tablename__ = "partner_blocks"

    partnership_id: Mapped[UUID] = mapped_column(
        reference("supplier_couple_connections"), primary_key=True
    )
    side: Mapped[PartnerSide] = mapped_column(enum_column(PartnerSide), primary_key=True)
    created_at: Mapped[Moment]
