"""Delete all rows of a database in one round trip."""

from sqlalchemy import text

from db.models import Base
from db.session import Database

_APPEND_ONLY_TABLES = ("launch_events", "changes")
_KEPT_TABLES = {"flag_set_version", "launch_event_counter"}


async def delete_all_rows(database: Database) -> None:
    """Delete all rows, with the triggers that forbid it disabled for this transaction.

    Event sequences continue: the tails of running apps must not see the log go backwards.
    """
    async with database.engine.begin() as connection:
        await connection.execute(text(DELETE_ALL_SQL))


def _build_statement() -> str:
    """Build the statement, in which empty tables, most of them, cost almost nothing."""
    children_first = [table.name for table in reversed(Base.metadata.sorted_tables)]
    steps = []
    for name in (*children_first, "pgqueuer"):
        if name in _KEPT_TABLES:
            continue
        delete = f"DELETE FROM {name};"
        if name in _APPEND_ONLY_TABLES:
            toggle = f"ALTER TABLE {name} {{}} TRIGGER append_only;"
            delete = toggle.format("DISABLE") + delete + toggle.format("ENABLE")
        steps.append(f"IF EXISTS (SELECT FROM {name}) THEN {delete} END IF;")
    return f"DO $$ BEGIN {' '.join(steps)} END $$"


DELETE_ALL_SQL = _build_statement()
