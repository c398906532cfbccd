"""metrics: minutes into which something came late are known, and folded again at once

What came late before is due within the hour no longer, so the last two hours are marked.

Revision: 0033, after 0032
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0033'
down_revision: str | Sequence[str] | None = '0032'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table('metric_late_minutes',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('minute_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_metric_late_minutes'))
    )
    op.create_index(op.f('ix_metric_late_minutes_minute_at'), 'metric_late_minutes', ['minute_at'], unique=False)
    op.execute("""
        INSERT INTO metric_late_minutes (minute_at)
        SELECT date_trunc('minute', now()) - make_interval(mins => n) FROM generate_series(1, 120) AS n
    """)


def downgrade() -> None:
    op.drop_index(op.f('ix_metric_late_minutes_minute_at'), table_name='metric_late_minutes')
    op.drop_table('metric_late_minutes')
