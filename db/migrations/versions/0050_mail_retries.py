"""e-mails are claimed while they are sent, and retried for days

Revision: 0050, after 0036
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0050'
down_revision: str | Sequence[str] | None = '0036'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_OUTCOMES = ('delivered', 'deferred', 'refused', 'unreachable', 'malformed')


def upgrade() -> None:
    for name in ('link_expires_at', 'retry_until', 'next_attempt_at', 'claimed_until'):
        op.add_column('mails', sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.execute(
        'UPDATE mails SET link_expires_at = invitations.expires_at FROM invitations'
        ' WHERE invitations.id = mails.invitation_id'
    )
    # Links of accounts: an hour, three days and seven days.
    op.execute(
        "UPDATE mails SET link_expires_at = created_at + CASE kind WHEN 'password_reset' THEN"
        " interval '1 hour' WHEN 'confirm_email' THEN interval '3 days' ELSE interval '7 days' END"
        " WHERE kind IN ('password_reset', 'confirm_email', 'staff_invitation')"
    )
    op.execute(
        "UPDATE mails SET retry_until = LEAST(GREATEST(created_at, now()) + interval '5 days',"
        ' COALESCE(link_expires_at, \'infinity\'))'
    )
    # What the older release was retrying goes on.
    op.execute(
        'UPDATE mails SET next_attempt_at = now() WHERE attempts > 0 AND sent_at IS NULL'
        ' AND failed_at IS NULL AND cancelled_at IS NULL'
    )
    op.alter_column('mails', 'retry_until', nullable=False)
    op.create_index(
        'ix_mails_due', 'mails', ['next_attempt_at'],
        postgresql_where=sa.text('next_attempt_at IS NOT NULL'),
    )
    op.add_column('mail_attempts', sa.Column(
        'outcome',
        sa.Enum(*_OUTCOMES, name='attempt_outcome', native_enum=False, length=32),
        nullable=True,
    ))
    op.execute(
        "UPDATE mail_attempts SET outcome = CASE WHEN error IS NULL THEN 'delivered'"
        " WHEN error LIKE 'SMTPResponse%' OR error LIKE 'SMTPRecipient%' OR error LIKE 'SMTPData%'"
        " THEN 'deferred' WHEN error LIKE 'ValueError%' THEN 'malformed' ELSE 'unreachable' END"
    )
    op.alter_column('mail_attempts', 'outcome', nullable=False)
    values = ', '.join(f"'{value}'" for value in _OUTCOMES)
    op.create_check_constraint('attempt_outcome', 'mail_attempts', f'outcome IN ({values})')
    op.create_index(op.f('ix_mail_attempts_at'), 'mail_attempts', ['at'])


def downgrade() -> None:
    op.drop_index(op.f('ix_mail_attempts_at'), 'mail_attempts')
    op.drop_column('mail_attempts', 'outcome')
    op.drop_index('ix_mails_due', 'mails')
    for name in ('claimed_until', 'next_attempt_at', 'retry_until', 'link_expires_at'):
        op.drop_column('mails', name)
