"""notifications and how people want to be told of them (M6)

Revision: 0087, after 0086

Processes of the previous release read and write `message_mail_opt_outs`. The table stays for them
until the next release, and triggers carry each change from one table to the other.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0087'
down_revision: str | Sequence[str] | None = '0086'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_MAIL_KINDS = "'password_reset', 'password_changed', 'already_signed_up', 'invitation', 'confirm_email', 'email_changed', 'staff_invitation', 'log_in_link', 'partner_left', 'nudge', 'message'"
_KINDS = ('invitation_accepted', 'invitation_declined', 'invitation_ending', 'link_requested', 'connected', 'partnership_ended', 'help_answered', 'message')
_NOW = sa.text('now()')
_TRUE = sa.text('true')


# A change made by the other trigger has a depth above 1 and goes no further.
_FROM_OPT_OUTS = """
CREATE FUNCTION launch_opt_outs_to_preferences() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO notification_preferences (user_id, kind, email, updated_at)
        VALUES (NEW.user_id, 'message', false, NEW.created_at)
        ON CONFLICT (user_id, kind) DO UPDATE SET email = false, updated_at = NEW.created_at;
    ELSE
        UPDATE notification_preferences SET email = true, updated_at = now()
        WHERE user_id = OLD.user_id AND kind = 'message';
    END IF;
    RETURN NULL;
END $$
"""
_ON_OPT_OUTS = """
CREATE TRIGGER to_preferences AFTER INSERT OR DELETE ON message_mail_opt_outs
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION launch_opt_outs_to_preferences()
"""
_TO_OPT_OUTS = """
CREATE FUNCTION launch_preferences_to_opt_outs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.email THEN
        DELETE FROM message_mail_opt_outs WHERE user_id = NEW.user_id;
    ELSE
        INSERT INTO message_mail_opt_outs (user_id, created_at)
        VALUES (NEW.user_id, NEW.updated_at) ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$
"""
_ON_PREFERENCES = """
CREATE TRIGGER to_opt_outs AFTER INSERT OR UPDATE ON notification_preferences
    FOR EACH ROW WHEN (NEW.kind = 'message' AND pg_trigger_depth() = 0)
    EXECUTE FUNCTION launch_preferences_to_opt_outs()
"""


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    default = None if nullable else _NOW
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=nullable)


def _kind() -> sa.Column[object]:
    kind = sa.Enum(*_KINDS, name='notification_kind', native_enum=False, create_constraint=True, length=32)
    return sa.Column('kind', kind, nullable=False)


def upgrade() -> None:
    op.create_table('notifications',
    sa.Column('id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    _kind(),
    sa.Column('side', sa.Enum('supplier', 'couple', name='conversation_side', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('event_id', sa.BigInteger(), nullable=False),
    sa.Column('partnership_id', sa.Uuid(), nullable=True),
    sa.Column('client_id', sa.Uuid(), nullable=True),
    sa.Column('in_app', sa.Boolean(), server_default=_TRUE, nullable=False),
    sa.Column('count', sa.Integer(), server_default=sa.text('1'), nullable=False),
    _moment('created_at'),
    _moment('read_at', nullable=True),
    _moment('mailed_at', nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_notifications_user_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['partnership_id'], ['supplier_couple_connections.id'], name=op.f('fk_notifications_partnership_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_notifications_client_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notifications')),
    sa.UniqueConstraint('user_id', 'event_id', name=op.f('uq_notifications_user_id_event_id'))
    )
    op.create_index(op.f('ix_notifications_user_id_created_at_id'), 'notifications', ['user_id', 'created_at', 'id'])
    op.create_index('ix_notifications_unread', 'notifications', ['user_id'], postgresql_where=sa.text('read_at IS NULL AND in_app'))
    op.create_index('uq_notifications_unread_messages', 'notifications', ['user_id', 'partnership_id'], unique=True, postgresql_where=sa.text("kind = 'message' AND read_at IS NULL"))
    for column in ('event_id', 'partnership_id', 'client_id', 'created_at'):
        op.create_index(op.f(f'ix_notifications_{column}'), 'notifications', [column])
    op.create_table('notification_preferences',
    sa.Column('user_id', sa.Uuid(), nullable=False),
    _kind(),
    sa.Column('in_app', sa.Boolean(), server_default=_TRUE, nullable=False),
    sa.Column('email', sa.Boolean(), server_default=_TRUE, nullable=False),
    _moment('updated_at'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_notification_preferences_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', 'kind', name=op.f('pk_notification_preferences'))
    )
    op.execute("INSERT INTO notification_preferences (user_id, kind, email, updated_at) SELECT user_id, 'message', false, created_at FROM message_mail_opt_outs")
    for statement in (_FROM_OPT_OUTS, _ON_OPT_OUTS, _TO_OPT_OUTS, _ON_PREFERENCES):
        op.execute(statement)
    op.drop_constraint(op.f('ck_mails_mail_kind'), 'mails', type_='check')
    op.create_check_constraint(op.f('ck_mails_mail_kind'), 'mails', f"kind IN ({_MAIL_KINDS}, 'notification', 'other')")


def downgrade() -> None:
    op.execute("DELETE FROM mails WHERE kind = 'notification'")
    op.drop_constraint(op.f('ck_mails_mail_kind'), 'mails', type_='check')
    op.create_check_constraint(op.f('ck_mails_mail_kind'), 'mails', f"kind IN ({_MAIL_KINDS}, 'other')")
    op.execute('DROP TRIGGER to_preferences ON message_mail_opt_outs')
    op.execute('DROP FUNCTION launch_opt_outs_to_preferences()')
    op.drop_table('notification_preferences')
    op.execute('DROP FUNCTION launch_preferences_to_opt_outs()')
    op.drop_table('notifications')
