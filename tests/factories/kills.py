"""Kill switch records."""

from datetime import UTC, datetime
from uuid import uuid4

from domain.actors import system_actor
from domain.flags.kills import KillRecord

AT = datetime(2026, 11, 30, 12, tzinfo=UTC)


def kill_record(key: str, number: int = 1, *, killed: bool = True) -> KillRecord:
    """Build the record of a kill or lift."""
    by = system_actor("a test").ref
    return KillRecord(uuid4(), key, killed, number, AT, by, "It fails.")
