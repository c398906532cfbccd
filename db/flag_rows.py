"""Read the flags that changed since the last read, bypassing the session (PERF2).

Reading and building all 200 flags after each change of one took longer than the change itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from db.direct import DirectConnection
from db.json_text import read_json
from db.queries.flags import COLUMNS, to_flag
from domain.flags.flags import BucketBy, Flag

_NAMES = [column.key for column in COLUMNS]
# Selected as text so that the result does not depend on the JSONB codec of the connection.
_AS_TEXT = {"target_groups": "flag.target_groups::text AS target_groups"}
SELECT_LIST = ", ".join(_AS_TEXT.get(name, f"flag.{name}") for name in _NAMES)
# Version and rows come from one snapshot. All transactions below `horizon` have ended by then.
# `newest` is below the given horizon only after an older backup was restored; then all flags are
# read.
_READ_SQL = f"""
WITH head AS MATERIALIZED (
  SELECT launch_flag_set_version() AS set_version,
         pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon,
         pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS newest,
         (SELECT count(*) FROM feature_flags) AS number
)
SELECT head.set_version, head.horizon, head.number, {SELECT_LIST}
FROM head LEFT JOIN feature_flags AS flag ON flag.xid >= $1 OR head.newest < $1
"""  # noqa: S608 - names of columns


@dataclass(frozen=True, slots=True)
class FlagRows:
    """Flags written by transactions from a horizon on; `number` is the count of all flags."""

    version: int
    horizon: int  # pass it to the next read
    number: int
    flags: Sequence[Flag]


async def read(connection: DirectConnection, since: int) -> FlagRows:
    """Read the flags that changed since a horizon; 0 reads all. Raises DependencyDown."""
    rows = await connection.fetch(_READ_SQL, since)
    version, horizon, number = rows[0][0], rows[0][1], rows[0][2]
    return FlagRows(version, horizon, number, [flag_from_record(row) for row in rows if row["id"]])


def flag_from_record(row: asyncpg.Record) -> Flag:
    """Build a flag from a row with the columns of SELECT_LIST."""
    values = dict(row)
    values["target_groups"] = read_json(values["target_groups"])
    values["bucket_by"] = BucketBy(values["bucket_by"])
    for name in ("rollout_percentage", "run_target", "run_step", "run_ceiling"):
        if values[name] is not None:
            values[name] = float(values[name])
    return to_flag([values[name] for name in _NAMES])
