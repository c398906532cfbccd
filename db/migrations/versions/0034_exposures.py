"""how often flags were served

Revision: 0034, after 0033
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0034'
down_revision: str | Sequence[str] | None = '0033'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table('flag_exposures',
    sa.Column('flag_key', sa.String(), nullable=False),
    sa.Column('served_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('resolution_seconds', sa.Integer(), nullable=False),
    sa.Column('value', sa.Boolean(), nullable=False),
    sa.Column('times', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('flag_key', 'served_at', 'resolution_seconds', 'value', name=op.f('pk_flag_exposures'))
    )
    op.create_index(op.f('ix_flag_exposures_served_at'), 'flag_exposures', ['served_at'])


def downgrade() -> None:
    op.drop_table('flag_exposures')
