"""when each source of heartbeats was last heard of, and each flag last evaluated

Revision: 0018, after 0030
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0018'
down_revision: str | Sequence[str] | None = '0030'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table('launch_heartbeats',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('beat_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_launch_heartbeats'))
    )
    op.create_table('flag_usage',
    sa.Column('flag_key', sa.String(), nullable=False),
    sa.Column('evaluated_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('flag_key', name=op.f('pk_flag_usage'))
    )


def downgrade() -> None:
    op.drop_table('flag_usage')
    op.drop_table('launch_heartbeats')
