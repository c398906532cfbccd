"""accounts: e-mails are confirmed, and people can be forgotten

Revision: 0020, after 0012
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0020'
down_revision: str | Sequence[str] | None = '0012'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_COLUMNS = {
    'launch_events': 'seq, at, kind, actor_kind, actor_id, subject_kind, subject_id, phase_id, payload',
    'changes': 'id, at, event_seq, actor_kind, actor_id, subject_kind, subject_id, action, '
    'before, after, reason, run_id, reverts_id',
}


def _allow_to_forget(table: str, columns: str) -> None:
    """The name of an actor may be replaced by whoever says that they mean it; nothing else may."""
    op.execute(f"DROP TRIGGER append_only ON {table}")
    op.execute(f"""
        CREATE TRIGGER append_only BEFORE UPDATE OF {columns} OR DELETE OR TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION launch_append_only()
    """)
    op.execute(f"""
        CREATE TRIGGER append_only_names BEFORE UPDATE OF actor_label ON {table}
        FOR EACH STATEMENT
        WHEN (current_setting('launch.forget', true) IS DISTINCT FROM 'on')
        EXECUTE FUNCTION launch_append_only()
    """)


def upgrade() -> None:
    op.create_table('email_confirmations',
    sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_email_confirmations_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_email_confirmations')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_email_confirmations_token_hash'))
    )
    op.create_index(op.f('ix_email_confirmations_user_id'), 'email_confirmations', ['user_id'])
    op.create_index(op.f('ix_email_confirmations_expires_at'), 'email_confirmations', ['expires_at'])
    for table, columns in _COLUMNS.items():
        op.create_index(f'ix_{table}_person', table, ['actor_id'], postgresql_where=sa.text("actor_kind = 'user'"))
        _allow_to_forget(table, columns)


def downgrade() -> None:
    for table in _COLUMNS:
        op.execute(f"DROP TRIGGER append_only_names ON {table}")
        op.execute(f"DROP TRIGGER append_only ON {table}")
        op.execute(f"""
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION launch_append_only()
        """)
        op.drop_index(f'ix_{table}_person', table_name=table)
    op.drop_table('email_confirmations')
