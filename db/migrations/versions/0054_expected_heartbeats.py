"""since when a heartbeat is expected

Revision: 0054, after 0053
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0054'
down_revision: str | Sequence[str] | None = '0053'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        'launch_heartbeats',
        sa.Column('expected_at', sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
    )
    op.execute('UPDATE launch_heartbeats SET expected_at = beat_at')
    op.alter_column('launch_heartbeats', 'beat_at', nullable=True)


def downgrade() -> None:
    op.execute('DELETE FROM launch_heartbeats WHERE beat_at IS NULL')
    op.alter_column('launch_heartbeats', 'beat_at', nullable=False)
    op.drop_column('launch_heartbeats', 'expected_at')
