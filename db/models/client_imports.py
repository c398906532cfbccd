"""Imports of clients from files (M10)."""

from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Moment, UuidKey, reference


class ClientImport(Base):
    """An import: the number of rows and their results. The file itself is not stored."""

    __tablename__ = "client_imports"
    __table_args__ = (Index(None, "supplier_id", "created_at", "id"), Index(None, "created_by"))

    id: Mapped[UuidKey]
    supplier_id: Mapped[UUID] = mapped_column(reference("suppliers"))
    created_by: Mapped[UUID | None] = mapped_column(reference("users", ondelete="SET NULL"))
    created_at: Mapped[Moment]
    file_name: Mapped[str | None]
    rows: Mapped[int]
    added: Mapped[int]
    already_there: Mapped[int]
    with_errors: Mapped[int]
