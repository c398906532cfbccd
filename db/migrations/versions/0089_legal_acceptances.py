"""who has accepted which version of terms and privacy (M12)

Revision: 0089, after 0088
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0089'
down_revision: str | Sequence[str] | None = '0088'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table('legal_acceptances',
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('terms', 'privacy', name='legal_document_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('accepted_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_legal_acceptances_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', 'kind', 'version', name=op.f('pk_legal_acceptances'))
    )


def downgrade() -> None:
    op.drop_table('legal_acceptances')
