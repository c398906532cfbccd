"""the directory: invitations by status and by e-mail

Revision: 0030, after 0019
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0030'
down_revision: str | Sequence[str] | None = '0019'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(op.f('ix_invitations_status_created_at_id'), 'invitations', ['status', 'created_at', 'id'])
    op.create_index('ix_invitations_email', 'invitations', [sa.text('lower(email)')])


def downgrade() -> None:
    op.drop_index('ix_invitations_email', table_name='invitations')
    op.drop_index(op.f('ix_invitations_status_created_at_id'), table_name='invitations')
