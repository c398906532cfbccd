"""Kill switches: one row per kill or lift (L11)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, UuidKey, enum_column
from domain.actors import ActorKind


class FlagKill(Base):
    """Append-only. The record with the highest number decides for its key; `*` is every flag."""

    __tablename__ = "flag_kills"
    __table_args__ = (
        CheckConstraint("flag_key = '*' OR flag_key ~ '^[a-z][a-z0-9_]{1,62}$'", name="flag_key"),
        CheckConstraint("number > 0", name="number"),
        Index(None, "flag_key", "number"),
    )

    id: Mapped[UuidKey]
    flag_key: Mapped[str]
    killed: Mapped[bool]
    number: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    actor_kind: Mapped[ActorKind] = mapped_column(enum_column(ActorKind))
    actor_id: Mapped[UUID | None]
    actor_label: Mapped[str]
    reason: Mapped[str]
