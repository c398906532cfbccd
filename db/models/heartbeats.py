"""When each source of heartbeats was last heard of (A29)."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Moment


class LaunchHeartbeat(Base):
    """One row a source."""

    __tablename__ = "launch_heartbeats"

    name: Mapped[str] = mapped_column(primary_key=True)
    beat_at: Mapped[datetime | None]  # None: never yet
    expected_at: Mapped[Moment]  # since when, whatever restarts (L23)
