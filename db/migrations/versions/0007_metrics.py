"""folds are found by their resolution and time; series of outside tools are limited

Revision: 0007, after 0006
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0007'
down_revision: str | Sequence[str] | None = '0006'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table('metric_series',
    sa.Column('metric_name', sa.String(), nullable=False),
    sa.Column('tags_hash', sa.String(), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('metric_name', 'tags_hash', name=op.f('pk_metric_series'))
    )
    op.create_index(op.f('ix_launch_metric_rollups_resolution_seconds_bucket_at'), 'launch_metric_rollups', ['resolution_seconds', 'bucket_at'], unique=False)


def downgrade() -> None:
    op.drop_table('metric_series')
    op.drop_index(op.f('ix_launch_metric_rollups_resolution_seconds_bucket_at'), table_name='launch_metric_rollups')
