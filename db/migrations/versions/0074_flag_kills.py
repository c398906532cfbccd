"""kill switches as records, whose highest number decides

Revision: 0074, after 0055
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0074'
down_revision: str | Sequence[str] | None = '0055'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table('flag_kills',
    sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('flag_key', sa.String(), nullable=False),
    sa.Column('killed', sa.Boolean(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_kind', sa.Enum('user', 'token', 'system', 'anonymous', name='actor_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('actor_id', sa.Uuid(), nullable=True),
    sa.Column('actor_label', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.CheckConstraint("flag_key = '*' OR flag_key ~ '^[a-z][a-z0-9_]{1,62}$'", name=op.f('ck_flag_kills_flag_key')),
    sa.CheckConstraint('number > 0', name=op.f('ck_flag_kills_number')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_flag_kills'))
    )
    op.create_index(op.f('ix_flag_kills_flag_key_number'), 'flag_kills', ['flag_key', 'number'], unique=False)


def downgrade() -> None:
    op.drop_table('flag_kills')
