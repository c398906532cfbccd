"""archives of the event log, and what stays of it (ADR 43)

Revision: 0093, after 0092
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0093'
down_revision: str | Sequence[str] | None = '0092'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_GUARDED = {
    'launch_events': 'id, xid, at, recorded_at, kind, actor_kind, actor_id, subject_kind, subject_id, phase_id, '
    'payload, requested_at',
    'changes': 'id, at, event_id, event_seq, actor_kind, actor_id, subject_kind, subject_id, action, before, after, '
    'reason, run_id, reverts_id',
}
_EDGE = '(SELECT coalesce(max(last_seq), 0) FROM event_archives)'
# Which of the deleted rows an archive does not have.
_NOT_ARCHIVED = {
    'launch_events': f'SELECT FROM deleted WHERE seq IS NULL OR seq > {_EDGE}',
    'changes': 'SELECT FROM deleted JOIN launch_events e ON e.id = deleted.event_id '
    f'WHERE e.seq IS NULL OR e.seq > {_EDGE}',
}
# A cursor before the edge has lost what followed it; the error becomes EVENTS_ARCHIVED.
_IS_KEPT = """
CREATE FUNCTION launch_is_kept(cursor_value bigint, edge bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF cursor_value < edge THEN
    RAISE EXCEPTION 'the events after this cursor were archived' USING ERRCODE = 'LA001',
      DETAIL = (SELECT to_char(max(archived_before) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || '+00:00'
        FROM event_archives);
  END IF;
  RETURN true;
END $$
"""


def upgrade() -> None:
    op.create_table('event_archives',
    sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('archived_before', sa.DateTime(timezone=True), nullable=False),
    sa.Column('first_seq', sa.BigInteger(), nullable=False),
    sa.Column('last_seq', sa.BigInteger(), nullable=False),
    sa.Column('last_id', sa.BigInteger(), nullable=False),
    sa.Column('events', sa.BigInteger(), nullable=False),
    sa.Column('changes', sa.BigInteger(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('file_name', sa.String(), nullable=False),
    sa.Column('actor_label', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('first_seq <= last_seq', name=op.f('ck_event_archives_range')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event_archives')),
    sa.UniqueConstraint('last_seq', name=op.f('uq_event_archives_last_seq'))
    )
    op.create_table('event_checkpoints',
    sa.Column('event_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['launch_events.id'], name=op.f('fk_event_checkpoints_event_id')),
    sa.PrimaryKeyConstraint('event_id', name=op.f('pk_event_checkpoints'))
    )
    op.execute(_IS_KEPT)
    for table, columns in _GUARDED.items():
        op.execute(f'DROP TRIGGER append_only ON {table}')
        op.execute(f"""
            CREATE TRIGGER append_only BEFORE UPDATE OF {columns} OR TRUNCATE
            ON {table} FOR EACH STATEMENT EXECUTE FUNCTION launch_append_only()
        """)
        op.execute(f"""
            CREATE TRIGGER append_only_rows BEFORE DELETE ON {table} FOR EACH STATEMENT
            WHEN (current_setting('launch.archive', true) IS DISTINCT FROM 'on')
            EXECUTE FUNCTION launch_append_only()
        """)
        op.execute(f"""
            CREATE FUNCTION launch_only_archived_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              IF EXISTS ({_NOT_ARCHIVED[table]}) THEN
                RAISE EXCEPTION 'rows of % that no archive has cannot be deleted', TG_TABLE_NAME;
              END IF;
              RETURN NULL;
            END $$
        """)
        op.execute(f"""
            CREATE TRIGGER only_archived_rows AFTER DELETE ON {table} REFERENCING OLD TABLE AS deleted
            FOR EACH STATEMENT EXECUTE FUNCTION launch_only_archived_{table}()
        """)


def downgrade() -> None:
    for table, columns in _GUARDED.items():
        op.execute(f'DROP TRIGGER only_archived_rows ON {table}')
        op.execute(f'DROP FUNCTION launch_only_archived_{table}()')
        op.execute(f'DROP TRIGGER append_only_rows ON {table}')
        op.execute(f'DROP TRIGGER append_only ON {table}')
        op.execute(f"""
            CREATE TRIGGER append_only BEFORE UPDATE OF {columns} OR DELETE OR TRUNCATE
            ON {table} FOR EACH STATEMENT EXECUTE FUNCTION launch_append_only()
        """)
    op.execute('DROP FUNCTION launch_is_kept(bigint, bigint)')
    op.drop_table('event_checkpoints')
    op.drop_table('event_archives')
