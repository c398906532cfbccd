"""what invitations were sent to whom, and who wants none (SEC5)

Revision: 0080, after 0079
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0080'
down_revision: str | Sequence[str] | None = '0079'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLE = 'invitation_sendings'


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
        sa.Column(
            'at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False
        ),
        sa.Column('kind', sa.String(length=32), nullable=False),
        sa.Column('supplier_id', sa.Uuid(), nullable=False),
        sa.Column('client_id', sa.Uuid(), nullable=False),
        sa.Column('recipient', sa.LargeBinary(), nullable=True),
        sa.Column('domain', sa.String(), nullable=True),
        sa.Column('block', sa.String(), nullable=True),
        sa.Column(
            'by_new_account', sa.Boolean(), server_default=sa.text('false'), nullable=False
        ),
        sa.CheckConstraint(
            "kind IN ('letter', 'declined')", name=op.f('ck_invitation_sendings_sending_kind')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_invitation_sendings')),
    )
    for name in ('supplier_id', 'recipient', 'domain'):
        op.create_index(op.f(f'ix_invitation_sendings_{name}_at'), _TABLE, [name, 'at'])
    op.create_index(
        op.f('ix_invitation_sendings_block_at'),
        _TABLE,
        ['block', 'at'],
        postgresql_where=sa.text('block IS NOT NULL'),
    )
    op.create_index(op.f('ix_invitation_sendings_at'), _TABLE, ['at'])
    op.create_table(
        'mail_suppressions',
        sa.Column('recipient', sa.LargeBinary(), nullable=False),
        sa.Column(
            'created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False
        ),
        sa.PrimaryKeyConstraint('recipient', name=op.f('pk_mail_suppressions')),
    )


def downgrade() -> None:
    op.drop_table('mail_suppressions')
    op.drop_table(_TABLE)
