"""reminders of invitations, and requests for a new link (M6)

Revision: 0090, after 0089
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0090'
down_revision: str | Sequence[str] | None = '0089'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_PENDING = "status IN ('sent', 'opened')"


def upgrade() -> None:
    for column in ('next_reminder_at', 'link_requested_at'):
        op.add_column('invitations', sa.Column(column, sa.DateTime(timezone=True), nullable=True))
    # Suppliers are told of the end of those that are pending; their e-mails have links that no reminder can repeat.
    op.execute(f"UPDATE invitations SET next_reminder_at = expires_at - interval '1 day' WHERE {_PENDING} AND expires_at - interval '1 day' > now()")
    op.create_index('ix_invitations_next_reminder_at_pending', 'invitations', ['next_reminder_at'], postgresql_where=sa.text(f"{_PENDING} AND next_reminder_at IS NOT NULL"))
    op.drop_constraint(op.f('ck_invitation_sendings_sending_kind'), 'invitation_sendings', type_='check')
    op.create_check_constraint(op.f('ck_invitation_sendings_sending_kind'), 'invitation_sendings', "kind IN ('letter', 'reminder', 'declined')")


def downgrade() -> None:
    op.execute("DELETE FROM invitation_sendings WHERE kind = 'reminder'")
    op.drop_constraint(op.f('ck_invitation_sendings_sending_kind'), 'invitation_sendings', type_='check')
    op.create_check_constraint(op.f('ck_invitation_sendings_sending_kind'), 'invitation_sendings', "kind IN ('letter', 'declined')")
    op.drop_index('ix_invitations_next_reminder_at_pending', 'invitations')
    for column in ('link_requested_at', 'next_reminder_at'):
        op.drop_column('invitations', column)
