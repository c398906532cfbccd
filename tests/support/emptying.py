"""Remove every row of a database in one round trip."""

from sqlalchemy import text

from db.models import Base
from db.session import Database

_APPEND_ONLY = ("launch_events", "changes")
_KEPT = {"flag_set_version", "launch_event_counter"}


async def empty(database: Database) -> None:
    """Remove every row. The triggers that forbid this are off for this one transaction.

    Sequences of events go on: the tails of running apps must not see the log go backwards.
    """
    async with database.engine.begin() as connection:
        await connection.execute(text(EMPTY))


def _statement() -> str:
    """Tables that hold nothing, which are most, cost next to nothing."""
    children_first = [table.name for table in reversed(Base.metadata.sorted_tables)]
    steps = []
    for name in (*children_first, "pgqueuer"):
        if name in _KEPT:
            continue
        delete = f"DELETE FROM {name};"
        if name in _APPEND_ONLY:
            toggle = f"ALTER TABLE {name} {{}} TRIGGER append_only;"
            delete = toggle.format("DISABLE") + delete + toggle.format("ENABLE")
        steps.append(f"IF EXISTS (SELECT FROM {name}) THEN {delete} END IF;")
    return f"DO $$ BEGIN {' '.join(steps)} END $$"


EMPTY = _statement()
