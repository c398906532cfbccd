"""the outbox: what letters are about, every attempt, given up, taken back

Revision: 0010, after 0007
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0010'
down_revision: str | Sequence[str] | None = '0007'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_KINDS = (
    'password_reset', 'password_changed', 'already_signed_up', 'invitation', 'confirm_email',
    'email_changed', 'staff_invitation', 'partner_left', 'other',
)


def upgrade() -> None:
    kind = sa.Enum(*_KINDS, name='mail_kind', native_enum=False, create_constraint=True, length=32)
    op.add_column('mails', sa.Column('kind', kind, server_default='other', nullable=False))
    op.add_column('mails', sa.Column('failed_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('mails', sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('mails', sa.Column('invitation_id', sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f('fk_mails_invitation_id'), 'mails', 'invitations', ['invitation_id'], ['id'], ondelete='CASCADE')
    op.create_index(op.f('ix_mails_invitation_id'), 'mails', ['invitation_id'])
    op.create_index('ix_mails_recipient', 'mails', [sa.text('lower(recipient)')])
    op.drop_index(op.f('ix_mails_created_at'), table_name='mails')
    op.create_index(op.f('ix_mails_created_at_id'), 'mails', ['created_at', 'id'])
    op.create_table('mail_attempts',
    sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('mail_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('took_ms', sa.Integer(), nullable=False),
    sa.Column('error', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['mail_id'], ['mails.id'], name=op.f('fk_mail_attempts_mail_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mail_attempts'))
    )
    op.create_index(op.f('ix_mail_attempts_mail_id_at'), 'mail_attempts', ['mail_id', 'at'])


def downgrade() -> None:
    op.drop_table('mail_attempts')
    op.drop_index(op.f('ix_mails_created_at_id'), table_name='mails')
    op.create_index(op.f('ix_mails_created_at'), 'mails', ['created_at'])
    op.drop_index('ix_mails_recipient', table_name='mails')
    op.drop_column('mails', 'invitation_id')
    op.drop_column('mails', 'cancelled_at')
    op.drop_column('mails', 'failed_at')
    op.drop_column('mails', 'kind')
