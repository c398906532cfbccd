"""an event happens once its rows are locked, and a propagation counts from the request (L6, S97)

Revision: 0081, after 0080

The version before goes on: it leaves the new column empty, and its events happen with the request.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0081'
down_revision: str | Sequence[str] | None = '0080'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_GUARDED_BEFORE = (
    'id, xid, at, recorded_at, kind, actor_kind, actor_id, subject_kind, subject_id, phase_id, payload'
)
_GUARDED = f'{_GUARDED_BEFORE}, requested_at'

# As in 0077, but for `begun`: the moment from which a version of the flag set counts.
_NUMBER = """
CREATE OR REPLACE FUNCTION launch_number_events() RETURNS SETOF launch_events LANGUAGE plpgsql AS $$
DECLARE
  head launch_event_counter;
  horizon bigint;
  numbered bigint;
BEGIN
  SELECT * INTO head FROM launch_event_counter;
  IF head.scanned > pg_snapshot_xmax(pg_current_snapshot())::text::bigint THEN  -- restored into another cluster
    UPDATE launch_event_counter SET scanned = 0;
    head.scanned := 0;
  END IF;
  IF NOT EXISTS (SELECT FROM launch_events WHERE xid >= head.scanned AND seq IS NULL)
     AND NOT EXISTS (SELECT FROM flag_set_edits WHERE xid >= head.scanned) THEN
    RETURN;
  END IF;
  SELECT * INTO head FROM launch_event_counter FOR UPDATE;
  horizon := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
  RETURN QUERY  -- one statement, so that events and edits of a transaction are seen together
    WITH gone AS (
      DELETE FROM flag_set_edits WHERE xid >= head.scanned RETURNING xid, id
    ), edits AS (
      SELECT xid, row_number() OVER (ORDER BY min(id)) AS place FROM gone GROUP BY xid
    ), moved AS (
      UPDATE flag_set_version SET version = version + (SELECT count(*) FROM edits)
      WHERE EXISTS (SELECT FROM edits) RETURNING version
    ), base AS (
      SELECT coalesce((SELECT version FROM moved) - (SELECT count(*) FROM edits),
                      (SELECT version FROM flag_set_version)) AS version
    ), waiting AS (
      SELECT e.id, row_number() OVER (ORDER BY e.id) AS place,
             CASE WHEN e.kind = 'flag.changed' THEN base.version + coalesce(edits.place, 0) END
               AS set_version
      FROM launch_events AS e CROSS JOIN base LEFT JOIN edits ON edits.xid = e.xid
      WHERE e.xid >= head.scanned AND e.seq IS NULL
    ), numbered AS (
      UPDATE launch_events AS e
      SET seq = head.seq + waiting.place, set_version = waiting.set_version
      FROM waiting WHERE e.id = waiting.id
      RETURNING e.*
    ), begun AS (
      INSERT INTO flag_propagations (version, started_at, action, run_id)
      SELECT DISTINCT ON (n.set_version) n.set_version, {begun}, n.payload ->> 'action',
             (n.payload ->> 'run_id')::uuid
      FROM numbered AS n WHERE n.set_version IS NOT NULL ORDER BY n.set_version, n.id
      ON CONFLICT DO NOTHING
    )
    SELECT n.* FROM numbered AS n ORDER BY n.seq;
  GET DIAGNOSTICS numbered = ROW_COUNT;
  UPDATE launch_event_counter SET seq = head.seq + numbered, scanned = horizon;
END $$
"""


def upgrade() -> None:
    op.add_column(
        'launch_events', sa.Column('requested_at', sa.DateTime(timezone=True), nullable=True)
    )
    op.execute(_NUMBER.format(begun='coalesce(n.requested_at, n.at)'))
    _guard(_GUARDED)


def downgrade() -> None:
    op.execute("SELECT count(*) FROM launch_number_events()")
    op.execute(_NUMBER.format(begun='n.at'))
    _guard(_GUARDED_BEFORE)
    op.drop_column('launch_events', 'requested_at')


def _guard(columns: str) -> None:
    op.execute("DROP TRIGGER append_only ON launch_events")
    op.execute(f"""
        CREATE TRIGGER append_only BEFORE UPDATE OF {columns} OR DELETE OR TRUNCATE
        ON launch_events FOR EACH STATEMENT EXECUTE FUNCTION launch_append_only()
    """)
