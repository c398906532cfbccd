"""Suppliers and their clients (S7, S9)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Timestamps, UuidKey, enum_column, reference
from domain.actors import VendorType
from domain.marketplace.clients import ClientStatus


class Supplier(Timestamps, Base):
    """A business on WedSync. `first_value_at`: when its first invitation was sent."""

    __tablename__ = "suppliers"
    __table_args__ = (
        Index("uq_suppliers_email", text("lower(email)"), unique=True),
        Index(None, "created_at", "id"),
        Index(
            "ix_suppliers_words", text("launch_words(business_name, email)"), postgresql_using="gin"
        ),
    )

    id: Mapped[UuidKey]
    user_id: Mapped[UUID] = mapped_column(reference("users"), unique=True)
    email: Mapped[str]
    business_name: Mapped[str | None]
    vendor_type: Mapped[VendorType | None] = mapped_column(enum_column(VendorType))
    phone: Mapped[str | None]
    onboarding_completed: Mapped[bool] = mapped_column(server_default=text("false"))
    setup_progress: Mapped[dict[str, object]] = mapped_column(
        JSONB,
        server_default=text("""'{"steps_completed": [], "current_step": "business_info"}'"""),
    )
    first_value_achieved: Mapped[bool] = mapped_column(server_default=text("false"))
    first_value_at: Mapped[datetime | None]
    first_connection_at: Mapped[datetime | None]


class Client(Timestamps, Base):
    """A couple as recorded by one supplier, before and after it joins WedMe."""

    __tablename__ = "clients"
    __table_args__ = (
        Index(
            "uq_clients_supplier_id_email",
            "supplier_id",
            text("lower(email)"),
            unique=True,
            postgresql_where=text("email IS NOT NULL"),
        ),
        Index(None, "supplier_id", "created_at", "id"),
        Index(None, "couple_id"),
        Index(None, "import_id"),
    )

    id: Mapped[UuidKey]
    supplier_id: Mapped[UUID] = mapped_column(reference("suppliers"))
    couple_id: Mapped[UUID | None] = mapped_column(reference("couples", ondelete="SET NULL"))
    import_id: Mapped[UUID | None] = mapped_column(reference("client_imports", ondelete="SET NULL"))
    couple_names: Mapped[str]
    email: Mapped[str | None]
    wedding_date: Mapped[date | None]
    status: Mapped[ClientStatus] = mapped_column(enum_column(ClientStatus), server_default="added")
    notes: Mapped[str | None]
