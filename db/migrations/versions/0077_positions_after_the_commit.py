"""events get their position, and the flag set its version, after the commit (PERF2)

Revision: 0077, after 0076

The version before goes on: it takes positions from the counter itself and writes `event_seq`. Until
it has ended its changes of flags have no propagation of their own.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0077'
down_revision: str | Sequence[str] | None = '0076'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_GUARDED = (
    'id, xid, at, recorded_at, kind, actor_kind, actor_id, subject_kind, subject_id, phase_id, payload'
)
_GUARDED_BEFORE = (
    'seq, at, kind, actor_kind, actor_id, subject_kind, subject_id, phase_id, payload, id, recorded_at'
)

_XID = "(pg_current_xact_id()::text::bigint)"

# Positions are given in one transaction of their own, to all that has become visible: readers see
# numbered events only. `scanned`: transactions below it had ended at the last time, and all of
# theirs is numbered, so that neither index is ever walked from its beginning.
_NUMBER = """
CREATE FUNCTION launch_number_events() RETURNS SETOF launch_events LANGUAGE plpgsql AS $$
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
      SELECT DISTINCT ON (n.set_version) n.set_version, n.at, n.payload ->> 'action',
             (n.payload ->> 'run_id')::uuid
      FROM numbered AS n WHERE n.set_version IS NOT NULL ORDER BY n.set_version, n.id
      ON CONFLICT DO NOTHING
    )
    SELECT n.* FROM numbered AS n ORDER BY n.seq;
  GET DIAGNOSTICS numbered = ROW_COUNT;
  UPDATE launch_event_counter SET seq = head.seq + numbered, scanned = horizon;
END $$
"""

# As it would be if all that is visible were numbered: a reader has it together with the rows.
_VERSION = """
CREATE FUNCTION launch_flag_set_version() RETURNS integer LANGUAGE sql STABLE AS $$
  SELECT (SELECT version FROM flag_set_version)
    + (SELECT count(DISTINCT xid) FROM flag_set_edits
       WHERE xid >= (SELECT scanned FROM launch_event_counter))::integer
$$
"""


def upgrade() -> None:
    op.execute("LOCK TABLE launch_events, changes, feature_flags IN ACCESS EXCLUSIVE MODE")
    op.execute("DROP TRIGGER append_only ON launch_events")
    op.execute("""
        ALTER TABLE changes
          DROP CONSTRAINT fk_changes_event_seq,
          DROP CONSTRAINT fk_changes_event_id,
          ALTER event_seq DROP NOT NULL
    """)
    op.drop_index('ix_changes_event_seq', 'changes')
    op.execute("""
        ALTER TABLE launch_events
          DROP CONSTRAINT pk_launch_events,
          DROP CONSTRAINT uq_launch_events_id,
          ALTER seq DROP NOT NULL,
          ADD CONSTRAINT uq_launch_events_seq UNIQUE (seq),
          ADD CONSTRAINT pk_launch_events PRIMARY KEY (id),
          ADD xid bigint NOT NULL DEFAULT 0,
          ADD set_version integer
    """)
    op.execute(f"ALTER TABLE launch_events ALTER xid SET DEFAULT {_XID}")
    op.execute("""
        ALTER TABLE changes ADD CONSTRAINT fk_changes_event_id
          FOREIGN KEY (event_id) REFERENCES launch_events (id)
    """)
    op.create_index(
        'ix_launch_events_waiting', 'launch_events', ['xid'],
        postgresql_where=sa.text('seq IS NULL'),
    )
    op.execute(f"""
        CREATE TRIGGER append_only BEFORE UPDATE OF {_GUARDED} OR DELETE OR TRUNCATE
        ON launch_events FOR EACH STATEMENT EXECUTE FUNCTION launch_append_only()
    """)
    op.execute("""
        CREATE TRIGGER numbered_once BEFORE UPDATE OF seq, set_version ON launch_events
        FOR EACH ROW WHEN (OLD.seq IS NOT NULL) EXECUTE FUNCTION launch_append_only()
    """)
    op.execute("ALTER TABLE launch_event_counter ADD scanned bigint NOT NULL DEFAULT 0")
    op.execute(f"""
        CREATE TABLE flag_set_edits (
          id bigint GENERATED ALWAYS AS IDENTITY,
          xid bigint NOT NULL DEFAULT {_XID},
          CONSTRAINT pk_flag_set_edits PRIMARY KEY (xid, id)
        )
    """)
    op.execute("""
        CREATE OR REPLACE FUNCTION launch_bump_flag_set() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO flag_set_edits DEFAULT VALUES; RETURN NULL; END $$
    """)
    op.execute(_NUMBER)
    op.execute(_VERSION)
    op.execute("ALTER TABLE feature_flags ADD xid bigint NOT NULL DEFAULT 0")
    op.execute(f"ALTER TABLE feature_flags ALTER xid SET DEFAULT {_XID}")
    op.execute(f"""
        CREATE FUNCTION launch_written_by() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN NEW.xid := {_XID}; RETURN NEW; END $$
    """)
    # After `touch`, by its name, which compares whole rows.
    op.execute("""
        CREATE TRIGGER written_by BEFORE INSERT OR UPDATE ON feature_flags
        FOR EACH ROW EXECUTE FUNCTION launch_written_by()
    """)


def downgrade() -> None:
    op.execute("SELECT count(*) FROM launch_number_events()")
    op.execute("DROP TRIGGER written_by ON feature_flags")
    op.execute("DROP FUNCTION launch_written_by()")
    op.execute("ALTER TABLE feature_flags DROP xid")
    op.execute("DROP FUNCTION launch_flag_set_version()")
    op.execute("DROP FUNCTION launch_number_events()")
    op.execute("""
        CREATE OR REPLACE FUNCTION launch_bump_flag_set() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN UPDATE flag_set_version SET version = version + 1; RETURN NULL; END $$
    """)
    op.execute("DROP TABLE flag_set_edits")
    op.execute("ALTER TABLE launch_event_counter DROP scanned")
    op.execute("DROP TRIGGER numbered_once ON launch_events")
    op.execute("DROP TRIGGER append_only ON launch_events")
    op.execute("ALTER TABLE changes DISABLE TRIGGER append_only")
    op.execute("""
        UPDATE changes SET event_seq = e.seq FROM launch_events AS e
        WHERE e.id = changes.event_id AND changes.event_seq IS NULL
    """)
    op.execute("ALTER TABLE changes ENABLE TRIGGER append_only")
    op.execute("""
        UPDATE launch_events SET payload = payload || jsonb_build_object('set_version', set_version)
        WHERE set_version IS NOT NULL
    """)
    op.execute("""
        ALTER TABLE changes ALTER event_seq SET NOT NULL,
          DROP CONSTRAINT fk_changes_event_id
    """)
    op.drop_index('ix_launch_events_waiting', 'launch_events')
    op.execute("""
        ALTER TABLE launch_events
          DROP xid, DROP set_version,
          DROP CONSTRAINT pk_launch_events,
          DROP CONSTRAINT uq_launch_events_seq,
          ALTER seq SET NOT NULL,
          ADD CONSTRAINT uq_launch_events_id UNIQUE (id),
          ADD CONSTRAINT pk_launch_events PRIMARY KEY (seq)
    """)
    op.execute("""
        ALTER TABLE changes
          ADD CONSTRAINT fk_changes_event_id FOREIGN KEY (event_id) REFERENCES launch_events (id),
          ADD CONSTRAINT fk_changes_event_seq FOREIGN KEY (event_seq) REFERENCES launch_events (seq)
    """)
    op.create_index('ix_changes_event_seq', 'changes', ['event_seq'])
    op.execute(f"""
        CREATE TRIGGER append_only BEFORE UPDATE OF {_GUARDED_BEFORE} OR DELETE OR TRUNCATE
        ON launch_events FOR EACH STATEMENT EXECUTE FUNCTION launch_append_only()
    """)
