"""conversations, what is read and reported, and telephone numbers (M7)

Revision: 0086, after 0085
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0086'
down_revision: str | Sequence[str] | None = '0085'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_KINDS = "'password_reset', 'password_changed', 'already_signed_up', 'invitation', 'confirm_email', 'email_changed', 'staff_invitation', 'log_in_link', 'partner_left', 'nudge'"
_NOW = sa.text('now()')
_ZERO = sa.text('0')


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    default = None if nullable else _NOW
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=nullable)


def _id() -> sa.Column[object]:
    return sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False)


def upgrade() -> None:
    for table in ('suppliers', 'couples'):
        op.add_column(table, sa.Column('phone', sa.String(), nullable=True))
    op.create_table('conversations',
    sa.Column('partnership_id', sa.Uuid(), nullable=False),
    sa.Column('last_position', sa.Integer(), server_default=_ZERO, nullable=False),
    sa.Column('revision', sa.Integer(), server_default=_ZERO, nullable=False),
    _moment('last_message_at'),
    sa.ForeignKeyConstraint(['partnership_id'], ['supplier_couple_connections.id'], name=op.f('fk_conversations_partnership_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('partnership_id', name=op.f('pk_conversations'))
    )
    op.create_index(op.f('ix_conversations_last_message_at'), 'conversations', ['last_message_at'])
    op.create_table('messages',
    _id(),
    sa.Column('partnership_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('side', sa.Enum('supplier', 'couple', name='conversation_side', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('sender_id', sa.Uuid(), nullable=True),
    sa.Column('text', sa.String(), nullable=False),
    _moment('sent_at'),
    _moment('hidden_at', nullable=True),
    sa.Column('hidden_reason', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['partnership_id'], ['conversations.partnership_id'], name=op.f('fk_messages_partnership_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['sender_id'], ['users.id'], name=op.f('fk_messages_sender_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_messages')),
    sa.UniqueConstraint('partnership_id', 'position', name=op.f('uq_messages_partnership_id_position'))
    )
    op.create_index(op.f('ix_messages_partnership_id_revision'), 'messages', ['partnership_id', 'revision'])
    op.create_index(op.f('ix_messages_sender_id'), 'messages', ['sender_id'])
    op.create_table('conversation_reads',
    sa.Column('partnership_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), server_default=_ZERO, nullable=False),
    _moment('read_at', nullable=True),
    sa.Column('mailed_position', sa.Integer(), server_default=_ZERO, nullable=False),
    _moment('mailed_at', nullable=True),
    sa.ForeignKeyConstraint(['partnership_id'], ['conversations.partnership_id'], name=op.f('fk_conversation_reads_partnership_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_conversation_reads_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('partnership_id', 'user_id', name=op.f('pk_conversation_reads'))
    )
    op.create_index(op.f('ix_conversation_reads_user_id'), 'conversation_reads', ['user_id'])
    op.create_table('message_mail_opt_outs',
    sa.Column('user_id', sa.Uuid(), nullable=False),
    _moment('created_at'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_message_mail_opt_outs_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_message_mail_opt_outs'))
    )
    op.create_table('message_reports',
    _id(),
    sa.Column('message_id', sa.Uuid(), nullable=False),
    sa.Column('reporter_id', sa.Uuid(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    _moment('created_at'),
    _moment('resolved_at', nullable=True),
    sa.Column('outcome', sa.Enum('hidden', 'dismissed', name='report_outcome', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_message_reports_message_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['reporter_id'], ['users.id'], name=op.f('fk_message_reports_reporter_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message_reports')),
    sa.UniqueConstraint('message_id', 'reporter_id', name=op.f('uq_message_reports_message_id_reporter_id'))
    )
    op.create_index(op.f('ix_message_reports_reporter_id'), 'message_reports', ['reporter_id'])
    op.create_index(op.f('ix_message_reports_created_at_id'), 'message_reports', ['created_at', 'id'])
    op.drop_constraint(op.f('ck_mails_mail_kind'), 'mails', type_='check')
    op.create_check_constraint(op.f('ck_mails_mail_kind'), 'mails', f"kind IN ({_KINDS}, 'message', 'other')")


def downgrade() -> None:
    op.execute("DELETE FROM mails WHERE kind = 'message'")
    op.drop_constraint(op.f('ck_mails_mail_kind'), 'mails', type_='check')
    op.create_check_constraint(op.f('ck_mails_mail_kind'), 'mails', f"kind IN ({_KINDS}, 'other')")
    for table in ('message_reports', 'message_mail_opt_outs', 'conversation_reads', 'messages', 'conversations'):
        op.drop_table(table)
    for table in ('suppliers', 'couples'):
        op.drop_column(table, 'phone')
