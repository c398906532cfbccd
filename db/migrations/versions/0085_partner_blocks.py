"""partners who have blocked each other (M4)

Revision: 0085, after 0084
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0085'
down_revision: str | Sequence[str] | None = '0084'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        'partner_blocks',
        sa.Column('partnership_id', sa.Uuid(), nullable=False),
        sa.Column('side', sa.String(length=32), nullable=False),
        sa.Column(
            'created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False
        ),
        sa.CheckConstraint("side IN ('supplier', 'couple')", name=op.f('ck_partner_blocks_partner_side')),
        sa.ForeignKeyConstraint(
            ['partnership_id'],
            ['supplier_couple_connections.id'],
            name=op.f('fk_partner_blocks_partnership_id'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('partnership_id', 'side', name=op.f('pk_partner_blocks')),
    )


def downgrade() -> None:
    op.drop_table('partner_blocks')
