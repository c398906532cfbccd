"""Ticks: which worker ran a periodic task in an interval (S62)."""

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Moment


class Tick(Base):
    """One interval of one periodic task, claimed by one worker."""

    __tablename__ = "ticks"
    __table_args__ = (Index(None, "claimed_at"),)

    task: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    worker: Mapped[str]
    claimed_at: Mapped[Moment]
