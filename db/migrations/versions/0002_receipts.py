"""receipts of flag versions, and what a rehearsal measured

Revision: 0002, after 0001
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0002'
down_revision: str | Sequence[str] | None = '0001'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table('flag_propagations',
    sa.Column('version', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('action', sa.String(), nullable=False),
    sa.Column('run_id', sa.Uuid(), nullable=True),
    sa.Column('processes', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('total', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('acked', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('confirmed', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('p95_ms', sa.Integer(), nullable=True),
    sa.Column('complete_ms', sa.Integer(), nullable=True),
    sa.Column('slowest', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['run_id'], ['phase_runs.id'], name=op.f('fk_flag_propagations_run_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('version', name=op.f('pk_flag_propagations'))
    )
    op.create_index(op.f('ix_flag_propagations_run_id'), 'flag_propagations', ['run_id'], unique=False)
    op.create_index('ix_flag_propagations_unfinished', 'flag_propagations', ['started_at'], unique=False, postgresql_where=sa.text('finished_at IS NULL'))
    op.add_column('phase_runs', sa.Column('rehearsal', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True))


def downgrade() -> None:
    op.drop_column('phase_runs', 'rehearsal')
    op.drop_table('flag_propagations')
