"""where success criteria and built-in limits stand

Revision: 0005, after 0004
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0005'
down_revision: str | Sequence[str] | None = '0004'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table('criterion_statuses',
    sa.Column('run_id', sa.Uuid(), nullable=False),
    sa.Column('criterion_key', sa.String(), nullable=False),
    sa.Column('state', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['run_id'], ['phase_runs.id'], name=op.f('fk_criterion_statuses_run_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('run_id', 'criterion_key', name=op.f('pk_criterion_statuses'))
    )
    op.create_table('threshold_statuses',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('state', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_threshold_statuses'))
    )


def downgrade() -> None:
    op.drop_table('threshold_statuses')
    op.drop_table('criterion_statuses')
