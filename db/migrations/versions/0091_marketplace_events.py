"""indexes of the events of one supplier or couple (M14)

Revision: 0091, after 0090
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0091'
down_revision: str | Sequence[str] | None = '0090'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    for party in ('supplier', 'couple'):
        key = f"(payload ->> '{party}_id')"
        op.create_index(f'ix_launch_events_{party}', 'launch_events', [sa.text(key), 'seq'], postgresql_where=sa.text(f'{key} IS NOT NULL'), if_not_exists=True)


def downgrade() -> None:
    for party in ('couple', 'supplier'):
        op.drop_index(f'ix_launch_events_{party}', 'launch_events')
