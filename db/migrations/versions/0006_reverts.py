"""changes: which one was undone by which, and what happened just before a moment

Revision: 0006, after 0005
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0006'
down_revision: str | Sequence[str] | None = '0005'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column('changes', sa.Column('reverts_id', sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f('fk_changes_reverts_id'), 'changes', 'changes', ['reverts_id'], ['id'], ondelete='CASCADE')
    op.create_index(op.f('ix_changes_reverts_id'), 'changes', ['reverts_id'], unique=False)
    op.create_index(op.f('ix_changes_at'), 'changes', ['at'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_changes_at'), table_name='changes')
    op.drop_index(op.f('ix_changes_reverts_id'), table_name='changes')
    op.drop_constraint(op.f('fk_changes_reverts_id'), 'changes', type_='foreignkey')
    op.drop_column('changes', 'reverts_id')
