"""Archives of the event log, and the rows of archived positions that stay (ADR 43)."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Moment, UuidKey


class EventArchive(Base):
    """A file with the events of a range of positions. The newest row is the edge of the log.

    `last_id`: no event after the range has an id up to it. `sha256` is that of the uncompressed
    content. `deleted_at`: when the last row of the range was deleted; NULL until then.
    """

    __tablename__ = "event_archives"
    __table_args__ = (
        CheckConstraint("first_seq <= last_seq", name="range"),
        UniqueConstraint("last_seq"),
    )

    id: Mapped[UuidKey]
    archived_before: Mapped[datetime]
    first_seq: Mapped[int] = mapped_column(BigInteger)
    last_seq: Mapped[int] = mapped_column(BigInteger)
    last_id: Mapped[int] = mapped_column(BigInteger)
    events: Mapped[int] = mapped_column(BigInteger)
    changes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    file_name: Mapped[str]
    actor_label: Mapped[str]
    created_at: Mapped[Moment]
    deleted_at: Mapped[datetime | None]


class EventCheckpoint(Base):
    """An archived event whose rows stay: past states and evaluations are read from them."""

    __tablename__ = "event_checkpoints"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("launch_events.id"), primary_key=True, autoincrement=False
    )
