"""which sample of a moment was recorded last; one unit for each custom metric

Revision: 0055, after 0054
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0055'
down_revision: str | Sequence[str] | None = '0054'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# The newest unit that somebody sent; samples without one said nothing about it.
_CARRY_OVER = """
INSERT INTO custom_metrics (name, unit)
SELECT DISTINCT ON (metric_name) metric_name, metric_unit FROM launch_metrics
WHERE metric_name LIKE 'custom.%' ORDER BY metric_name, metric_unit = '', recorded_at DESC
"""


def upgrade() -> None:
    op.create_table('custom_metrics',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('unit', sa.String(), server_default=sa.text("''"), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_custom_metrics'))
    )
    op.execute(_CARRY_OVER)
    op.add_column('launch_metrics', sa.Column('seq', sa.BigInteger(), sa.Identity(always=True), nullable=False))
    op.add_column('launch_metric_rollups', sa.Column('last_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('launch_metric_rollups', sa.Column('last_seq', sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_table('custom_metrics')
    op.drop_column('launch_metric_rollups', 'last_seq')
    op.drop_column('launch_metric_rollups', 'last_at')
    op.drop_column('launch_metrics', 'seq')
