"""The last heartbeat of each source (A29)."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Moment


class LaunchHeartbeat(Base):
    """One row per source."""

    __tablename__ = "launch_heartbeats"

    name: Mapped[str] = mapped_column(primary_key=True)
    beat_at: Mapped[datetime | None]  # None: never heard from
    expected_at: Mapped[Moment]  # since when, across restarts (L23)
