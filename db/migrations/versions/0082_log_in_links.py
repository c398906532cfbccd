"""log-in by a link in an e-mail, for those who have no password (M3)

Revision: 0082, after 0081
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0082'
down_revision: str | Sequence[str] | None = '0081'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_KINDS = (
    "'password_reset', 'password_changed', 'already_signed_up', 'invitation', 'confirm_email',"
    " 'email_changed', 'staff_invitation', 'partner_left', 'nudge', 'other'"
)


def upgrade() -> None:
    op.create_table(
        'log_in_links',
        sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
        sa.Column('user_id', sa.Uuid(), nullable=False),
        sa.Column('token_hash', sa.LargeBinary(), nullable=False),
        sa.Column(
            'created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False
        ),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ['user_id'], ['users.id'], name=op.f('fk_log_in_links_user_id'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_log_in_links')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_log_in_links_token_hash')),
    )
    op.create_index(op.f('ix_log_in_links_user_id'), 'log_in_links', ['user_id'])
    op.create_index(op.f('ix_log_in_links_expires_at'), 'log_in_links', ['expires_at'])
    op.drop_constraint(op.f('ck_mails_mail_kind'), 'mails', type_='check')
    op.create_check_constraint(
        op.f('ck_mails_mail_kind'), 'mails', f"kind IN ({_KINDS}, 'log_in_link')"
    )


def downgrade() -> None:
    op.execute("DELETE FROM mails WHERE kind = 'log_in_link'")
    op.drop_constraint(op.f('ck_mails_mail_kind'), 'mails', type_='check')
    op.create_check_constraint(op.f('ck_mails_mail_kind'), 'mails', f"kind IN ({_KINDS})")
    op.drop_table('log_in_links')
