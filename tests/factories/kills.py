"""Kill switches."""

from datetime import UTC, datetime
from uuid import uuid4

from domain.actors import system_actor
from domain.flags.kills import KillRecord

AT = datetime(2026, 11, 30, 12, tzinfo=UTC)


def kill_record(key: str, number: int = 1, *, killed: bool = True) -> KillRecord:
    """A kill, or a lift."""
    by = system_actor("a test").ref
    return KillRecord(uuid4(), key, killed, number, AT, by, "It fails.")
